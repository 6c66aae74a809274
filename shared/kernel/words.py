"""The trade's words that shelves and services share: each a closed list."""

from enum import StrEnum


class Channel(StrEnum):
    """受理渠道: the door a request came through."""

    HOTLINE = "hotline"
    WEB = "web"
    APP = "app"
    MINI_PROGRAM = "mini_program"
    WECHAT = "wechat"
    GRID = "grid"
    SENSOR = "sensor"
    OPEN311 = "open311"
    BATCH = "batch"


class Language(StrEnum):
    """语言: what a citizen would rather be asked in."""

    CHINESE = "zh-CN"
    ENGLISH = "en"

    @property
    def tongue(self) -> str:
        """As files of the city name it, whatever the region."""
        return self.partition("-")[0]


class Kind(StrEnum):
    """诉求类型: what the citizen wants."""

    CONSULT = "consult"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    PRAISE = "praise"


class Tier(StrEnum):
    """分级: how long the city may take. Decided by rules, never by the citizen's tone."""

    URGENT = "urgent"
    UTILITIES = "utilities"
    GENERAL = "general"
    COMPLEX = "complex"


class HandlingMode(StrEnum):
    """办理模式: 即知即办 / 平台协办 / 特事特办 / 难题专办."""

    AT_ONCE = "at_once"
    PLATFORM_ASSISTED = "platform_assisted"
    SPECIAL = "special"
    DEDICATED = "dedicated"


class Ruling(StrEnum):
    """裁定: what was decided on a return."""

    UPHOLD = "uphold"
    REDIRECT = "redirect"
    DIVIDE = "divide"
    SILENCE = "silence"
    """No decision in time: refused, the unit keeps the order."""
    BACKSTOP = "backstop"
    """Too many returns: the district takes it."""


class Overdue(StrEnum):
    """超期: which clock ran out."""

    DISPATCH = "dispatch"
    SIGN = "sign"
    RESOLVE = "resolve"


class Share(StrEnum):
    """责任划分: which part a unit takes of what was divided: 主办 / 协办."""

    LEAD = "lead"
    CO = "co"


class DeclineReason(StrEnum):
    """不予受理: the eight reasons."""

    OUTSIDE_TERRITORY = "outside_territory"
    IN_LITIGATION = "in_litigation"
    AGAINST_LAW = "against_law"
    SECRET_OR_PRIVATE = "secret_or_private"
    VERIFIED_UNTRUE = "verified_untrue"
    BEYOND_REASON = "beyond_reason"
    FOUND_UNREASONABLE = "found_unreasonable"
    GROUNDLESS = "groundless"


class MergeReason(StrEnum):
    """并案缘由: why two cases are one matter."""

    REPEAT_CALLER = "repeat_caller"
    """The same caller, again about the same matter."""
    JOINED = "joined"
    """The citizen was offered the other case and said: me too."""


class Solved(StrEnum):
    """是否解决."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Satisfied(StrEnum):
    """是否满意."""

    SATISFIED = "satisfied"
    BASICALLY = "basically"
    NOT = "not"
    NO_OPINION = "no_opinion"


class CallbackChannel(StrEnum):
    """回访渠道."""

    PHONE = "phone"
    LINK = "link"
    IN_APP = "in_app"
    IVR = "ivr"
    """Keys pressed while a machine asks."""


class Unreached(StrEnum):
    """回访未果: why a round of calling back ended without an answer."""

    LADDER = "ladder"
    """Every call of the ladder was made, and nobody took one."""
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"
    """The citizen was on the phone and did not want to be asked."""
    DAYS_OVER = "days_over"
    """The days in which the citizen could answer alone went by."""
    NOBODY = "nobody"
    """No citizen asked for the case, and there is no number."""


class WhistleKind(StrEnum):
    """哨型: 综合执法 / 重点工作 / 应急处置."""

    JOINT_ENFORCEMENT = "joint_enforcement"
    KEY_WORK = "key_work"
    EMERGENCY = "emergency"


class Blower(StrEnum):
    """谁吹哨: 街乡镇 / 社区 / 网格长."""

    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"
    """Who walks a grid, in the name of the community or street it belongs to."""


class RaisedFrom(StrEnum):
    """议题来源: what a deliberation grew out of."""

    CASE = "case"
    RESIDENT = "resident"
    GRID_WORKER = "grid_worker"


class Means(StrEnum):
    """筹: what is pledged, and what its amount counts: fen, hours, things."""

    MONEY = "money"
    WORK = "work"
    THINGS = "things"


class Giver(StrEnum):
    """谁来筹: who pledges."""

    UNIT = "unit"
    PARTY_MEMBERS = "party_members"
    VOLUNTEERS = "volunteers"
    RESIDENTS = "residents"
    COMPANY = "company"


class DeliberationStep(StrEnum):
    """议事进展: what happened on a matter's way to its evaluation, apart from meetings and pledges."""

    OPTION_PROPOSED = "option_proposed"
    OPTION_DROPPED = "option_dropped"
    PILOTS_BEGUN = "pilots_begun"
    COMMITTED = "committed"
    WORK_BEGUN = "work_begun"
    TASK_ADDED = "task_added"
    TASK_DONE = "task_done"
    CASES_LINKED = "cases_linked"


class VisitKind(StrEnum):
    """走访对象: whom a grid worker calls on."""

    HOUSEHOLD = "household"
    BUSINESS = "business"
    FACILITY = "facility"


class UnitLevel(StrEnum):
    """单位层级."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    DEPARTMENT = "department"
    UTILITY = "utility"


class StreetClass(StrEnum):
    """四类街乡镇: 先进 / 进步 / 整改 / 治理."""

    ADVANCED = "advanced"
    PROGRESSING = "progressing"
    RECTIFYING = "rectifying"
    GOVERNED = "governed"


class SupervisionStep(StrEnum):
    """五步督办: 提醒 / 通报 / 约谈 / 挂牌督办 / 移交, each graver than the one before."""

    REMIND = "remind"
    CIRCULATE = "circulate"
    TALK = "talk"
    LIST = "list"
    HAND_OVER = "hand_over"
