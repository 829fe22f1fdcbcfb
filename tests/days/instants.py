"""The instants that the tests must pass at, and how a process is put there with all that it starts."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
SOURCE = Path(__file__).with_name("shift.c")
# The time in New York; each is one at which a day, a month, a banking day or an offset is another a moment later, or in
# UTC already.
INSTANTS = {
    "a Saturday evening": datetime(2026, 11, 28, 20, 0),
    "Thanksgiving": datetime(2026, 11, 26, 11, 0),
    "the Friday before a Monday holiday": datetime(2027, 1, 15, 16, 0),
    "the hour before summer time begins": datetime(2027, 3, 14, 1, 58),
    "the hour that comes twice": datetime(2026, 11, 1, 1, 58),
    "the last evening of a month": datetime(2027, 4, 30, 22, 0),
    "five minutes before the new year": datetime(2026, 12, 31, 23, 55),
    "five minutes into the new year": datetime(2027, 1, 1, 0, 5),
    "28 February of a leap year": datetime(2028, 2, 28, 12, 0),
    "29 February": datetime(2028, 2, 29, 12, 0),
    "a minute before the cut-off": datetime(2026, 12, 2, 20, 59),
    "a minute after the cut-off": datetime(2026, 12, 2, 21, 1),
    "4 July on a Sunday": datetime(2027, 7, 4, 12, 0),
    "the Monday on which 4 July is kept": datetime(2027, 7, 5, 9, 0),
}
SLICE = ("a Saturday evening", "five minutes before the new year", "29 February")


def can_shift() -> bool:
    """Whether this machine can be told another time: a Linux with a C compiler."""
    return sys.platform == "linux" and shutil.which("cc") is not None


def build(folder: Path) -> Path:
    """The library that moves a process's clock, compiled into a folder."""
    library = folder / "shift.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library, SOURCE], check=True)
    return library


def environ_at(instant: datetime, library: Path) -> dict[str, str]:
    """The environment of a process that begins at an instant of New York; its time goes on from there."""
    seconds = (instant.replace(tzinfo=NEW_YORK) - datetime.now(UTC)).total_seconds()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "TEST_COVERAGE"))}
    return {**kept, "LD_PRELOAD": str(library), "SHIFT_SECONDS": str(round(seconds))}
