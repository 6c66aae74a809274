"""进度用语: every line of a timeline and every status in the two languages citizens are answered in.

Placeholders: `unit`, `until` (local time), `detail` (a reason or a wish, in words).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from services.intake.domain.timeline import Code, Note
from shared.city.city import City
from shared.lifecycle.case import CaseState

Language = Literal["zh-CN", "en"]
FIRST_LANGUAGE: Language = "zh-CN"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence in both languages."""

    zh: str
    en: str

    def of(self, language: Language) -> str:
        """The sentence in one of them."""
        return self.en if language == "en" else self.zh


LINES: Mapping[Code, Sentence] = {
    Code.REGISTERED: Sentence("您的诉求已受理。", "Your request has been registered."),
    Code.SUPPLEMENTED: Sentence("您补充了情况。", "You added to your request."),
    Code.URGE_ASKED: Sentence("您提出了催办。", "You asked for it to be hurried."),
    Code.WITHDRAWAL_ASKED: Sentence("您申请撤回诉求。", "You asked to withdraw your request."),
    Code.JOIN_ASKED: Sentence(
        "您申请与附近的同类诉求合并办理。", "You asked to have it handled with a similar request near by."
    ),
    Code.MOVE_REFUSED: Sentence(
        "诉求处于当前状态，无法{detail}。", "As the request stands now, it is not possible to {detail}."
    ),
    Code.AWAITING_DISPATCHER: Sentence(
        "工作人员正在确认承办单位。", "A dispatcher is finding the unit that is responsible."
    ),
    Code.DISPATCHED: Sentence(
        "已派给{unit}办理，应于{until}前办结。", "Sent to {unit}, which owes you an answer by {until}."
    ),
    Code.SIGNED: Sentence("{unit}已签收。", "{unit} has taken it in hand."),
    Code.CONTACTED: Sentence("{unit}已与您联系。", "{unit} has been in contact with you."),
    Code.PROGRESSED: Sentence("{unit}更新了办理进展。", "{unit} noted progress."),
    Code.ASSIGNED: Sentence("已交由{unit}具体办理。", "{unit} is doing the work."),
    Code.RETURNED: Sentence(
        "{unit}认为不属其职责，正在裁定；办理时限不变。",
        "{unit} says that it is not responsible; this is being decided. The time limit stays.",
    ),
    Code.ADJUDICATED: Sentence("已裁定由{unit}办理。", "It was decided that {unit} is responsible."),
    Code.EXTENDED: Sentence("经批准延期至{until}。", "The time limit was extended, once, to {until}."),
    Code.SHELVED: Sentence(
        "暂不具备解决条件，已挂账，将于{until}复核。",
        "It cannot be solved now; it was set aside and will be looked at again on {until}.",
    ),
    Code.UNSHELVED: Sentence("已恢复办理。", "Work on it goes on."),
    Code.URGED: Sentence("已向{unit}催办。", "{unit} was told to hurry."),
    Code.SUPERVISED: Sentence("已列入督办。", "It is under supervision from above."),
    Code.RESOLVED: Sentence("{unit}已办结，将对您回访。", "{unit} says that it is done; you will be asked."),
    Code.CO_SIGNED: Sentence("协办单位{unit}已签收。", "{unit}, which helps, has taken its part in hand."),
    Code.CO_RESOLVED: Sentence("协办单位{unit}已完成。", "{unit}, which helps, has done its part."),
    Code.ANSWERED: Sentence("已即时答复。", "Your question was answered."),
    Code.DECLINED: Sentence("不予受理：{detail}。", "It cannot be taken: {detail}."),
    Code.MERGED: Sentence(
        "已与同一事项的诉求合并办理，仍会对您回访。",
        "It is handled together with another request about the same matter; you will still be asked.",
    ),
    Code.WITHDRAWN: Sentence("诉求已撤回。", "The request was withdrawn."),
    Code.SURVEY_STARTED: Sentence("正在对您回访。", "You are being asked how it was handled."),
    Code.REOPENED: Sentence("根据您的评价，已退回重办。", "Because of your answer it is handled again."),
    Code.CLOSED: Sentence("已归档，感谢您的评价。", "Closed. Thank you for your answer."),
    Code.CLOSED_UNREACHED: Sentence(
        "多次联系未能接通，已归档。", "Closed: you could not be reached, though it was tried several times."
    ),
    Code.OVERDUE: Sentence("办理已超过时限。", "The time limit has passed."),
    Code.CALLBACK_SCHEDULED: Sentence("将于{until}起对您回访。", "You will be called back from {until} on."),
    Code.CALLBACK_MISSED: Sentence(
        "回访未接通，将再次联系。", "You could not be reached; it will be tried again."
    ),
    Code.CALLBACK_COMPLETED: Sentence("您已完成评价。", "You said how it was handled."),
    Code.CALLBACK_UNREACHABLE: Sentence("多次回访未接通。", "You could not be reached."),
}

