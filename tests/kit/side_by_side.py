"""Which tests may run beside each other in processes of their own (pytest-xdist), and which begin.

A file's tests share what was made for the file, so a file stays in one process. Those that live in the house
of five services stay together too: a house is dear, and its whole history is judged at the end.
"""

from pathlib import PurePosixPath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

HOUSE = "house"
_HOUSEHOLD = frozenset({"faults", "journeys"})
_WITH_A_SUITE_OF_THEIR_OWN = frozenset({"test_demo.py", "test_the_readme_works.py"})


class _Households(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return _together(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Hand out whole files, and the household as one."""
    return _Households(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Beside each other, what takes longest begins: the household, then the suites of their own."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: (_together(item.nodeid) != HOUSE, not _plays_cases(_file(item.nodeid))))


def _together(nodeid: str) -> str:
    file = _file(nodeid)
    return HOUSE if _plays_cases(file) and file.name not in _WITH_A_SUITE_OF_THEIR_OWN else str(file)


def _plays_cases(file: PurePosixPath) -> bool:
    return file.parent.name in _HOUSEHOLD


def _file(nodeid: str) -> PurePosixPath:
    return PurePosixPath(nodeid.partition("::")[0])
