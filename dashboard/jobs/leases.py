"""Who works on a row: a lease has an owner and an end, so that two workers never run the same step."""

from __future__ import annotations

import os
import socket
import uuid
from datetime import timedelta

LEASE = timedelta(seconds=180)  # longer than the longest step: three tries of 45 s and their pauses

PROCESS = f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex}"


def new_owner() -> str:
    """A name for one run of one worker: machine, process, and what tells its runs apart."""
    return f"{PROCESS}/{uuid.uuid4().hex}"


def is_dead(owner: str | None) -> bool:
    """Whether the process behind a lease is known to be gone, so that its lease need not run out.

    Of another machine nothing is known: its leases end by time.
    """
    if owner is None:
        return False
    try:
        host, pid, process, _ = owner.split("/")
        number = int(pid)
    except ValueError:
        return False
    if host != socket.gethostname():
        return False
    if number == os.getpid():
        return process != PROCESS.rsplit("/", 1)[1]  # the process before us had the same number
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