STATUSES: Mapping[CaseState, Sentence] = {
    CaseState.REGISTERED: Sentence("已受理", "registered"),
    CaseState.AWAITING_DISPATCHER: Sentence("待派单", "with a dispatcher"),
    CaseState.DISPATCHED: Sentence("已派单", "with a unit"),
    CaseState.SIGNED: Sentence("办理中", "in hand"),
    CaseState.SHELVED: Sentence("已挂账", "set aside"),
    CaseState.RETURNED: Sentence("裁定中", "responsibility is being decided"),
    CaseState.RESOLVED: Sentence("已办结", "done, to be confirmed by you"),
    CaseState.ANSWERED: Sentence("已答复", "answered"),
    CaseState.MERGED: Sentence("已并案", "handled with another request"),
    CaseState.DECLINED: Sentence("不予受理", "not taken"),
    CaseState.WITHDRAWN: Sentence("已撤回", "withdrawn"),
    CaseState.SURVEYING: Sentence("回访中", "you are being asked"),
    CaseState.REOPENED: Sentence("重办", "handled again"),
    CaseState.CLOSED: Sentence("已归档", "closed"),
}

WISHES: Mapping[str, Sentence] = {
    "supplement": Sentence("补充", "add to it"),
    "urge": Sentence("催办", "hurry it"),
    "join": Sentence("并案", "join it to the other one"),
    "withdraw": Sentence("撤回", "withdraw it"),
}

A_UNIT = Sentence("承办单位", "the unit")


def told(note: Note, language: Language, city: City) -> str:
    """The line in the reader's language."""
    return (
        LINES[note.code]
        .of(language)
        .format(
            unit=_unit(note, language, city),
            until=_local(note, city.policy.zone),
            detail=_detail(note, language, city),
        )
    )


def _unit(note: Note, language: Language, city: City) -> str:
    if note.unit is None or note.unit not in city.units:
        return A_UNIT.of(language)
    return city.units.get(note.unit).name


def _local(note: Note, zone: ZoneInfo) -> str:
    return f"{note.until.astimezone(zone):%Y-%m-%d %H:%M}" if note.until else ""


def _detail(note: Note, language: Language, city: City) -> str:
    if note.code is Code.DECLINED:
        return next(
            (
                Sentence(f"{reason.zh}。{reason.go_to}".rstrip("。"), reason.en).of(language)
                for reason in city.policy.decline.reasons
                if reason.code == note.detail
            ),
            note.detail or "",
        )
    wish = WISHES.get(note.detail or "")
    return wish.of(language) if wish else note.detail or ""


def preferred(accept_language: str | None) -> Language:
    """What the reader would rather read: Chinese unless English is asked for first."""
    wishes = (_weighed(part) for part in (accept_language or "").split(",")[:20])
    known = [(weight, language) for weight, language in wishes if language is not None and weight > 0]
    return max(known, key=lambda each: each[0], default=(0.0, FIRST_LANGUAGE))[1]


def _weighed(part: str) -> tuple[float, Language | None]:
    tag, _, parameter = part.partition(";")
    name, _, written = parameter.strip().partition("=")
    try:
        weight = float(written) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0, None
    languages: dict[str, Language] = {"zh": "zh-CN", "en": "en", "*": FIRST_LANGUAGE}
    return weight, languages.get(tag.strip().lower().partition("-")[0])
