"""The play as one JSON document, for machines."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from deploy.demo.ending import Ending, Part
from deploy.demo.playing import Play
from deploy.demo.rates import Rate, UnitRates


def document(play: Play, *, bus: str) -> str:
    """Everything the tables show, and everything they have no room for."""
    told = {
        "ok": play.is_well,
        "bus": bus,
        "stories": [
            {
                "name": each.story.name,
                "title": each.story.title,
                "cases": [_case(ending) for ending in each.endings],
                "problems": list(each.problems),
            }
            for each in play.played
        ],
        "rates": [_unit(each) for each in play.rates],
        "year": asdict(play.year.ending) if play.year.ending else None,
        "problems": [*play.problems, *play.year.problems],
    }
    return json.dumps(told, ensure_ascii=False, indent=1, default=_written)


def _case(ending: Ending) -> dict[str, Any]:
    more = {"parts": [_part(part) for part in ending.parts], "took": ending.took}
    return {**asdict(ending), **more}


def _part(part: Part) -> dict[str, Any]:
    kept = {"signed_in_time": part.signed_in_time, "resolved_in_time": part.resolved_in_time}
    return {**asdict(part), **kept}


def _unit(each: UnitRates) -> dict[str, Any]:
    rates = {name: _rate(getattr(each, name)) for name in ("response", "resolution", "satisfaction")}
    return {**asdict(each), **rates}


def _rate(rate: Rate) -> dict[str, Any]:
    return {**asdict(rate), "value": rate.value}


def _written(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Decimal():
            return float(value)
    raise TypeError(type(value).__name__)
