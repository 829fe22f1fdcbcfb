"""Questions that may be dear, asked beside the page: a click meanwhile is answered, and the question is given up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

import streamlit as st

Answer = TypeVar("Answer")
LOOK_SECONDS = 0.03  # between two looks whether the person did something else
_askers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="question")  # the four charts of a page


@dataclass
class Question(Generic[Answer]):
    """A question that is being answered on a thread of its own."""

    future: Future[Answer]
    stop: threading.Event

    def wait(self) -> Answer:
        """Its answer. Where the page is to be drawn anew meanwhile, the question ends with this run of the script."""
        looks = 0
        try:
            while True:
                try:
                    return self.future.result(LOOK_SECONDS)
                except TimeoutError:
                    if self.future.done():  # the question's own
                        raise
                    looks += 1
                    st.session_state["patience"] = looks  # to set it is where Streamlit looks for another run
        finally:
            self.stop.set()


def ask(work: Callable[[threading.Event], Answer]) -> Question[Answer]:
    """Begin to answer; `work` takes an event that is set once nobody waits any more."""
    stop = threading.Event()
    return Question(_askers.submit(work, stop), stop)
