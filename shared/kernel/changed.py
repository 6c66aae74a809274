"""`replace` for aggregates of many fields: `dataclasses.replace` asks for each field and sets each anew.

An aggregate is changed several times in one decision, and has up to sixty fields. One without slots has its
values in a dictionary, which is copied whole: a tenth of the time. What has slots is replaced as ever.
Trap: a `cached_property` lies in that dictionary too, and would be copied with it; aggregates have none.
"""

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # The checker knows this one: it refuses a field that is not there, and a value of another type.
    from dataclasses import replace as replace
else:

    def replace(state: Any, /, **changes: Any) -> Any:
        """The same with these fields changed. Raises `TypeError` for a field it does not have."""
        kind = type(state)
        if not hasattr(state, "__dict__") or hasattr(kind, "__post_init__"):
            return dataclasses.replace(state, **changes)
        values = state.__dict__ | changes
        if len(values) != len(state.__dict__):
            raise TypeError(f"{kind.__name__} has no {', '.join(changes.keys() - state.__dict__.keys())}")
        changed = object.__new__(kind)
        object.__setattr__(changed, "__dict__", values)
        return changed
