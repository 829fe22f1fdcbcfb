from __future__ import annotations

import logging
import threading

import pytest

from dashboard.jobs.worker import InlineWorker, Worker


def test_work_runs_behind_the_callers_back() -> None:
    worker, threads = Worker(2), []
    for _ in range(5):
        worker.submit(lambda: threads.append(threading.current_thread()))
    assert worker.wait_idle()
    worker.close()
    assert len(threads) == 5
    assert threading.current_thread() not in threads


def test_waiting_ends_in_time() -> None:
    worker, gate = Worker(1), threading.Event()
    worker.submit(gate.wait, 30)
    assert not worker.wait_idle(0.01)
    gate.set()
    assert worker.wait_idle()
    worker.close()


@pytest.mark.parametrize("worker", [InlineWorker(), Worker(1)], ids=["inline", "pool"])
def test_an_error_is_logged_without_what_it_says(
    worker: Worker | InlineWorker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    def fail() -> None:
        raise ValueError("access-sandbox-canary")

    worker.submit(fail)
    assert worker.wait_idle()
    assert "ValueError" in caplog.text
    assert "canary" not in caplog.text
    if isinstance(worker, Worker):
        worker.close()


def test_a_stop_waits_for_what_runs_and_leaves_what_has_not_begun_to_the_next_start() -> None:
    worker, begun, gate, done = Worker(1), threading.Event(), threading.Event(), []

    def step(name: str) -> None:
        begun.set()
        gate.wait(10)
        done.append(name)

    worker.submit(step, "runs")
    assert begun.wait(10)
    worker.submit(step, "waits")
    threading.Timer(0.05, gate.set).start()
    worker.close()
    assert done == ["runs"]
