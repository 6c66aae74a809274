"""How the play is told: steps on a bar while it goes on, tables at its end."""

import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from deploy.demo.clock import LOCAL
from deploy.demo.ending import CallbackEnding, DeliberationEnding, Ending, Part, WhistleEnding
from deploy.demo.playing import Play
from deploy.demo.rates import Rate, UnitRates
from deploy.demo.year import TITLE as YEAR_TITLE
from deploy.demo.year import YearEnding

CHANNELS = {"phone": "电话", "link": "链接"}
SOLVED = {"yes": "已解决", "partly": "部分解决", "no": "未解决"}
SATISFIED = {"satisfied": "满意", "basically": "基本满意", "not": "不满意", "no_opinion": "未表态"}
STATES = {"closed": "归档"}
RULINGS = {
    "uphold": "维持",
    "redirect": "改派",
    "divide": "划分",
    "silence": "逾期未裁",
    "backstop": "区级兜底",
}
OPTIONS = {"open": "未采用", "dropped": "撤下", "piloted": "试点", "adopted": "通过"}
WIDE = 150
"""Columns where no terminal says how many it has."""
TIERS = {"urgent": "紧急", "utilities": "公用", "general": "一般", "complex": "复杂"}


class Teller:
    """Tells steps: on a bar at a terminal, line by line into a pipe. Stdout is the result's alone."""

    def __init__(self, steps: int) -> None:
        self._console = Console(stderr=True)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
        )
        self._bar = self._progress.add_task("准备", total=steps)
        self.told = 0

    def __enter__(self) -> "Teller":
        if self._console.is_terminal:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._progress.stop()

    def say(self, line: str) -> None:
        """A word about the instance: starting, restarting, stopping."""
        if self._console.is_terminal:
            self._progress.console.print(f"  {line}", style="dim", highlight=False)
        else:
            print(f"  {line}", file=sys.stderr, flush=True)

    def step(self, title: str, told: str) -> None:
        """One step of one story."""
        self.told += 1
        self._progress.update(self._bar, advance=1, description=f"{title}：{told}")
        if not self._console.is_terminal:
            print(f"  [{self.told}] {title}：{told}", file=sys.stderr, flush=True)


