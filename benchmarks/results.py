"""What a run found: the JSON object that machines read, and notes that only the table shows."""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

NAMES: dict[str, tuple[str, ...]] = {
    "page": (
        *("floor_ms", "open_ms", "sort_ms", "filter_ms", "search_ms", "next_ms", "detail_ms", "jump_ms", "pick_ms"),
        *("chart_ms", "max_kb", "rows_visible", "dropped_frames"),
    ),
    "backfill": ("rows_per_s", "raw_rows_per_s", "dlt_rows_per_s"),
    "limit": ("share", "share_all"),
    "resync": (
        *("rows_equal", "dlt_rows_equal", "reads", "changed", "window_pages", "event_pages", "seconds", "dlt_seconds"),
    ),
    "memory": ("rss_mb",),
}


@dataclass
class Results:
    """Numbers by part and name; a number that was not taken is null."""

    numbers: dict[str, dict[str, float | int | None]] = field(
        default_factory=lambda: {part: dict.fromkeys(names) for part, names in NAMES.items()}
    )
    rows: list[tuple[str, str, str, str]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def put(self, part: str, **numbers: float | int | None) -> None:
        """Keep numbers of a part. Raises KeyError for a name that the object does not have."""
        for name, value in numbers.items():
            if name not in self.numbers[part]:
                raise KeyError(f"{part}.{name}")
            self.numbers[part][name] = round(value, 4) if isinstance(value, float) else value

    def say(self, part: str, what: str, found: str, bar: str = "", met: bool | None = None) -> None:
        """A row of the table: what was measured, what came out, the bar and whether it is met."""
        verdict = {True: "met", False: "NOT MET", None: ""}[met]
        self.rows.append((part, what, found, f"{bar} {verdict}".strip() if bar else verdict))

    def as_json(self) -> str:
        """The one object, in the order of the issue."""
        return json.dumps(self.numbers)

    def table(self) -> str:
        """The table for people, as Markdown."""
        head = ("part", "what", "measured", "bar (DESIGN section 7)")
        rows = [head, *self.rows]
        widths = [max(len(row[column]) for row in rows) for column in range(4)]

        def line(row: tuple[str, str, str, str]) -> str:
            return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"

        rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
        return "\n".join([line(head), rule, *(line(row) for row in self.rows)])


def middle(values: list[float]) -> float:
    """The median."""
    return float(median(values))


def spread(values: list[float]) -> str:
    """Lowest and highest, for the reader."""
    return f"{min(values):.0f}-{max(values):.0f}"


def machine() -> dict[str, Any]:
    """Where this ran."""
    model, memory = platform.processor() or "unknown processor", 0.0
    for line in _read("/proc/cpuinfo"):
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    for line in _read("/proc/meminfo"):
        if line.startswith("MemTotal"):
            memory = int(line.split()[1]) / 1024 / 1024
    import os

    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_gb": round(memory),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }


def _read(path: str) -> list[str]:
    file = Path(path)
    return file.read_text().splitlines() if file.exists() else []
