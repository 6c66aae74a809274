"""The directory 目录: compared, imported whole, and its units said."""

from collections.abc import Mapping

from services.router.domain.policy import directory
from services.router.domain.records import DrawnDirectory, ImportDirectory
from services.router.ports import RouterWork
from shared.city.directory import Listed
from shared.kernel.ids import UnitCode


async def compare_directory(work: RouterWork, cmd: ImportDirectory) -> DrawnDirectory:
    """What an import would change; nothing is."""
    return directory.draw_up(cmd, work.city, await work.directory_versions.last(), at=work.now)


async def import_directory(work: RouterWork, cmd: ImportDirectory) -> DrawnDirectory:
    """Put a directory in whole, and say what is new or changed; one that changes nothing is no version."""
    await work.alone_with_city()
    drawn, last = await compare_directory(work, cmd), await work.directory_versions.last()
    if drawn.change or not last:
        await work.directory_versions.keep(directory.record(cmd, drawn, last, at=work.now))
        await work.put_areas(drawn.found.areas)
        await _say_units(work, directory.to_say(drawn.found, work.city, last))
    return drawn


async def _say_units(work: RouterWork, listed: Mapping[str, Listed]) -> None:
    await work.units.preload([UnitCode(code) for code in listed])
    for code, each in listed.items():
        decision = directory.publish(await work.units.find(UnitCode(code)), each)
        if decision is not None:
            await work.units.keep(decision)
