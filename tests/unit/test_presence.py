"""Of the processes of a desk one leads each kind: never two at once, and another one soon after it has gone."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.domain.clock import FixedClock
from dashboard.domain.processes import ProcessKind
from dashboard.jobs import leases
from dashboard.jobs.leading import leading, wait_for
from dashboard.jobs.leases import MACHINE, began_at, is_dead, new_owner
from dashboard.jobs.presence import BEAT, FORGOTTEN, LEAD_SECONDS, SURE_SECONDS, Presence
from dashboard.jobs.ticker import Ticker
from dashboard.store import Store
from tests.unit.test_processes import until

ELSEWHERE = "another-machine:boot:namespace"


class Machine:
    """A process of another machine, whose death nobody here can know of; its own time may differ."""

    def __init__(self, store: Store, clock: FixedClock, name: str, kind: ProcessKind = ProcessKind.WEB) -> None:
        self.clock, self.passed, self.losses = clock, 0.0, 0
        id = f"{ELSEWHERE}/7/{name}"
        self.presence = Presence(store, clock, kind, id=id, after_loss=self._lost, elapsed=lambda: self.passed)

    def _lost(self) -> None:
        self.losses += 1


@pytest.fixture
def pair(store: Store, clock: FixedClock) -> tuple[Machine, Machine]:
    return Machine(store, clock, "first"), Machine(store, clock, "second")


def test_the_first_one_leads_and_the_next_waits(pair: tuple[Machine, Machine]) -> None:
    first, second = pair
    for one in pair:
        one.presence.beat()
    assert first.presence.is_leading() and not second.presence.is_leading()
    assert (first.losses, second.losses) == (1, 0), "who begins to lead looks for what was left"
    assert [one.id.rpartition("/")[2] for one in first.presence.others()] == ["second"]


def test_another_one_leads_at_once_when_the_leader_leaves(pair: tuple[Machine, Machine]) -> None:
    first, second = pair
    first.presence.beat()
    first.presence.leave()
    second.presence.beat()
    assert second.presence.is_leading() and not first.presence.is_leading()
    assert not second.presence.others()


def test_of_a_silent_machine_the_lead_is_taken_when_its_time_is_over(
    pair: tuple[Machine, Machine], clock: FixedClock
) -> None:
    first, second = pair
    first.presence.beat()
    clock.move(timedelta(seconds=LEAD_SECONDS))
    second.presence.beat()
    assert not second.presence.is_leading()
    clock.move(timedelta(seconds=1))
    second.presence.beat()
    assert second.presence.is_leading() and second.losses == 1


def test_a_lead_is_kept_through_the_pause_for_as_long_as_it_beats(
    pair: tuple[Machine, Machine], clock: FixedClock
) -> None:
    first, second = pair
    for _ in range(100):
        for one in pair:
            one.presence.beat()
            one.passed += BEAT.total_seconds()
        clock.move(BEAT)
        assert first.presence.is_leading() and not second.presence.is_leading()


STEPS = st.lists(st.sampled_from(["a beats", "b beats", 1, 4, 9, 10, 11, 19, 20, 21, 30, 31, 40]), max_size=30)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_two_never_lead_at_once_whoever_stands_still(store: Store, clock: FixedClock, steps: list[str | int]) -> None:
    """Numbers are seconds that pass for everybody, whether or not anybody beats meanwhile."""
    machines = {name: Machine(store, clock, f"{name} {clock.at.timestamp()}") for name in ("a", "b")}
    clock.move(timedelta(seconds=LEAD_SECONDS + 1))  # what an earlier example left is over
    for step in steps:
        if isinstance(step, str):
            machines[step[0]].presence.beat()
        else:
            clock.move(timedelta(seconds=step, milliseconds=step * 77))
            for one in machines.values():
                one.passed += step * 1.077
        assert sum(one.presence.is_leading() for one in machines.values()) <= 1
    for one in machines.values():
        one.presence.leave()


def test_a_leader_that_stood_still_does_not_lead_when_it_wakes(pair: tuple[Machine, Machine]) -> None:
    first, _ = pair
    first.presence.beat()
    first.passed += SURE_SECONDS
    assert not first.presence.is_leading()


def test_each_kind_has_its_own_leader(store: Store, clock: FixedClock) -> None:
    machines = [Machine(store, clock, kind.value, kind) for kind in ProcessKind]
    for one in machines:
        one.presence.beat()
    assert all(one.presence.is_leading() for one in machines)
    assert [one.leads for one in store.processes.all(clock.real())] == [True] * len(machines)


def test_the_leader_forgets_who_was_not_heard_of_for_long(
    store: Store, pair: tuple[Machine, Machine], clock: FixedClock
) -> None:
    first, second = pair
    second.presence.beat()
    second.presence.beat()
    clock.move(FORGOTTEN + timedelta(seconds=1))
    first.presence.beat()
    assert [one.id.rpartition("/")[2] for one in store.processes.all(clock.real())] == ["first"]


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def owner_of(pid: int) -> str:
    """The name that a process of this machine would have given itself."""
    return f"{MACHINE}/{pid}/{began_at(pid)}.x/run"


def test_a_killed_leader_of_this_machine_is_followed_at_once(
    store: Store, clock: FixedClock, sleeper: subprocess.Popen[bytes]
) -> None:
    killed = Presence(store, clock, ProcessKind.WEB, id=owner_of(sleeper.pid).removesuffix("/run"))
    killed.beat()
    other = Machine(store, clock, "other")
    other.presence.beat()
    assert killed.is_leading() and not other.presence.is_leading()
    sleeper.kill()
    assert until(lambda: is_dead(owner_of(sleeper.pid)) or began_at(sleeper.pid) == "")
    other.presence.beat()
    assert other.presence.is_leading()
    assert [one.leads for one in store.processes.all(clock.real())] == [True], "and the dead one is forgotten"


def test_who_is_dead_is_asked_only_where_the_answer_means_something(sleeper: subprocess.Popen[bytes]) -> None:
    """A container's ids are not ours, and an id that another process has by now says nothing of the old one."""
    host, boot, namespace = MACHINE.rsplit(":", 2)
    owner = owner_of(sleeper.pid)
    assert not is_dead(owner)
    assert is_dead(owner.replace(f"/{began_at(sleeper.pid)}.", "/1.")), "the id is a later process's"
    other_namespace = owner.replace(MACHINE, f"{host}:{boot}:{namespace}1")
    other_boot = owner.replace(MACHINE, f"{host}:another-boot:{namespace}")
    sleeper.kill()
    assert until(lambda: began_at(sleeper.pid) in {"", None})
    assert is_dead(owner), "ended, though nobody has looked at its end yet"
    assert not is_dead(other_namespace) and not is_dead(other_boot)
    sleeper.wait()
    assert is_dead(owner)
    assert not is_dead(new_owner()) and os.getpid() == int(leases.PROCESS.split("/")[1])


