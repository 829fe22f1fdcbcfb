"""`make audit` checks the locked dependencies for known vulnerabilities; 1 where one was not accepted with a reason.

Where the registry does not answer nothing is known, which is said and is no failure: a build must not hang on it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
ACCEPTED = ROOT / "scripts" / "audit.toml"
PATIENCE = 240  # seconds for a whole lock


def ask(lock: Path, options: list[str]) -> dict[str, Any] | None:
    """What pip-audit says of a lock file; None where its source did not answer."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip_audit", "--progress-spinner", "off", "--disable-pip", "--timeout", "10"]
        command += ["--format", "json", "--output", str(report), "-r", str(lock), *options]
        try:
            subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
            found: dict[str, Any] = json.loads(report.read_text())
        except (subprocess.TimeoutExpired, OSError, ValueError):
            return None
    if all("skip_reason" in one for one in found["dependencies"]):
        return None
    return found


def read_accepted(path: Path, today: date) -> dict[str, str]:
    """The findings that are accepted for now, by id: why. One whose day is over counts no more."""
    entries = tomllib.loads(path.read_text()).get("accepted", [])
    return {one["id"]: one["reason"] for one in entries if one["until"] >= today}


def judge(found: dict[str, Any], accepted: dict[str, str]) -> tuple[list[str], list[str]]:
    """What fails, and what is accepted, a line each."""
    failing, known = [], []
    for package in found["dependencies"]:
        for one in package.get("vulns", []):
            ids = {one["id"], *one.get("aliases", [])}
            fix = ", ".join(one.get("fix_versions", [])) or "no fixed version yet"
            line = f"{package['name']} {package['version']}: {one['id']} ({fix})"
            reasons = [accepted[id] for id in sorted(ids & set(accepted))]
            (known.append(f"{line}; accepted: {reasons[0]}") if reasons else failing.append(line))
    return failing, known


def main(arguments: list[str]) -> int:
    """Audit the locks, or those that are named before `--`; what follows it goes to pip-audit."""
    named, _, options = " ".join(arguments).partition("--")
    locks = [Path(one) for one in named.split()] or [ROOT / name for name in LOCKS]
    accepted = read_accepted(ACCEPTED, date.today())
    bad = False
    for lock in locks:
        found = ask(lock, options.split())
        if found is None:
            print(f"{lock.name}: not audited, the registry does not answer here.")
            continue
        failing, known = judge(found, accepted)
        for line in known:
            print(f"{lock.name}: {line}")
        for line in failing:
            print(f"{lock.name}: VULNERABLE {line}")
        skipped = sum("skip_reason" in one for one in found["dependencies"])
        print(f"{lock.name}: {len(found['dependencies'])} packages, {len(failing)} findings, {skipped} not looked up.")
        bad = bad or bool(failing)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
