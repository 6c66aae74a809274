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
        if not changes.keys() <= kind.__dataclass_fields__.keys():
            raise TypeError(f"{kind.__name__} has no {', '.join(changes.keys() - kind.__dataclass_fields__)}")
        changed = object.__new__(kind)
        changed.__dict__.update(state.__dict__, **changes)
        return changed
