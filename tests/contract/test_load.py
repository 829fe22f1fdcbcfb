"""A small office on one process beside a running sync: nothing goes wrong (`make load` is the large one)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.load import BusyDesk, run


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BusyDesk]:
    started = BusyDesk(tmp_path_factory.mktemp("load"))
    yield started
    started.stop()


def test_ten_tabs_and_a_sync_on_one_process_meet_no_error(
    desk: BusyDesk, record_property: Callable[[str, object], None]
) -> None:
    load = run(desk, sessions=10, seconds=12, breath=(0.2, 1.0))
    for name, value in load.as_dict().items():
        record_property(name, value)
    assert load.errors == []
    assert len(load.first) == 10 and len(load.all) >= 10, "every tab has been answered, and again"
    assert load.syncs >= 1 and load.days >= 1, "the sync ran beside them"
