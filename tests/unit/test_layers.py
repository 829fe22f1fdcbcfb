"""The layers stand as DESIGN draws them: imports point down only, and each library is used only in its own package."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.domain import errors
from tests.unit.sources import ROOT, over_each, parse, read

SOURCES = sorted(path for top in ("dashboard", "pages", "components") for path in (ROOT / top).rglob("*.py"))

# From the ground up; a module may import from its own layer and from those before it. Every folder is named here.
LAYERS = (
    *("domain", "messages", "settings", "store", "staff", "gateways", "jobs", "sync", "lists"),
    *("payments", "payouts", "statements", "books", "reports"),
    *("customers", "mandates", "accounts", "linking", "connections"),
    *(
        "limits",
        "approvals",
        "refunds",
        "debits",
        "schedules",
        "batches",
        "cases",
        "evidence",
        "notices",
        "privacy",
        "operations",
        "inbox",
    ),
    *("desk", "doctor", "running", "components", "web", "ui", "app", "main", "cli", "__main__", "pages"),
)
# The features: use cases that a page or a command calls, each of which asks who acts.
FEATURES = LAYERS[LAYERS.index("sync") : LAYERS.index("desk")]
# The sandbox shares nothing with the client but the ground, so that it cannot agree with our mistakes.
SANDBOX_SHARES = {"sandbox", "domain", "settings"}
LONGEST = 400


def layer_of(path: Path) -> str:
    """The folder (or the module directly in dashboard/) that a file belongs to."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[0] if parts[0] != "dashboard" else parts[1]


def modules_imported(path: Path) -> Iterator[str]:
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layers_imported(path: Path) -> set[str]:
    layers = set()
    for name in modules_imported(path):
        if name.split(".")[0] not in {"dashboard", "pages", "components"} or name == "dashboard":
            continue
        target = ROOT.joinpath(*name.split("."))
        if target.with_suffix(".py").exists():
            layers.add(layer_of(target.with_suffix(".py")))
        elif (target / "__init__.py").exists():
            layers.add(layer_of(target / "__init__.py"))
    return layers


def test_every_folder_has_its_layer() -> None:
    found = {layer_of(path) for path in SOURCES} - {"__init__", "sandbox"}
    assert found == set(LAYERS)


@over_each(SOURCES)
def test_imports_point_down(path: Path) -> None:
    layer = layer_of(path)
    if layer == "__init__":
        assert not layers_imported(path)
        return
    for below in layers_imported(path) - {layer}:
        if layer == "sandbox":
            assert below in SANDBOX_SHARES, f"{path} imports {below}: the sandbox knows nothing of the client"
        elif below == "sandbox":
            assert layer == "cli", f"{path} imports the sandbox: only tests, benchmarks and the command line do"
        else:
            assert LAYERS.index(below) < LAYERS.index(layer), f"{path} ({layer}) imports {below}, which stands above it"
    if layer == "store":
        assert "gateways" not in layers_imported(path)


LIBRARIES = {
    "streamlit": {"pages", "ui", "app", "main", "components"},
    "streamlit_javascript": {"pages", "ui", "components"},
    "requests": {"gateways"},
    "stripe": {"gateways"},
    "sqlite3": {"store", "sandbox"},
    "sqlite_utils": {"store", "sandbox"},
}


@over_each(SOURCES)
def test_each_library_stays_in_its_package(path: Path) -> None:
    for name in modules_imported(path):
        library = name.split(".")[0]
        assert library not in LIBRARIES or layer_of(path) in LIBRARIES[library], f"{path} imports {name}"


@over_each(SOURCES)
def test_how_the_store_keeps_a_time_is_known_below_the_pages(path: Path) -> None:
    if LAYERS.index(layer_of(path)) > LAYERS.index("desk") if layer_of(path) in LAYERS else False:
        assert "dashboard.store.sql" not in set(modules_imported(path)), f"{path}: the use case gives aware datetimes"


@over_each(SOURCES)
def test_no_module_is_too_long(path: Path) -> None:
    assert len(read(path).splitlines()) <= LONGEST, f"{path} should be two modules"


# Who looks up an id that may be nobody's asks `domain/lookups.py`. These say more: the sync may not have read it yet.
LOOKUPS = {
    *("dashboard/domain/lookups.py", "dashboard/payments/detail.py"),
    *("dashboard/payments/saved_views.py", "dashboard/payouts/__init__.py"),
}


@over_each(SOURCES)
def test_what_is_not_there_is_said_in_one_place(path: Path) -> None:
    if layer_of(path) != "sandbox" and str(path.relative_to(ROOT)) not in LOOKUPS:
        assert "There is no such" not in read(path), f"{path}: `require_found` in dashboard/domain/lookups.py"


# A format of dates, a call of strftime, or cents made into dollars.
FORMATTED = re.compile(r"""\{[^{}"']*:%|\bstr[fp]time\(|/\s*100\b(?!_)|%\s*100\b(?!_)""")
FORMATTERS = {"dashboard/domain/formatting.py"}


@over_each(SOURCES)
def test_money_and_dates_become_text_in_one_module(path: Path) -> None:
    if layer_of(path) == "sandbox" or str(path.relative_to(ROOT)) in FORMATTERS:
        return
    found = [line.strip() for line in read(path).splitlines() if FORMATTED.search(line)]
    assert not found, f"{path} formats by itself; dashboard/domain/formatting.py does it in the business's zone"


@pytest.mark.parametrize(
    "line",
    ['f"on {at:%Y-%m-%d}"', 'at.strftime("%d")', 'f"{cents / 100:,.2f}"', 'f"{cents // 100}.{cents % 100:02d}"'],
)
def test_formatting_elsewhere_would_be_seen(line: str) -> None:
    assert FORMATTED.search(line)


