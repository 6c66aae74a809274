"""Says in one line whether the Kafka part was skipped; with JIESU_REQUIRE_KAFKA=1 a skip fails the run.

A part that is skipped silently is a part that nobody tests.
"""

import os

import pytest

SKIPPED = "Kafka cannot be had here"
"""Every test that skips for want of Kafka begins its reason with this."""


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A run that must have Kafka and skipped it has failed."""
    if session.exitstatus == pytest.ExitCode.OK and _required() and _reasons(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """One line for a person, whatever else is printed."""
    reasons = _reasons(config)
    if reasons:
        count = f"{len(reasons)} test{'s' * (len(reasons) > 1)}"
        verdict = "; they are required (JIESU_REQUIRE_KAFKA=1)" if _required() else ""
        terminalreporter.write_line(
            f"The Kafka part was skipped ({count}): {reasons[0]}{verdict}", yellow=True
        )


def _required() -> bool:
    return os.environ.get("JIESU_REQUIRE_KAFKA") == "1"


def _reasons(config: pytest.Config) -> list[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    told = [str(report.longrepr[2]) for report in skipped if isinstance(report.longrepr, tuple)]
    return [reason.removeprefix("Skipped: ") for reason in told if SKIPPED in reason]