def test_a_turn_is_not_taken_while_another_process_leads() -> None:
    leads, turns = threading.Event(), list[int]()
    ticker = Ticker(timedelta(seconds=0.01), lambda: turns.append(1), when=leads.is_set)
    ticker.start()
    try:
        assert not turns
        leads.set()
        assert until(lambda: bool(turns))
    finally:
        ticker.stop()


def test_a_command_that_goes_on_waits_while_another_one_does_the_same(store: Store, clock: FixedClock) -> None:
    other = Machine(store, clock, "other", ProcessKind.SYNC)
    other.presence.beat()

    with leading(store, clock, ProcessKind.SYNC, every=timedelta(seconds=0.01)) as leads:
        assert not leads()
        other.presence.leave()
        assert until(leads), "its own ticker takes the lead"
        wait_for(leads)
    assert not store.processes.all(clock.real())
    with leading(store, clock, ProcessKind.SYNC, watching=False) as leads:
        assert leads() and not store.processes.all(clock.real()), (
            "a command that is given once is no process of the desk"
        )


def test_a_fork_is_a_process_of_its_own() -> None:
    read, write = os.pipe()
    pid = os.fork()
    if not pid:  # the child: nothing of the test's own ends here
        os.write(write, leases.PROCESS.encode())
        os._exit(0)
    os.close(write)
    os.waitpid(pid, 0)
    with os.fdopen(read) as said:
        name = said.read()
    assert name.split("/")[1] == str(pid) and name != leases.PROCESS
    assert is_dead(f"{name}/run"), "and when it has ended, that is known"
