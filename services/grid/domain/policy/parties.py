"""Who may see a whistle, and who may move which part of it."""

from services.grid.domain.errors import NotCalled, NotTheBlower, NotYourCall, UnknownWhistle
from services.grid.domain.model import Call, Whistle
from shared.city.units import Units
from shared.kernel.ids import UnitCode


def may_see(whistle: Whistle, unit: UnitCode, units: Units) -> bool:
    """A unit sees the whistles it or a unit below it blew or is called by."""
    return any(units.oversees(unit, party) for party in whistle.parties)


def require_sight(whistle: Whistle, unit: UnitCode, units: Units) -> None:
    """Others are told what they would be told of a whistle that does not exist."""
    if not may_see(whistle, unit, units):
        raise UnknownWhistle(whistle.whistle_id)


def require_blower(whistle: Whistle, unit: UnitCode, units: Units) -> None:
    """Only who blew scores, closes and cancels; of a whistle that a closed unit left, who is above it."""
    require_sight(whistle, unit, units)
    if not units.answers_for(unit, whistle.blown_by):
        raise NotTheBlower(unit, whistle.blown_by)


def called(whistle: Whistle, unit: UnitCode) -> Call:
    """The call of a named department."""
    call = whistle.call(unit)
    if call is None:
        raise NotCalled(unit)
    return call


def own_call(whistle: Whistle, by: UnitCode, unit: UnitCode, units: Units) -> Call:
    """The call of the asker's own department."""
    require_sight(whistle, by, units)
    call = called(whistle, unit)
    if by != unit:
        raise NotYourCall(by, unit)
    return call
