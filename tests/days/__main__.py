"""`make days`: the unit, contract and page tests at every instant of `instants.py`; the last line is JSON.

`python -m tests.days --at "29 February" tests/unit` runs some of it.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.days.instants import INSTANTS, build, can_shift, environ_at

ROOT = Path(__file__).resolve().parents[2]
TESTS = ("tests/unit", "tests/contract", "tests/pages")
# What kills, crowds or times processes reads no date that another test does not read; `make test` runs it today.
LEFT_OUT = (
    *("tests/contract/test_crash_slice.py", "tests/contract/test_load.py", "tests/contract/test_held_tabs.py"),
    *("tests/contract/test_days_slice.py", "tests/unit/test_supply.py"),
)


def main() -> int:
    """Run them and print what failed where."""
    parser = argparse.ArgumentParser(prog="python -m tests.days")
    parser.add_argument("--at", action="append", choices=sorted(INSTANTS), help="only this instant; may be repeated")
    parser.add_argument("--jobs", type=int, default=2, help="processes beside each other (2)")
    parser.add_argument("tests", nargs="*", help="other tests than all of unit, contract and pages")
    wanted = parser.parse_args()
    if not can_shift():
        sys.stderr.write("The clock of a process can be moved on Linux with a C compiler (Debian: apt install gcc).\n")
        return 2
    failed: dict[str, list[str]] = {}
    passed, names = 0, wanted.at or list(INSTANTS)
    with tempfile.TemporaryDirectory() as folder:
        library = build(Path(folder))
        for name in names:
            started = time.monotonic()
            done = subprocess.run(
                [
                    *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
                    *("-n", str(wanted.jobs), *(f"--ignore={path}" for path in LEFT_OUT)),
                    *(wanted.tests or TESTS),
                ],
                cwd=ROOT,
                env=environ_at(INSTANTS[name], library),
                capture_output=True,
                text=True,
                check=False,
            )
            found = re.search(r"(\d+) passed", done.stdout)
            passed += int(found[1]) if found else 0
            seconds = time.monotonic() - started
            sys.stderr.write(f"{'green' if done.returncode == 0 else 'RED'} {name} ({seconds:.0f} s)\n")
            if done.returncode != 0:
                failed[name] = re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE) or ["no test ran"]
                sys.stderr.write(done.stdout[-20_000:] + done.stderr[-2_000:])
    sys.stdout.write(json.dumps({"instants": len(names), "passed": passed, "failed": failed}) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
