"""What the city's files and places can be refused for.

Invalid
├── BrokenFile            a city file that cannot be read; file, line, reason
├── NaiveTime             an instant without its time zone
├── UnreadableLimit       not "2h", "30min" or "7wd"
├── UnreadableWindow      hours that close before they open
├── BeyondCalendar        a day outside the years the calendar knows
├── ImpossibleCoordinate  no such point on Earth
├── UnknownUnit · ClosedUnit · UnknownCategory
├── NoResponsibility      the list names nobody for this matter here
└── PlaceTooCoarse        the place does not say which street or district
"""

from datetime import date, datetime

from shared.kernel.errors import Invalid


class BrokenFile(Invalid):
    """A city file, or a catalogue of sentences, is refused whole: the file, the line and the reason."""

    def __init__(self, filename: str, line: int, problem: str) -> None:
        self.filename = filename
        self.line = line
        self.problem = problem
        super().__init__(f"{filename}:{line}: {problem}", filename=filename, line=line, problem=problem)


class NaiveTime(Invalid):
    """An instant without a time zone cannot be placed on the city's clock."""

    def __init__(self, value: datetime) -> None:
        self.value = value
        super().__init__(
            f"{value.isoformat()} has no time zone; every instant must carry one", value=str(value)
        )


class UnreadableLimit(Invalid):
    """A time limit is hours, minutes or workdays."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            f"{text!r} is not a time limit; write hours as 2h, minutes as 30min, workdays as 7wd",
            text=text,
        )


class UnreadableWindow(Invalid):
    """Opening hours must open before they close."""

    def __init__(self, opens: str, closes: str) -> None:
        self.opens = opens
        self.closes = closes
        super().__init__(
            f"opening hours {opens}–{closes} must open before they close, on the same day",
            opens=opens,
            closes=closes,
        )


class BeyondCalendar(Invalid):
    """The calendar does not reach this day."""

    def __init__(self, day: date) -> None:
        self.day = day
        super().__init__(f"{day.isoformat()} is outside the years the workday calendar knows", day=str(day))


class ImpossibleCoordinate(Invalid):
    """Longitude and latitude must be a point on Earth."""

    def __init__(self, lng: float, lat: float) -> None:
        self.lng = lng
        self.lat = lat
        super().__init__(f"longitude {lng} and latitude {lat} are no point on Earth", lng=lng, lat=lat)


class UnknownUnit(Invalid):
    """No unit of the directory has this code."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"no unit has the code {code}", code=code)


class ClosedUnit(Invalid):
    """撤销: the unit was closed; it is given nothing new."""

    def __init__(self, code: str, name: str) -> None:
        self.code = code
        super().__init__(f"{name} ({code}) is closed; name the unit that took over", code=code)


class UnknownCategory(Invalid):
    """The category tree has no such leaf."""

    def __init__(self, category: str) -> None:
        self.category = category
        super().__init__(f"no category is called {category}", category=category)


class NoResponsibility(Invalid):
    """权责清单: the list names nobody for this matter at this place."""

    def __init__(self, category: str, unit: str | None) -> None:
        self.category = category
        self.unit = unit
        super().__init__(
            f"the responsibility list names nobody for {category} at {unit or 'this place'}",
            category=category,
            unit=unit,
        )


class PlaceTooCoarse(Invalid):
    """The duty falls to a unit that this place does not determine."""

    def __init__(self, duty: str, place: str | None) -> None:
        self.duty = duty
        self.place = place
        role = duty.removeprefix("district:")
        unit = duty if role == duty else f"district's {role} department"
        silent = f"{place} is too wide to say" if place else "no place says"
        super().__init__(
            f"this falls to the {unit}, and {silent} which one; name the place", duty=duty, place=place
        )