def raised_in(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The errors of the desk's own tree that a function raises in its own body."""
    found = set()
    for node in ast.walk(function):
        error = node.exc.func if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) else None
        if isinstance(error, ast.Name) and issubclass(getattr(errors, error.id, object), errors.DeskError):
            found.add(error.id)
    return found


@over_each(SOURCES)
def test_a_public_function_says_what_it_raises(path: Path) -> None:
    """By the error's own name, or by the name of one above it in the tree."""
    if layer_of(path) in {"sandbox", "pages"}:  # a page's functions are called by its own buttons
        return
    tree = parse(path)
    for body in (tree.body, *(node.body for node in ast.walk(tree) if isinstance(node, ast.ClassDef))):
        for function in body:
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and not function.name.startswith("_"):
                said = ast.get_docstring(function) or ""
                for name in raised_in(function):
                    above = {one.__name__ for one in getattr(errors, name).__mro__}
                    assert any(one in said for one in above), f"{path}: {function.name} raises {name} without a word"


# Words that the field does not use, or uses for something else (a ledger is double-entry, banks settle). The code says
# eligibility, projection, update, sentence, duplicate, expensive, relink, blocker, retry, timeline, erasure instead.
RETIRED = {
    *(
        "standing",
        "standings",
        "ledger",
        "telling",
        "tellings",
        "saying",
        "sayings",
        "settle",
        "twin",
        "lonely",
        "dear",
    ),
    *("mend", "mending", "repair", "repairs", "obstacle", "obstacles", "hurry", "hasten", "house", "trade", "story"),
    *("forgetting", "sound", "filling"),
}


def words_of(path: Path) -> set[str]:
    """The words that the names of a module are made of, lower case."""
    names = {*path.with_suffix("").parts[len(ROOT.parts) :]}
    for node in ast.walk(parse(path)):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                names.add(name)
    return {word.lower() for name in names for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}


@over_each(SOURCES)
def test_names_are_of_the_fields_words(path: Path) -> None:
    if layer_of(path) == "sandbox" or "migrations" in path.parts:  # the one says Plaid's words, the other what was
        return
    assert not words_of(path) & RETIRED, "see the glossary in ARCHITECTURE.md"


PROSE = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *SOURCES])


@over_each(PROSE)
def test_only_is_said_and_not_alone(path: Path) -> None:
    assert not re.search(r"(?<!left )(?<!leave )\balone\b(?!`)", read(path).replace("\n", " "))


TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py") if path != ROOT / "tests" / "asgi.py")


@over_each(TESTS)
def test_a_coroutine_of_a_test_runs_on_a_thread_of_its_own(path: Path) -> None:
    """`asyncio.run` fails where a browser test was run before in the same process: `tests.asgi.run_apart` does not."""
    called = {ast.unparse(node.func) for node in ast.walk(parse(path)) if isinstance(node, ast.Call)}
    assert not called & {"asyncio.run", "asyncio.Runner"}


def test_no_module_of_dashboard_bears_a_librarys_name() -> None:
    """`streamlit run` puts dashboard/ itself on the path, where `stripe.py` would hide stripe."""
    taken = set(sys.stdlib_module_names) | set(importlib.metadata.packages_distributions())
    ours = {path.stem for path in (ROOT / "dashboard").glob("*.py")} | {
        path.parent.name for path in (ROOT / "dashboard").glob("*/__init__.py")
    }
    assert not (ours - {"__init__", "__main__"}) & (taken - {"dashboard"})


# What only SQLite says stands in store/engine/, behind names; migrations are written for the engine they change.
ENGINE_WORDS = re.compile(
    r"\browid\b|json_each|json_array|PRAGMA|pragma_|ON CONFLICT|INSERT OR |NOCASE|\bMATCH\b|sqlite_(schema|master)"
    r"|BEGIN IMMEDIATE|total_changes|\bVACUUM\b|\bfts5\b|\bGLOB\b|\b(json_\w+|instr|ifnull|iif|typeof|group_concat)\("
    r"|\b(min|max)\([\w.]+, |\bsum\([\w.]+ (IS|=|<|>)|\bIS (NOT )?[:?]|last_insert_rowid|strftime|julianday|unixepoch"
)
STORE = ROOT / "dashboard" / "store"
STATEMENTS = sorted(
    path for path in STORE.rglob("*.py") if not {"engine", "migrations"} & set(path.relative_to(STORE).parts)
)


@over_each(STATEMENTS)
def test_what_one_engine_says_is_said_behind_the_engines_door(path: Path) -> None:
    tree = parse(path)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            found = ENGINE_WORDS.search(node.value)
            assert not found, f"{path}:{node.lineno} says {found and found.group()!r}: name it in store/engine/"
    assert "sqlite3" not in modules_imported(path), f"{path} imports sqlite3: name what is needed in store/engine/"


def test_what_shows_no_page_loads_nothing_that_holds_payments_in_memory() -> None:
    """The sync and the backups run beside the app on the same machine, and are 100 MB smaller each without these."""
    asked = "import sys, dashboard.desk, dashboard.sync.reader, dashboard.cli.commands"
    told = "print(sorted({'numpy', 'pandas', 'pyarrow'} & sys.modules.keys()))"
    tried = "import importlib; importlib.import_module('dashboard.store.payments.columns'); import pandas"
    program = f"{asked}; {told}; {tried}; {told}"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "['numpy', 'pandas', 'pyarrow']"]
