"""The processes of a desk: what each is for, when it was last heard of, and what it leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

HEARD = timedelta(seconds=60)  # twice as long as a lead is held: what was not heard of since has ended, or stands still


class ProcessKind(StrEnum):
    """What a process is for; for each kind one process of the whole desk leads."""

    WEB = "web"
    SYNC = "sync"
    BACKUPS = "backups"


@dataclass(frozen=True)
class DeskProcess:
    """One process: its name (`jobs/leases.py`), machine and process id, since when it runs, when it was last heard."""

    id: str
    kind: ProcessKind
    host: str
    pid: int
    started_at: datetime
    seen_at: datetime
    leads: bool = False

    def is_heard(self, now: datetime) -> bool:
        """Whether it was heard of within the last minute; both ways, since clocks of two machines differ."""
        return abs(now - self.seen_at) <= HEARD
