"""The licenses of everything that runs with the desk, from the packages' own metadata: `docs/licenses.md`."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
LOCKED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[^ ;\\]+)", re.MULTILINE)
# GNU's own licenses, whose terms would reach the whole desk; the LGPL and the MPL stop at their own files.
FORBIDDEN = re.compile(r"(?<!L)(?<!Lesser )\b(A?GPL|(Affero )?General Public License)", re.IGNORECASE)
ELSEWHERE = "not installed on this platform"


def locked() -> dict[str, str]:
    """What runs with the desk, by name: its locked version (the last where platforms differ)."""
    return {found["name"]: found["version"] for found in LOCKED.finditer(LOCK.read_text())}


def license_of(name: str) -> str:
    """The license that a package's metadata names: its expression, else its classifiers, else its own words."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return ELSEWHERE
    if "License-Expression" in about:
        return about["License-Expression"]
    own = about["License"].strip() if "License" in about else ""
    if own and len(own) <= 40 and "\n" not in own:
        return own
    classified = [
        line.rpartition(" :: ")[2] for line in about.get_all("Classifier") or [] if line.startswith("License")
    ]
    return ", ".join(classified) or "not named"


def is_forbidden(license: str) -> bool:
    """Whether it is one of GNU's that reach everything they are used in, with no other to choose."""
    return all(FORBIDDEN.search(choice) for choice in re.split(r" OR ", license)) and bool(license)


def write_table(known: str = "") -> str:
    """The table; a package of another platform keeps the line that `known` has for it."""
    rows = ["| package | version | license |", "|---|---|---|"]
    for name, version in locked().items():
        license = license_of(name)
        kept = re.search(rf"^\| {re.escape(name)} \| [^|]+ \| (.+) \|$", known, re.MULTILINE)
        if license == ELSEWHERE and kept:
            license = kept[1]
        rows.append(f"| {name} | {version} | {license} |")
    return "\n".join(rows)
