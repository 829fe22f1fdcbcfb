"""Who works on a row: a lease has an owner and an end, so that two workers never run the same step.

An owner's name says where the process lives: the machine since its last boot and the namespace of its process ids, the
id, when it began, and a random part. Only there does asking the operating system about the id say anything.
"""

from __future__ import annotations

import os
import socket
import uuid
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Protocol

LEASE = timedelta(seconds=180)  # longer than the longest step: three tries of 45 s and their pauses
_GONE = frozenset("ZX")  # states of /proc: ended, and only its parent has not looked yet


def name_machine() -> str:
    """This machine since its last boot, and the namespace in which a process id means something here.

    Two containers may share host name and kernel; an id of one is nobody, or somebody else, in the other.
    """
    boot = namespace = ""
    with suppress(OSError):  # only Linux says these
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        namespace = str(Path("/proc/self/ns/pid").stat().st_ino)
    return f"{socket.gethostname()}:{boot}:{namespace}"


def began_at(pid: int) -> str | None:
    """When a process began, in the kernel's ticks since boot; empty where it has ended, None where nobody says."""
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    return "" if state in _GONE else rest[18]


MACHINE = name_machine()


def name_process() -> str:
    """A new name for this process."""
    return f"{MACHINE}/{os.getpid()}/{began_at(os.getpid()) or ''}.{uuid.uuid4().hex}"


PROCESS = name_process()


def _name_again() -> None:
    """A fork is a process of its own."""
    global PROCESS
    PROCESS = name_process()


os.register_at_fork(after_in_child=_name_again)


def new_owner() -> str:
    """A name for one run of one worker: machine, process, and what tells its runs apart."""
    return f"{PROCESS}/{uuid.uuid4().hex}"


def is_dead(owner: str | None) -> bool:
    """Whether the process behind a lease is known to be gone, so that its lease need not run out.

    Of another machine, an earlier boot or another namespace of ids nothing is known: those leases end by time.
    """
    if owner is None:
        return False
    try:
        machine, pid, process, *_ = owner.split("/")
        number = int(pid)
    except ValueError:
        return False
    if machine != MACHINE:
        return False
    if number == os.getpid():
        return process != PROCESS.rsplit("/", 1)[1]  # the process before us had the same number
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    began, then = began_at(number), process.partition(".")[0]
    return began == "" or bool(began and then and began != then)


class NamedLeases(Protocol):
    """Leases by name, as the store keeps them; times are epoch seconds."""

    def acquire_lease(self, name: str, owner: str, now: int, until: int) -> bool:
        """Take or prolong a lease; False where another owner holds it now."""

    def release_lease(self, name: str, owner: str) -> None:
        """Give a lease back."""

    def lease_holder(self, name: str, now: int) -> str | None:
        """Who holds a lease now."""


def take(leases: NamedLeases, name: str, owner: str, now: int, seconds: int) -> bool:
    """Take or prolong a named lease from `now` (epoch seconds) on; that of a dead process need not run out.

    Call it in a transaction, so that nobody takes it between the look and the release. False where another holds it.
    """
    holder = leases.lease_holder(name, now)
    if holder != owner and is_dead(holder):
        leases.release_lease(name, str(holder))
    return leases.acquire_lease(name, owner, now, now + seconds)