def console_for_result() -> Console:
    """Stdout, as wide as the terminal, or wide enough for the tables."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDE)


def show(play: Play, console: Console) -> None:
    """The tables, and what went elsewhere."""
    endings = [ending for each in play.played for ending in each.endings]
    console.print(case_table(endings))
    if any(ending.deliberation for ending in endings):
        console.print(deliberation_table(endings))
    console.print(rate_table(play.rates))
    if play.year.ending:
        console.print(year_table(play.year.ending))
    problems = [*play.problems, *play.year.problems]
    problems += [problem for each in play.played for problem in each.problems]
    for problem in problems:
        console.print(f"✗ {problem}", style="red", highlight=False, markup=False)
    if not problems:
        console.print(f"✓ {len(endings)} 件诉求都到了该到的地方", style="green", highlight=False)


def case_table(endings: Sequence[Ending]) -> Table:
    """One row for each case."""
    table = Table(title="诉求", show_lines=True)
    shares = {"诉求": 3, "路径": 5, "依据": 3, "时限": 5, "哨": 2, "回访": 2, "状态": 1, "用时": 2}
    for column, share in shares.items():
        table.add_column(column, overflow="fold", ratio=share)
    for ending in endings:
        table.add_row(
            f"{ending.title}\n{ending.tracking_number}\n{TIERS.get(ending.tier or '', ending.tier)}",
            _route(ending),
            ending.clause or "—",
            _deadlines(ending),
            _whistle(ending.whistle),
            _callback(ending.callback),
            STATES.get(ending.state, ending.state),
            _span(ending.took),
        )
    return table


def deliberation_table(endings: Sequence[Ending]) -> Table:
    """说议筹办评, one row for each case residents deliberated on."""
    table = Table(title="议事（说议筹办评）", show_lines=True)
    for column in ("诉求", "方案", "举牌表决", "筹", "办", "评", "群众读到"):
        table.add_column(column, overflow="fold")
    for ending in endings:
        held = ending.deliberation
        if held is not None:
            table.add_row(
                f"{ending.title}\n{held.community}",
                "\n".join(f"{n} {OPTIONS.get(what, what)}" for n, what in enumerate(held.options, 1)),
                f"议事 {held.meetings} 次\n{held.present} 人到场，{held.placards} 牌赞成",
                _means(held),
                f"任务 {held.tasks_done}/{held.tasks}\n微项目 {len(held.micro_projects) or '—'}",
                f"满意 {held.satisfied}/{held.voices}",
                f"{len(held.citizen_read)} 条进展",
            )
    return table


def rate_table(rates: Sequence[UnitRates]) -> Table:
    """One row for each unit that had a part."""
    table = Table(title="三率（每个数下面的案件都已逐件核对）")
    for column in ("单位", "响应率", "解决率", "满意率", "未诉先办"):
        table.add_column(column, justify="left" if column == "单位" else "right", overflow="fold")
    for each in rates:
        numbers = [_rate(rate) for rate in (each.response, each.resolution, each.satisfaction)]
        table.add_row(each.name, *numbers, str(each.proactive) if each.proactive else "—")
    return table


def year_table(year: YearEnding) -> Table:
    """What a year of one estate came to."""
    table = Table(title=f"{YEAR_TITLE}（热点 → 未诉先办 → 每月一题）")
    for column in ("诉求", "热点", "未诉先办", "每月一题", "前后对比"):
        table.add_column(column, overflow="fold")
    matters = "、".join(f"{code} {many}" for code, many in year.cases.items())
    volume = f"{year.volume:.2f} 倍（{year.volume_low:.2f}–{year.volume_high:.2f}）"
    table.add_row(
        f"{sum(year.cases.values())} 件\n{matters}",
        f"{year.hotspot}\n{year.days} 天 {year.counted} 件，预期 {year.expected:.2f} 件",
        STATES.get(year.work_state, year.work_state),
        f"{year.theme}\n任务完成 {year.tasks_done} 项",
        f"日均 {year.per_day_before:.2f} → {year.per_day_after:.2f} 件\n{volume}",
    )
    return table


def _route(ending: Ending) -> str:
    lines = [f"主办 {part.name}{_assigned(part)}" for part in ending.parts if part.role == "lead"]
    lines += [f"协办 {part.name}" for part in ending.co_units]
    lines += [f"退单裁定 {RULINGS.get(each, each)}" for each in ending.rulings]
    return "\n".join(lines) or "—"


def _assigned(part: Part) -> str:
    return f" → {part.assigned_name}" if part.assigned_name else ""


def _deadlines(ending: Ending) -> str:
    lead = ending.lead
    if lead is None:
        return "—"
    lines = [
        f"{_tick(lead.signed_in_time)} 签收 {_moment(lead.signed_at)} ≤ {_moment(lead.sign_by)}",
        f"{_tick(lead.resolved_in_time)} 办结 {_moment(lead.resolved_at)} ≤ {_moment(lead.resolve_by)}",
    ]
    others = ending.co_units
    if others:
        kept = sum(part.signed_in_time and part.resolved_in_time for part in others)
        lines.append(f"{_tick(kept == len(others))} 协办按时 {kept}/{len(others)}")
    return "\n".join(lines)


def _whistle(whistle: WhistleEnding | None) -> str:
    if whistle is None:
        return "—"
    came = sum(each.reported_in for each in whistle.departments)
    scores = [each.score for each in whistle.departments if each.score is not None]
    return f"报到 {came}/{len(whistle.departments)}\n评分 {'、'.join(str(score) for score in scores) or '—'}"


def _means(held: DeliberationEnding) -> str:
    given = (
        (held.commitments, f"承诺 {held.commitments} 方"),
        (held.money_fen, f"资金 {held.money_fen / 100:,.2f} 元"),
        (held.work_hours, f"劳动 {held.work_hours} 小时"),
        (held.things, f"物资 {held.things} 件"),
    )
    return "\n".join(words for count, words in given if count) or "—"


def _callback(callback: CallbackEnding | None) -> str:
    if callback is None:
        return "—"
    if callback.channel is None:
        return "无联系方式" if callback.state == "unreachable" else callback.state
    said = (SOLVED.get(callback.solved or ""), SATISFIED.get(callback.satisfied or ""))
    return "\n".join((CHANNELS.get(callback.channel, callback.channel), *(word or "—" for word in said)))


def _rate(rate: Rate) -> str:
    if rate.value is None:
        return "—"
    return (
        f"{(rate.value * 100).quantize(Decimal('0.1'))}%（{rate.numerator.normalize():f}/{rate.denominator}）"
    )


def _tick(is_kept: bool) -> str:
    return "✓" if is_kept else "✗"


def _moment(instant: datetime | None) -> str:
    return f"{instant.astimezone(LOCAL):%m-%d %H:%M}" if instant else "—"


def _span(span: timedelta | None) -> str:
    if span is None:
        return "—"
    minutes = round(span.total_seconds() / 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [(days, "天"), (hours, "小时"), (minutes, "分")]
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "不到 1 分"
