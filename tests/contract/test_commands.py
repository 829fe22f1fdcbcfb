"""The command line does what its help says, with only the settings that each verb uses."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest

from dashboard.store.vault import make_key
from tests.sandboxes import Sandbox

ROOT = Path(__file__).resolve().parents[2]


class Shell:
    """Runs `ach-desk` with Stripe's settings and the key alone."""

    def __init__(self, sandbox: Sandbox, home: Path) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PLAID", "STRIPE", "ACH_"))}
        self.environ = {
            **kept,
            "STRIPE_SECRET_KEY": sandbox.keys["stripe"]["secret_key"],
            "STRIPE_API_BASE": sandbox.url,
            "ACH_DESK_DB": str(home / "desk.db"),
            "ACH_DESK_KEY": make_key().reveal(),
        }
        self.home = home

    def run(self, *arguments: str, status: int = 0, **more: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "dashboard", *arguments],
            cwd=ROOT,
            env={**self.environ, **more},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if status == 0 else done.stderr


@pytest.fixture(scope="module")
def shell(lived: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    opened = Shell(lived, tmp_path_factory.mktemp("shell"))
    opened.run("sync")
    yield opened


def test_the_last_line_of_a_sync_is_one_object(shell: Shell) -> None:
    report = json.loads(shell.run("sync", "--full", "--json").splitlines()[-1])
    assert report["resources"]["charges"]["seen"] >= 400
    assert set(report["resources"]["charges"]) == {"seen", "written", "changed", "reads", "seconds"}


def test_a_missing_setting_is_one_sentence_that_names_it(shell: Shell) -> None:
    said = shell.run("sync", status=1, STRIPE_SECRET_KEY="")
    assert said.count("\n") == 1 and "STRIPE_SECRET_KEY" in said


def test_a_sandbox_key_beside_production_is_refused(shell: Shell) -> None:
    plaid = {"PLAID_CLIENT_ID": "x", "PLAID_SECRET": "y", "PLAID_ENV": "production"}
    assert "STRIPE_SECRET_KEY" in shell.run("serve", status=1, **plaid)


def read_sheet(path: Path) -> list[dict[str, str]]:
    """The first sheet of an XLSX file, as a spreadsheet reads it."""
    names = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with zipfile.ZipFile(path) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    lines = []
    for row in sheet.iterfind(".//m:row", names):
        cells = {}
        for cell in row.iterfind("m:c", names):
            column = cell.attrib["r"].rstrip("0123456789")
            text = cell.find("m:is/m:t", names) if cell.get("t") == "inlineStr" else cell.find("m:v", names)
            cells[column] = text.text or "" if text is not None else ""
        lines.append(cells)
    head, *body = lines
    return [{name: line.get(column, "") for column, name in head.items()} for line in body]


@pytest.mark.parametrize("format", ["csv", "xlsx", "parquet"])
def test_an_export_holds_exactly_the_filtered_rows(shell: Shell, format: str) -> None:
    out = shell.home / f"failed.{format}"
    said = shell.run("export", "payments", "--format", format, "--out", str(out), "--status", "failed")
    if format == "csv":
        rows = list(csv.DictReader(io.StringIO(out.read_text())))
    elif format == "parquet":
        rows = pq.read_table(out).to_pylist()
    else:
        rows = read_sheet(out)
    assert len(rows) == int(said.split()[0]) > 5
    assert {row["status"] for row in rows} == {"failed"}
    first = rows[0]
    assert first["id"].startswith(("py_", "ch_")) and int(first["amount_cents"]) > 0 and first["currency"] == "usd"
    assert first["created_at"].endswith(("-04:00", "-05:00")), "times carry the business's offset"


def test_an_export_of_a_column_that_does_not_exist_writes_nothing(shell: Shell) -> None:
    out = shell.home / "nothing.csv"
    said = shell.run("export", "payments", "--out", str(out), "--columns", "id,secret", status=1)
    assert "secret" in said and not out.exists()


def test_keys_are_made_and_looked_at(shell: Shell) -> None:
    assert len(shell.run("keys", "init").strip()) == 44
    assert "can be read" in shell.run("keys", "status")


def test_a_backup_is_taken_and_restored(shell: Shell) -> None:
    folder = shell.home / "backups"
    path = shell.run("backup", "--sealed", "--folder", str(folder)).strip()
    assert "is restored" in shell.run("restore", path)
    assert "whole" in shell.run("audit", "verify")


def test_the_sandbox_runs_alone_and_says_how_to_reach_it(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard", "sandbox", "--state", str(tmp_path / "s.db"), "--no-history"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        ready = json.loads(process.stdout.readline())
        assert set(ready) == {"url", "link_script", "plaid", "stripe"}
        assert set(ready["plaid"]) == {"client_id", "secret", "public_key"}
        assert ready["stripe"]["secret_key"].startswith("sk_test_")
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout:
            process.stdout.close()


PLAID = {"PLAID_CLIENT_ID": "client-id", "PLAID_SECRET": "plaid-secret", "PLAID_ENV": "sandbox"}


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.7", "::", "desk.example.com", ""])
def test_nobody_serves_beyond_this_machine_without_sign_in(shell: Shell, address: str) -> None:
    said = shell.run("serve", "--no-sync", "--address", address, status=2, **PLAID)
    assert "ACH_DESK_OIDC_CLIENT_ID" in said and "ACH_DESK_ROLE_ADMIN" in said
    assert len(said.splitlines()) == 1
