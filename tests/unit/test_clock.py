from __future__ import annotations

from datetime import timedelta

from dashboard.domain.clock import Clock, FixedClock


def test_the_clock_runs_ahead_with_the_sandbox_and_never_behind(clock: FixedClock) -> None:
    real = clock.real()
    clock.follow(real + timedelta(days=3))
    assert clock.now() - real == timedelta(days=3)
    clock.follow(real - timedelta(days=3))
    assert clock.now() == real


def test_leases_go_by_real_time(clock: FixedClock) -> None:
    real = clock.real()
    clock.follow(real + timedelta(days=3))
    assert clock.real() == real


def test_a_real_clock_is_aware_and_does_not_stand() -> None:
    clock = Clock()
    before = clock.now()
    assert before.utcoffset() == timedelta()
    assert clock.now() >= before
