"""The desk: one function for each command; load, decide, keep."""

from services.router.handlers.asked import (
    answer_proposed,
    citizen_urges,
    close_unasked,
    decline_proposed,
    give_up_survey,
    merge_proposed,
    start_survey,
    supplement,
    take_answer,
    take_division,
    withdraw,
)
from services.router.handlers.clocks import (
    ring_bells,
)
from services.router.handlers.desk import (
    adjudicate,
    answer,
    decline,
    dispatch,
    merge,
    open_case,
    reclassify,
)
from services.router.handlers.directory import (
    compare_directory,
    import_directory,
)
from services.router.handlers.hotspots import (
    take_up_hotspot,
)
from services.router.handlers.ids import (
    order_ids,
)
from services.router.handlers.lists import (
    compare_list,
    publish_list,
)
from services.router.handlers.orders import (
    assign,
    contact,
    extend,
    find,
    hand_on,
    progress,
    read_contact,
    resolve,
    return_case,
    set_mode,
    shelve,
    sign,
    supervise,
    unshelve,
    urge,
)

__all__ = [
    "adjudicate",
    "answer",
    "answer_proposed",
    "assign",
    "citizen_urges",
    "close_unasked",
    "compare_directory",
    "compare_list",
    "contact",
    "decline",
    "decline_proposed",
    "dispatch",
    "extend",
    "find",
    "give_up_survey",
    "hand_on",
    "import_directory",
    "merge",
    "merge_proposed",
    "open_case",
    "order_ids",
    "progress",
    "publish_list",
    "read_contact",
    "reclassify",
    "resolve",
    "return_case",
    "ring_bells",
    "set_mode",
    "shelve",
    "sign",
    "start_survey",
    "supervise",
    "supplement",
    "take_answer",
    "take_division",
    "take_up_hotspot",
    "unshelve",
    "urge",
    "withdraw",
]
