"""An export that was ordered on a page, as every process of the desk sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from dashboard.domain.common import Problem
from dashboard.domain.formatting import file_stamp


class ExportState(StrEnum):
    """How far an export has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def is_open(self) -> bool:
        """Whether it is still being made."""
        return self in {ExportState.WAITING, ExportState.RUNNING}


@dataclass(frozen=True)
class Export:
    """One export of one person, in one visit, at one browser: `rows` of `total` rows are written.

    `words` say which rows; `facts` are what the trail says of it when it is fetched; `made_in` is the process.
    """

    id: str
    person: str
    device: str
    visit: str
    made_in: str
    format: str
    zone: str
    words: str
    total: int
    started_at: datetime
    facts: Mapping[str, object] = field(default_factory=dict)
    state: ExportState = ExportState.WAITING
    rows: int = 0
    problem: Problem | None = None
    is_stopped: bool = False
    is_noted: bool = False

    @property
    def name(self) -> str:
        """The file's name in the folder of exports; nobody can guess it."""
        return f"{self.id}.{self.format}"

    @property
    def file_name(self) -> str:
        """What the file is called on the reader's machine."""
        return f"payments-{file_stamp(self.started_at, ZoneInfo(self.zone))}.{self.format}"
