"""What the desk is built from: locked by hash, under licenses that may be, and audited where the registry answers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from scripts.audit import judge, read_accepted
from tests.documents import ROOT
from tests.licenses import is_forbidden, license_of, locked

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock")


@pytest.mark.parametrize("name", LOCKS)
def test_everything_is_locked_with_its_hashes(name: str) -> None:
    blocks = re.split(r"\n(?=\S)", (ROOT / name).read_text())
    packages = [block for block in blocks if "==" in block.split("\n")[0]]
    assert len(packages) > 40 and all("--hash=sha256:" in block for block in packages)


def test_what_the_project_asks_for_is_locked() -> None:
    import tomllib

    asked = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {re.split(r"[\[><=~!; ]", one)[0].lower().replace("_", "-") for one in asked}
    assert names <= set(locked())


@pytest.mark.parametrize("name", locked())
def test_no_runtime_dependency_is_under_a_license_that_reaches_everything(name: str) -> None:
    license = license_of(name)
    assert license != "not named" and not is_forbidden(license), f"{name}: {license}"


@pytest.mark.parametrize(
    ("license", "forbidden"),
    [
        ("GPL-3.0-only", True),
        ("AGPL-3.0-or-later", True),
        ("GNU General Public License v2 (GPLv2)", True),
        ("GNU Affero General Public License v3", True),
        ("GPL-2.0-only OR MIT", False),
        ("LGPL-3.0-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("MPL-2.0", False),
        ("BSD-3-Clause", False),
    ],
)
def test_the_license_test_knows_gnus_from_others(license: str, forbidden: bool) -> None:
    assert is_forbidden(license) is forbidden


# The audit, over a vulnerability service of our own.

LOCK = "segno==1.6.6 \\\n    --hash=sha256:" + "0" * 64 + "\nidna==3.20 \\\n    --hash=sha256:" + "0" * 64 + "\n"


class Service(ThreadingHTTPServer):
    """OSV's query call: knows one vulnerability of segno, or answers with an error."""

    broken = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1/query"


class Answer(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        known: dict[str, Any] = {}
        if asked["package"]["name"] == "segno":
            affected = {"package": {"name": "segno", "ecosystem": "PyPI"}, "versions": ["1.6.6"]}
            fixed = {**affected, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.6.7"}]}]}
            known = {"vulns": [{"id": "GHSA-test", "aliases": ["CVE-1"], "summary": "x", "affected": [fixed]}]}
        body = json.dumps(known).encode()
        self.send_response(500 if self.server.broken else 200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def audit(lock: Path, url: str) -> tuple[int, str]:
    command = [sys.executable, str(ROOT / "scripts" / "audit.py"), str(lock), "--", "-s", "osv", "--osv-url", url]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.lock"
    path.write_text(LOCK)
    return path


def test_a_known_vulnerability_fails_the_audit(lock: Path, service: Service) -> None:
    status, said = audit(lock, service.url)
    assert status == 1 and "VULNERABLE segno 1.6.6: CVE-1 (1.6.7)" in said and "2 packages, 1 findings" in said


def test_a_registry_that_does_not_answer_fails_nothing_and_is_said(lock: Path, service: Service) -> None:
    service.broken = True
    assert audit(lock, service.url) == (0, "requirements.lock: not audited, the registry does not answer here.\n")
    status, said = audit(lock, "http://127.0.0.1:9/v1/query")
    assert status == 0 and "not audited" in said


def test_an_accepted_finding_has_a_reason_and_an_end(tmp_path: Path) -> None:
    path = tmp_path / "audit.toml"
    path.write_text('[[accepted]]\nid = "CVE-1"\nreason = "not reached"\nuntil = 2027-01-31\n')
    found = {
        "dependencies": [
            {
                "name": "segno",
                "version": "1.6.6",
                "vulns": [{"id": "GHSA-t", "aliases": ["CVE-1"], "fix_versions": []}],
            }
        ]
    }
    accepted = read_accepted(path, date(2027, 1, 31))
    assert judge(found, accepted) == (
        [],
        ["segno 1.6.6: GHSA-t (no fixed version yet); accepted: not reached"],
    )
    assert judge(found, read_accepted(path, date(2027, 2, 1)))[0], "and counts again when its day is over"
    assert all({"id", "reason", "until"} <= set(one) for one in script_entries())


def script_entries() -> list[dict[str, Any]]:
    import tomllib

    return list(tomllib.loads((ROOT / "scripts" / "audit.toml").read_text()).get("accepted", []))
