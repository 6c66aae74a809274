"""月报: the page. Every chart has a table beside it; it prints on A4 and needs nothing from elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from fastapi import Response
from markupsafe import Markup

from services.scoring.api.report import charts
from services.scoring.api.report.charts import Bar, Tile
from services.scoring.api.report.layout import STYLE, figure, paragraph, table
from services.scoring.api.report.words import Words
from services.scoring.domain.hotspot import Hotspot
from services.scoring.domain.month import Month
from services.scoring.domain.periods import Period
from services.scoring.domain.policy.comparing import Interval
from services.scoring.domain.policy.lines import Measure
from services.scoring.domain.policy.monthly import Monthly
from services.scoring.domain.policy.placing import Placed
from services.scoring.domain.policy.rates import shown
from shared.city.city import City
from shared.http.html import html_page, joined
from shared.kernel.words import StreetClass

LISTED = 10
MEASURES = (*Measure,)
NAVIGATION = Markup(
    '<nav aria-label="{name}"><ul>{links}'
    '<li><a href="?lang={other}" lang="{other}" hreflang="{other}">{told}</a></li></ul></nav>'
)


@dataclass(frozen=True, slots=True)
class Hot:
    """A category of the month: its requests, and how many times as many a day as in the month before."""

    category: str
    cases: int
    ratio: Interval | None


@dataclass(frozen=True, slots=True)
class Report:
    """What the page is made of."""

    period: Period
    month: Month
    monthly: Monthly
    hot: Sequence[Hot]
    hotspots: Sequence[Hotspot]
    city: City
    made_at: datetime


def report_page(report: Report, words: Words) -> Response:
    """The whole page in one language."""
    title = words["title"].format(period=report.period.label)
    sections = (
        ("city", _city(report, words)),
        ("map", _map(report, words)),
        ("districts", _districts(report, words)),
        ("streets", _streets(report, words)),
        ("classes", _classes(report, words)),
        ("hot", _hot(report, words)),
        ("hotspots", _hotspots(report, words)),
    )
    head = _head(title, [name for name, content in sections if content], report, words)
    parts = (
        Markup('<section><h2 id="{0}">{1}</h2>\n{2}</section>').format(name, words[name], content)
        for name, content in sections
        if content
    )
    made = words["printed"].format(at=_local(report.made_at, report))
    foot = Markup("<p>{0}</p>\n</main>").format(made)
    whole = joined([head, Markup('<main id="main">'), *parts, foot])
    return html_page(title, whole, lang=words.language, style=STYLE)


def _head(title: str, names: Sequence[str], report: Report, words: Words) -> Markup:
    frozen, score = report.month.frozen, report.city.policy.score
    other = "en" if words.language == "zh-CN" else "zh-CN"
    starts, ends = _local(report.period.starts, report), _local(report.period.ends, report)
    lines = (
        words["period"].format(starts=starts, ends=ends),
        words["rules"].format(
            version=report.month.policy_version,
            source=words.of(score.source_zh or score.source, score.source),
        ),
        words["hash"].format(hash=frozen.sha256 if frozen else ""),
    )
    links = joined([Markup('<li><a href="#{0}">{1}</a></li>').format(name, words[name]) for name in names])
    said = [paragraph(line) for line in lines]
    return joined(
        [
            Markup('<a class="skip" href="#main">{0}</a>').format(words["skip"]),
            Markup("<header><h1>{0}</h1>").format(title),
            *said,
            NAVIGATION.format(name=words["contents"], links=links, other=other, told=words["other_language"]),
            Markup("</header>"),
        ]
    )


def _city(report: Report, words: Words) -> Markup:
    whole = report.monthly.city
    if whole is None:
        return paragraph(words["no_figure"])
    before = whole.before.standing if whole.before else None
    rows = [
        (
            words[measure],
            _percent(whole.standing.tally(measure).rate, words),
            _percent(before.tally(measure).rate if before else None, words),
        )
        for measure in MEASURES
    ]
    composite = whole.before.composite if whole.before else None
    rows.append((words["composite"], _score(whole.ranked.composite, words), _score(composite, words)))
    cases = str(before.cases) if before else words["no_figure"]
    rows.append((words["cases"], str(whole.standing.cases), cases))
    return table(words["city"], (words["measure"], words["now"], words["before"]), rows)


def _map(report: Report, words: Words) -> Markup:
    """Only where the city drew one."""
    drawn = report.city.schematic.tiles
    if not drawn:
        return Markup("")
    of_unit = {each.standing.unit: each.ranked.composite for each in report.monthly.districts}
    found = [
        Tile(
            report.city.units.name_of(unit),
            *place,
            None if (value := of_unit.get(unit)) is None else float(value),
            "–" if value is None else str(shown(value)),
        )
        for unit, place in drawn.items()
    ]
    return figure(words["map"], charts.tiles(words["map"], found), words["map_note"])


def _districts(report: Report, words: Words) -> Markup:
    found = report.monthly.districts
    if not found:
        return paragraph(words["no_figure"])
    rows = [
        Bar(
            report.city.units.name_of(each.standing.unit),
            float(each.ranked.composite),
            str(shown(each.ranked.composite)),
            float(each.before.composite) if each.before and each.before.composite is not None else None,
        )
        for each in found
        if each.ranked.composite is not None
    ]
    parts = [_ranking(words["districts"], found, report, words)]
    if rows:
        chart = charts.bars(words["districts"], rows)
        parts.insert(0, figure(words["districts"], chart, words["districts_note"]))
    return joined(parts)


def _streets(report: Report, words: Words) -> Markup:
    ranked = [each for each in report.monthly.streets if each.ranked.rank is not None]
    if not ranked:
        return paragraph(words["no_figure"])
    if len(ranked) <= 2 * LISTED:
        note, shares = words["streets_all"], [("streets", ranked)]
    else:
        note, shares = words["streets_note"], [("best", ranked[:LISTED]), ("last", ranked[-LISTED:])]
    tables = [_ranking(words[name], share, report, words) for name, share in shares]
    return joined([paragraph(note.format(count=len(ranked))), *tables])


def _ranking(caption: str, found: Iterable[Placed], report: Report, words: Words) -> Markup:
    head = ("rank", "unit", "composite", "change", *MEASURES, "orders", "per_10k")
    rows = [
        (
            str(each.ranked.rank or "–"),
            _unit(each.standing.unit, report, words),
            _score(each.ranked.composite, words),
            _signed(each.change),
            *(_percent(each.standing.tally(measure).rate, words) for measure in MEASURES),
            str(each.standing.volume),
            "–" if (many := shown(each.standing.per_10k(each.residents), 1)) is None else str(many),
        )
        for each in found
    ]
    return table(caption, [words[name] for name in head], rows, named=2, told_by=1)


def _classes(report: Report, words: Words) -> Markup:
    monthly, names = report.monthly, [words.of_class(each) for each in StreetClass]
    counts = [(words.of_class(each), str(monthly.classed.get(each, 0))) for each in (*StreetClass, None)]
    between = [
        (words.of_class(old), *(str(monthly.between.get((old, new), 0)) for new in StreetClass))
        for old in StreetClass
    ]
    moved = [
        (
            _unit(each.unit, report, words),
            words.of_class(each.before),
            words.of_class(each.now),
            _signed(each.change),
        )
        for each in monthly.moved
    ]
    rows = [Bar(name, float(count), count) for name, count in counts]
    listed = table(
        words["moved"], [words[name] for name in ("unit", "before", "now", "change")], moved, named=3
    )
    return joined(
        [
            figure(words["classes"], charts.bars(words["classes"], rows), words["classes_note"]),
            table(words["classes"], (words["class"], words["count"]), counts),
            table(words["from_to"], (words["from_to"], *names), between),
            listed if moved else paragraph(words["moved_none"]),
        ]
    )


def _hot(report: Report, words: Words) -> Markup:
    if not report.hot:
        return paragraph(words["hot_none"])
    names = [_category(each.category, report.city, words) for each in report.hot]
    bars = [Bar(name, each.cases, str(each.cases)) for name, each in zip(names, report.hot, strict=True)]
    rows = [
        (
            name,
            str(each.cases),
            "–" if each.ratio is None else f"{each.ratio.estimate:.2f}",
            "–" if each.ratio is None else f"{each.ratio.low:.2f}–{each.ratio.high:.2f}",
        )
        for name, each in zip(names, report.hot, strict=True)
    ]
    head = [words[name] for name in ("category", "cases", "ratio", "interval")]
    return joined(
        [
            figure(words["hot"], charts.bars(words["hot"], bars), words["hot_note"]),
            table(words["hot"], head, rows),
        ]
    )


def _hotspots(report: Report, words: Words) -> Markup:
    note = paragraph(words["hotspots_note"])
    if not report.hotspots:
        return joined([note, paragraph(words["hotspots_none"])])
    rows = [
        (
            _unit(each.unit, report, words),
            _category(each.category, report.city, words),
            each.day.isoformat(),
            str(each.excess.days),
            str(each.excess.cases),
            f"{each.excess.expected:.1f}",
        )
        for each in report.hotspots
    ]
    head = [words[name] for name in ("unit", "category", "day", "days", "cases", "expected")]
    return joined([note, table(words["hotspots"], head, rows, named=3)])


def _unit(code: str, report: Report, words: Words) -> Markup:
    """Its name from the district down: two districts have a street of one name."""
    units = report.city.units
    name = units.path_name(code) if units.knows(code) else code
    # Directories are in Chinese: another page's voice would read the name in its own language.
    said = Markup("{0}") if words.language == "zh-CN" else Markup('<span lang="zh-CN">{0}</span>')
    return said.format(name)


def _category(code: str, city: City, words: Words) -> str:
    known = city.categories.by_code.get(code)
    return words.of(known.zh, known.en) if known else code


def _percent(rate: Fraction | None, words: Words) -> str:
    value = shown(rate)
    return words["no_figure"] if value is None else f"{value * 100:.2f} %"


def _score(composite: Fraction | None, words: Words) -> str:
    value = shown(composite)
    return words["no_figure"] if value is None else str(value)


def _signed(change: Fraction | None) -> str:
    value: Decimal | None = shown(change)
    return "–" if value is None else f"{value:+.4f}"


def _local(at: datetime, report: Report) -> str:
    return at.astimezone(report.city.policy.zone).strftime("%Y-%m-%d %H:%M")
