"""月报: what is told of a month, as somebody meets it who cannot see it, in both languages."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from services.scoring.api.report import charts
from services.scoring.api.report.layout import KEPT, LINK, STYLE, table
from services.scoring.api.report.page import Hot, Report, report_page
from services.scoring.api.report.words import words
from services.scoring.domain.hotspot import Excess, Hotspot
from services.scoring.domain.lifecycle import MonthState
from services.scoring.domain.month import Frozen, Month
from services.scoring.domain.periods import Periods
from services.scoring.domain.policy.comparing import Interval
from services.scoring.domain.policy.lines import Measure
from services.scoring.domain.policy.monthly import Monthly, compile_month
from services.scoring.domain.policy.rates import Sum, Tally
from shared.city.errors import BrokenFile
from shared.city.population import Population
from shared.city.schematic import Schematic, load_schematic
from shared.city.units import units_of
from shared.kernel.ids import CategoryCode, HotspotId
from shared.kernel.words import Language, StreetClass, UnitLevel
from tests.kit.accessible import contrast, faults
from tests.kit.case_story import DONGHUASHI, NANLI, SHANGHAI, YONGNING, ZHENZHUQUAN, named
from tests.kit.city import beijing

CITY = beijing()
AT = datetime(2026, 11, 20, 12, tzinfo=SHANGHAI)
PERIOD = Periods.of_policy(CITY.policy).named("2026-11")


def sums(**rates: str) -> list[Sum]:
    """A month in which every rate of a unit is this."""
    return [
        Sum(unit.removeprefix("u"), measure, False, Tally(Decimal(rate) * 100, 100, cases=100))
        for unit, rate in rates.items()
        for measure in Measure
    ]


NOW = sums(**{f"u{DONGHUASHI}": "0.95", f"u{ZHENZHUQUAN}": "0.70", f"u{YONGNING}": "0.55"})
BEFORE = sums(**{f"u{DONGHUASHI}": "0.85", f"u{ZHENZHUQUAN}": "0.70"})


def a_report(**more: Any) -> Report:
    excess = Excess(NANLI, CategoryCode("parking"), UnitLevel.COMMUNITY, 7, 23, 6.4, 0.9, 1.0, 1.0, 1.2, 1e-6)
    hotspot = Hotspot(
        HotspotId(named("spot")), NANLI, CategoryCode("parking"), date(2026, 11, 3), AT, excess, 9, "1", (),
        date(2026, 11, 3),
    )  # fmt: skip
    month = Month("2026-11", MonthState.CLOSED, "zhang", AT, "2026.1", AT, Frozen(12, 3, 0, "ab" * 32))
    whole = Report(
        PERIOD,
        month,
        compile_month(NOW, BEFORE, (), CITY, CITY),
        [Hot("parking", 120, Interval(1.5, 1.2, 1.9)), Hot("noise", 60, None)],
        [hotspot],
        CITY,
        AT,
    )
    return replace(whole, **more)


def shown(language: Language, **more: Any) -> str:
    return bytes(report_page(a_report(**more), words(language)).body).decode()


@pytest.mark.parametrize("language", Language)
def test_the_report_is_read_without_seeing_it_and_needs_nothing_from_elsewhere(language: Language) -> None:
    text = shown(language)
    assert faults(text, language) == []
    assert not re.search(r"https?://|url\(|@import|<script|<img|<link|style=", text)
    assert len(re.findall(r'<svg role="img" aria-label="[^"]+"', text)) == text.count("<svg") == 4
    # Every chart stands beside a table that says the same.
    assert text.count("<table>") >= 8
    assert "@media print" in text
    assert "{" not in re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)


def test_the_page_allows_its_own_style_and_nothing_else() -> None:
    answer = report_page(a_report(), words("en"))
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert answer.headers["content-language"] == "en"


def test_the_rules_source_is_told_in_the_readers_language() -> None:
    zh, en = shown("zh-CN"), shown("en")
    assert "不是全市的规定" in zh
    assert "not an official city rule" not in zh
    assert "not an official city rule" in en
    assert "不是全市的规定" not in en
    score = CITY.policy.score.model_copy(update={"source_zh": None})
    alone = replace(CITY, policy=CITY.policy.model_copy(update={"score": score}))
    assert "not an official city rule" in shown("zh-CN", city=alone)


def test_figures_are_those_of_the_ranking() -> None:
    text = shown("en")
    for told in ("0.9500", "+0.1000", "95.00 %", "progressing", "1.20–1.90", "东花市街道"):
        assert told in text
    assert "广渠门外南里" in text
    assert "ab" * 32 in text


def test_classes_and_their_moves_are_counted() -> None:
    found = compile_month(NOW, BEFORE, (), CITY, CITY)
    assert found.classed == {
        StreetClass.ADVANCED: 1,
        StreetClass.RECTIFYING: 1,
        StreetClass.GOVERNED: 1,
    }
    assert found.between == {
        (StreetClass.PROGRESSING, StreetClass.ADVANCED): 1,
        (StreetClass.RECTIFYING, StreetClass.RECTIFYING): 1,
    }
    (moved,) = found.moved
    assert (moved.unit, moved.change) == (DONGHUASHI, Fraction(1, 10))
    # A street that made progress then was progressing then, by the month before that.
    earlier = sums(**{f"u{ZHENZHUQUAN}": "0.50"})
    moves = {each.unit: each.before for each in compile_month(NOW, BEFORE, earlier, CITY, CITY).moved}
    assert moves[ZHENZHUQUAN] is StreetClass.PROGRESSING


def test_the_month_before_is_classed_by_its_own_divisions() -> None:
    """That the street is part of another one by now changes nothing of what it was."""
    units = CITY.units
    moved = replace(units.by_code[ZHENZHUQUAN], level=UnitLevel.COMMUNITY, parent_code=YONGNING)
    now = replace(CITY, units=units_of({**units.by_code, ZHENZHUQUAN: moved}.values()))
    earlier = sums(**{f"u{ZHENZHUQUAN}": "0.30", f"u{YONGNING}": "0.62"})
    before = sums(**{f"u{YONGNING}": "0.65"})
    found = compile_month(sums(**{f"u{YONGNING}": "0.90"}), before, earlier, now, CITY)
    assert found.between == {(StreetClass.RECTIFYING, StreetClass.ADVANCED): 1}


def test_cases_by_residents_are_rounded_half_up_once() -> None:
    for residents, told in ((40_000, "12.3"), (40_001, "12.2")):  # 12.25 and 12.2497 by 10,000
        city = replace(CITY, population=Population({DONGHUASHI: residents}))
        of_49 = [Sum(DONGHUASHI, each, False, Tally(Decimal(49), 49, cases=49)) for each in Measure]
        assert f'<td class="n">{told}</td>' in shown("en", monthly=compile_month(of_49, [], [], city, city))


@pytest.mark.parametrize("language", Language)
def test_a_month_without_figures_says_so(language: Language) -> None:
    text = shown(
        language,
        monthly=compile_month([], [], [], CITY, CITY),
        hot=[],
        hotspots=[],
        city=replace(CITY, schematic=Schematic()),
    )
    assert faults(text, language) == []
    assert words(language)["hotspots_none"] in text
    assert 'id="map"' not in text


def a_month(*units: str) -> Monthly:
    rates = {f"u{unit}": f"0.{90 - place}" for place, unit in enumerate(units)}
    return compile_month(sums(**rates), [], [], CITY, CITY)


def streets(count: int) -> list[str]:
    return [unit.code for unit in CITY.units.acting() if unit.level is UnitLevel.STREET][:count]


def test_two_streets_of_one_name_are_told_apart_by_their_districts() -> None:
    text = shown("zh-CN", monthly=a_month("110105015", "110108005"))
    for told in ("朝阳区八里庄街道", "海淀区八里庄街道"):
        assert told in text


@pytest.mark.parametrize(
    ("count", "captions"),
    [(0, []), (3, ["Streets and towns"]), (20, ["Streets and towns"]), (21, ["First ten", "Last ten"])],
)
def test_few_streets_are_one_table_and_none_is_no_table(count: int, captions: list[str]) -> None:
    text = shown("en", monthly=a_month(*streets(count)))
    told = text[text.index('<h2 id="streets">') : text.index('<h2 id="classes">')]
    assert re.findall(r"<caption>(.*?)</caption>", told) == captions
    assert told.count('<th scope="row">') == min(count, 20)
    assert "<tbody></tbody>" not in text
    assert ("ten are listed" in told) == (count > 20)


@pytest.mark.parametrize("language", Language)
def test_a_row_is_called_by_whom_it_tells_of_and_chinese_names_are_said_to_be_chinese(
    language: Language,
) -> None:
    text = shown(language)
    rows = re.findall(r"<tr>((?:(?!<tr>).)*?</td>.*?)</tr>", text)
    assert {row.count('<th scope="row">') for row in rows} == {1}
    assert ('<th scope="row"><span lang="zh-CN">东城区</span></th>' in text) == (language == "en")
    assert ('<th scope="row">东城区</th>' in text) == (language == "zh-CN")


def test_a_hot_spot_says_over_how_many_days_it_counts() -> None:
    cells = ("2026-11-03</td>", '<td class="n">7</td>', '<td class="n">23</td>', '<td class="n">6.4</td>')
    assert re.search(r"\s*".join(["Days counted.*", *cells]), shown("en"), re.DOTALL)


def test_on_paper_a_short_table_stays_whole_and_a_long_name_breaks_before_a_number_is_cut_off() -> None:
    for rows, kind in ((KEPT, "wide short"), (KEPT + 1, "wide")):
        assert f'<div class="{kind}"' in table("title", ("name", "value"), [("a", "1")] * rows)
    screen, paper = STYLE.split("@media print")
    assert "th[scope=row]{overflow-wrap:anywhere" in paper
    assert ".short{break-inside:avoid}" in paper
    assert ".wide{overflow:visible}" in paper
    # Beijing's map beside the city's rates on the first sheet, the districts' chart beside their table.
    assert "svg{max-width:100%;height:auto;max-height:112mm}" in paper
    assert ".wide{overflow-x:auto" in screen
    assert "counter(page)" in screen


def test_a_name_is_text_and_no_markup() -> None:
    unit = replace(CITY.units.by_code[DONGHUASHI], name='<b onload="x">&')
    units = replace(CITY.units, by_code={**CITY.units.by_code, DONGHUASHI: unit})
    text = shown("en", city=replace(CITY, units=units))
    assert "<b onload" not in text
    assert "&lt;b onload=&#34;x&#34;&gt;&amp;" in text


def test_ink_is_read_on_every_shade() -> None:
    assert min(contrast(charts.INK, shade) for shade in (*charts.SHADES, charts.PAPER)) >= 7
    assert contrast(LINK, charts.PAPER) >= 7
    assert "outline" in STYLE


def test_tiles_are_darker_the_higher_and_bars_longer() -> None:
    found = charts.tiles(
        "title", [charts.Tile(str(n), n + 1, 1, value, "") for n, value in enumerate((0.1, 0.9, None))]
    )
    fills = re.findall(r'fill="(#[0-9a-f]{6})" stroke', found)
    assert fills == [charts.SHADES[0], charts.SHADES[-1], charts.PAPER]
    drawn = charts.bars("title", [charts.Bar("a", 2.0, "2"), charts.Bar("b", 1.0, "1", before=2.0)])
    widths = [float(width) for width in re.findall(r'<rect[^>]* width="([0-9.]+)"', drawn)]
    assert widths == [charts.WIDTH, charts.WIDTH / 2]


def test_names_have_the_room_they_need() -> None:
    longest = max((each.en for each in CITY.categories.by_code.values()), key=len)
    for name, room in ((longest, 7 * len(longest)), ("中关村国家自主创新示范区", 13 * 12)):
        drawn = charts.bars("title", [charts.Bar("a", 2.0, "2"), charts.Bar(name, 1.0, "1")])
        (end,) = {int(x) for x in re.findall(r'<text x="(\d+)"[^>]* text-anchor="end"', drawn)}
        assert end >= room
    tile = charts.tiles("title", [charts.Tile("积石山保安族东乡族撒拉族自治县", 1, 1, 0.5, "0.5000")])
    lines = re.findall(r'y="(\d+)" text-anchor="middle">(.*?)</text>', tile)
    assert "".join(line for _, line in lines) == "积石山保安族东乡族撒拉族自治县"
    assert max(len(line) for _, line in lines) * 13 <= charts.TILE
    assert len({y for y, _ in lines}) == len(lines) == 3
    words_of = charts.tiles("title", [charts.Tile("West Lake District", 1, 1, None, "–")])
    assert re.findall(r'text-anchor="middle">(.*?)</text>', words_of) == ["West Lake", "District"]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("999,1,1", "there is no unit"),
        ("110101,1,1\n110101,1,2", "above"),
        ("110101,1,1\n110102,1,1", "another unit"),
        ("110101,0,1", "numbers from 1"),
    ],
)
def test_a_broken_drawing_is_refused_with_its_line(rows: str, reason: str) -> None:
    with pytest.raises(BrokenFile, match=reason):
        load_schematic(f"unit_code,column,row\n{rows}\n", CITY.units, filename="schematic.csv")


def test_beijings_drawing_has_every_district_once() -> None:
    districts = {unit.code for unit in CITY.units.acting() if unit.level is UnitLevel.DISTRICT}
    tiles: Mapping[str, tuple[int, int]] = CITY.schematic.tiles
    assert set(tiles) == districts
