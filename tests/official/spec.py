"""Where the providers' published types lie: a folder beside the project, of a size and a license of its own.

`stripe-types.json.gz` is made from the declarations of the official `stripe` package of npm, `plaid.json.gz` from
Plaid's OpenAPI document and the newest official Python client.
"""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = "ACH_DESK_TRUTH"
FILES = ("stripe-types.json.gz", "plaid.json.gz")
ABSENT = (
    f"The providers' published types are not here, so nothing was held against them. Set {VARIABLE} to the folder that"
    f" has spec/{FILES[0]} and spec/{FILES[1]}, or put it at {ROOT.parent / 'shared' / 'truth'}."
)


def checkouts() -> list[Path]:
    """This checkout, and the one that it is a worktree of."""
    link = ROOT / ".git"
    if not link.is_file():
        return [ROOT]
    repository = Path(link.read_text().removeprefix("gitdir:").strip())  # <main>/.git/worktrees/<name>
    return [ROOT, repository.parents[2]]


def find_spec(environ: dict[str, str] | None = None) -> Path | None:
    """The folder with both files: the named one, else beside a checkout; None where there is none.

    Raises FileNotFoundError where the variable names a folder without them: a wrong address is never overlooked.
    """
    named = (os.environ if environ is None else environ).get(VARIABLE)
    if named:
        folder = Path(named) / "spec"
        for name in FILES:
            if not (folder / name).is_file():
                raise FileNotFoundError(f"{VARIABLE} is {named}, and there is no {folder / name}.")
        return folder
    for root in checkouts():
        folder = root.parent / "shared" / "truth" / "spec"
        if all((folder / name).is_file() for name in FILES):
            return folder
    return None


def load(folder: Path, name: str) -> dict[str, Any]:
    """One of the two files."""
    return dict(json.loads(gzip.decompress((folder / name).read_bytes())))


def is_wanted() -> bool:
    """Whether the tests that need the types are to run: the types are here, or they ought to be (CI=true)."""
    return find_spec() is not None or os.environ.get("CI") == "true"


def need_spec() -> Path:
    """The folder; fails the test that asked for it where it is absent, with the sentence that says how to get it."""
    found = find_spec()
    if found is None:
        raise FileNotFoundError(ABSENT)
    return found
