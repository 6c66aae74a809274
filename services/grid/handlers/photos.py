"""照片: announce, store, settle; used by what names it; what nothing names is condemned, then removed."""

from services.grid.domain.photo import UNUSED_FOR, Photo, require_all
from services.grid.ports import GridWork
from shared.kernel.ids import UnitCode

AT_ONCE = 100


async def announce_photo(work: GridWork, photo: Photo) -> Photo:
    """Write down that it is on its way; one that was sent before answers as it is."""
    return await work.photos.announce(photo)


async def settle_photo(work: GridWork, photo: Photo) -> None:
    """It is in the store."""
    await work.photos.settle(photo.unit, photo.sha256)


async def require_photos(work: GridWork, unit: UnitCode, named: tuple[str, ...]) -> None:
    """Raises `PhotoMissing` for the first that the unit's terminals have not sent."""
    if named:
        require_all(named, await work.photos.known(unit, named))


async def condemn_photos(work: GridWork) -> int:
    """Give up photos that nothing named for days; how many."""
    return await work.photos.condemn(before=work.now - UNUSED_FOR, limit=AT_ONCE)


async def remove_photos(work: GridWork) -> int:
    """Object first, then row; a crash between them is repaired the next time."""
    condemned = await work.photos.condemned(AT_ONCE)
    for one in condemned:
        await work.objects.remove(one.object_name)
        await work.photos.forget(one)
    return len(condemned)
