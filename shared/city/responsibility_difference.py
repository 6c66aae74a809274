"""权责清单对照: what one version says otherwise than the one it follows."""

from dataclasses import dataclass

from shared.city.responsibilities import Item, ResponsibilityList

Matter = tuple[str, str, tuple[str, ...]]
"""Category, scope and keywords: what an item is about."""
_SAID = ("kind", "lead", "co_units", "clause", "tier", "whistle")


@dataclass(frozen=True, slots=True)
class ItemChange:
    """One item before and after; None: it is not there."""

    before: Item | None
    after: Item | None

    @property
    def item(self) -> Item:
        """The one to name the matter by."""
        found = self.after or self.before
        if found is None:
            raise AssertionError("a change has a before or an after")
        return found

    @property
    def fields(self) -> tuple[str, ...]:
        """What is said otherwise."""
        if self.before is None or self.after is None:
            return ()
        return tuple(name for name in _SAID if getattr(self.before, name) != getattr(self.after, name))


@dataclass(frozen=True, slots=True)
class ListDifference:
    """From one list to the next, in the order of matters."""

    added: tuple[ItemChange, ...] = ()
    changed: tuple[ItemChange, ...] = ()
    removed: tuple[ItemChange, ...] = ()


def list_difference(before: ResponsibilityList | None, after: ResponsibilityList) -> ListDifference:
    """What the next list says otherwise; None: it is the first."""
    was = _by_matter(before.items if before else ())
    now = _by_matter(after.items)
    changes = [ItemChange(was.get(matter), now.get(matter)) for matter in sorted(was.keys() | now.keys())]
    return ListDifference(
        added=tuple(each for each in changes if each.before is None),
        changed=tuple(each for each in changes if each.fields),
        removed=tuple(each for each in changes if each.after is None),
    )


def _by_matter(items: tuple[Item, ...]) -> dict[Matter, Item]:
    return {(item.category, item.scope, tuple(sorted(item.keywords))): item for item in items}
