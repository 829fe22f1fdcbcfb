"""Cells that a spreadsheet must not take for a formula (OWASP: CSV injection)."""

from __future__ import annotations

from typing import TypeVar, cast

Cell = TypeVar("Cell")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def escape_cell(cell: Cell) -> Cell:
    """The cell as a spreadsheet may open it: text that looks like a formula gets an apostrophe before it."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return cast(Cell, f"'{cell}")
    return cell


def unescape_cell(cell: str) -> str:
    """The text as it was before `escape_cell`, so that an export can be imported again."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA_STARTS) else cell
