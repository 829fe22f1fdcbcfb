"""How much work something is, in steps of the interpreter: the same on a busy machine as on an idle one."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def count_steps(work: Callable[[], Any]) -> int:
    """The instructions of Python that the work takes on this thread; what C does within one counts as one."""
    steps = 0

    def trace(frame: FrameType, event: str, _given: Any) -> Any:
        nonlocal steps
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        steps += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return steps


def count_calls(work: Callable[[], Any]) -> int:
    """The functions that the work calls on this thread, C's too; for tests whose branches are measured meanwhile."""
    calls = 0

    def profile(_frame: FrameType, event: str, _given: Any) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(before)
    return calls
