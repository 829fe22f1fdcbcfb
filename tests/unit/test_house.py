"""The house stands as ARCHITECTURE.md draws it: imports point down, each trade is practised in its own room."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for top in ("dashboard", "pages", "components") for path in (ROOT / top).rglob("*.py"))

# Rooms from the top of the house to its ground; a module may import from its own room and from those after it.
FLOORS = ["pages", "cli", "front", "components", "desk", "use cases", "gateways", "store", "ground"]
GROUND = {
    *("customer_words", "filters", "errors", "models", "settings", "clock", "bankdays", "status", "return_codes"),
    "texts",
}
LONGEST = 400


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts[0] in {"pages", "components"}:
        return parts[0]
    if len(parts) > 2 and parts[1] in {"gateways", "store", "sandbox"}:
        return parts[1]
    if parts[1:2] == ("ui",) or parts[1] in {"app", "hooks", "main"}:
        return "front"
    if parts[1] in {"cli", "commands", "demo", "processes", "doctor", "serving", "__main__"}:
        return "cli"
    if parts[1] == "desk":
        return "desk"
    return "ground" if parts[1] in GROUND or parts[1] == "__init__" else "use cases"


def modules_imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms_imported(path: Path) -> set[str]:
    rooms = set()
    for name in modules_imported(path):
        if name.split(".")[0] not in {"dashboard", "pages", "components"}:
            continue
        target = ROOT.joinpath(*name.split("."))
        if target.with_suffix(".py").exists():
            rooms.add(room_of(target.with_suffix(".py")))
        elif (target / "__init__.py").exists() and name != "dashboard":
            rooms.add(room_of(target / "__init__.py"))
    return rooms


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    room = room_of(path)
    for below in rooms_imported(path):
        if "sandbox" in (room, below):
            assert below in {"sandbox", "ground"} or room == "cli", f"{path} ({room}) imports {below}"
            continue
        if (room, below) in {("front", "pages"), ("components", "front")}:
            pytest.fail(f"{path} ({room}) imports {below}")
        assert FLOORS.index(below) >= FLOORS.index(room), f"{path} ({room}) imports {below}, which stands above it"
    if room == "store":
        assert "gateways" not in rooms_imported(path)


TRADES = {
    "streamlit": {"pages", "front", "components"},
    "streamlit_javascript": {"pages", "front", "components"},
    "requests": {"gateways", "sandbox", "desk"},
    "stripe": {"gateways"},
    "sqlite3": {"store", "sandbox"},
    "sqlite_utils": {"store", "sandbox"},
}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_trade_stays_in_its_room(path: Path) -> None:
    for name in modules_imported(path):
        trade = name.split(".")[0]
        assert trade not in TRADES or room_of(path) in TRADES[trade], f"{path} imports {name}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_outgrows_its_room(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST, f"{path} wants a second door"


def test_no_module_of_dashboard_bears_a_librarys_name() -> None:
    """`streamlit run` puts dashboard/ itself on the path, where `stripe.py` would hide stripe."""
    import importlib.metadata
    import sys

    taken = set(sys.stdlib_module_names) | set(importlib.metadata.packages_distributions())
    ours = {path.stem for path in (ROOT / "dashboard").glob("*.py")} | {
        path.parent.name for path in (ROOT / "dashboard").glob("*/__init__.py")
    }
    assert not (ours - {"__init__", "__main__"}) & (taken - {"dashboard"})
