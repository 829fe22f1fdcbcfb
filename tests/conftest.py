"""What every run of the tests shares: a seed that is printed, and the branches that some of them pass through."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from tests.coverage import FOLDER, TESTS, Measure

hypothesis.settings.register_profile("desk", print_blob=True)
hypothesis.settings.load_profile("desk")
MEASURE = Measure(os.environ[FOLDER]) if FOLDER in os.environ else None  # before anything of the product is imported
# Of three processes on two cores: what drives a browser waits for it most of the time, and left a core idle.
DRIVERS = 2
# Long runs by themselves: they are handed out one by one, where a file is handed out whole.
SPREAD = ("test_crash_slice.py", "test_days_slice.py")
# The files that drive a browser for a minute and more: the last of all must be a short one.
LONG = frozenset(
    f"test_{name}.py"
    for name in (
        *("addresses", "approvals", "component", "handover", "handover_sign_in", "health", "later_and_again"),
        *("lost_clicks", "main_job", "planted_secrets", "sign_in", "widths"),
    )
)


def pytest_configure(config: pytest.Config) -> None:
    """Each test draws on from where `random` is: the same numbers before each would be the same ids in one sandbox."""
    if hasattr(config.option, "randomly_reset_seed"):
        config.option.randomly_reset_seed = False
    config.pluginmanager.register(First())
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Failures(config))


class Failures:
    """Says a failure when it happens: a run of a quarter of an hour is stopped early, and its cause looked at."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """The test's name and the end of what it says, at once."""
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if report.failed and terminal is not None:
            terminal.write_line(f"\n{report.when} failed: {report.nodeid}\n{report.longreprtext[-3_000:]}")


class First:
    """Puts what takes long in front, in whatever order it is by then: no process is alone with it at the end."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """The longest of all that is handed out begins first; a unit test's file takes seconds."""
        items.sort(key=lambda item: (not is_driven(item), item.path.name not in LONG, item.path.parent.name == "unit"))


class ByFile(LoadScopeScheduling):
    """A file's tests go to one process, which makes what they share once.

    No more than DRIVERS of them drive a browser while there is anything else to do; only at the end may all of them.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = Path(nodeid.partition("::")[0])
        return nodeid if path.name in SPREAD else str(path)

    def _assign_work_unit(self, node: WorkerController) -> None:
        if sum(self._drives(other) for other in self.nodes if other is not node) >= DRIVERS:
            wanted = next((scope for scope in self.workqueue if not is_browsers(scope)), None)
            if wanted is not None:
                self.workqueue.move_to_end(wanted, last=False)
        super()._assign_work_unit(node)

    def _drives(self, node: WorkerController) -> bool:
        return any(is_browsers(scope) and not all(done.values()) for scope, done in self.assigned_work[node].items())


def is_browsers(scope: str) -> bool:
    """Whether the tests of a file drive a browser."""
    return Path(scope).parent.name == "browser"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """How tests are handed out to the processes of `-n`."""
    config.option.loadscopereorder = False  # in the order of the run: the browser's first
    return ByFile(config, log)


def is_driven(item: pytest.Item) -> bool:
    """Whether the test drives a browser."""
    return item.path.parent.name == "browser"


def pytest_collection_finish() -> None:
    """All is imported."""
    if MEASURE:
        MEASURE.turn(on=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Only the tests of the measured modules are measured."""
    if MEASURE:
        MEASURE.turn(on=item.path.name in TESTS)
    return (yield)


def pytest_sessionfinish() -> None:
    """Each process writes what it found beside the others'."""
    if MEASURE:
        MEASURE.save()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """How the same run is had again."""
    seed = getattr(config.option, "randomly_seed", None)
    if isinstance(seed, int):
        terminalreporter.write_line(f"In this order again: -p randomly --randomly-seed={seed} --hypothesis-seed={seed}")
