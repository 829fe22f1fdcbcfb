"""The command line does what its help says, with only the settings that each verb uses."""

from __future__ import annotations

import csv
import io
import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from dashboard.store.encryption.vault import make_key
from tests.commands import run_command
from tests.sandboxes import Sandbox
from tests.workbooks import read_workbook

ROOT = Path(__file__).resolve().parents[2]


class Shell:
    """Runs `ach-desk` with only Stripe's settings and the key."""

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

    def run(self, *arguments: str, status: int = 0, given: str = "", **more: str) -> str:
        done = run_command(list(arguments), {**self.environ, **more}, given=given)
        assert done.returncode == status, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if status == 0 else done.stderr or done.stdout


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


def test_live_keys_are_not_served_without_sign_in(shell: Shell) -> None:
    live = {"PLAID_CLIENT_ID": "x", "PLAID_SECRET": "y", "PLAID_ENV": "production", "STRIPE_SECRET_KEY": "sk_live_x"}
    said = shell.run("serve", "--port", "0", status=1, **live, STRIPE_API_BASE="https://api.stripe.com")
    assert "without sign-in anybody who reaches the desk could debit" in said and "ACH_DESK_OIDC_CLIENT_ID" in said


def test_a_port_in_use_is_said_in_words(shell: Shell) -> None:
    plaid = {"PLAID_CLIENT_ID": "x", "PLAID_SECRET": "y"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"Port {port} on 127.0.0.1 is in use." in shell.run("serve", "--port", port, status=1, **plaid)


def test_a_misspelt_setting_stops_every_verb(shell: Shell) -> None:
    assert "did you mean ACH_DESK_TIMEZONE?" in shell.run("sync", status=1, ACH_DESK_TIMEZNOE="Europe/Berlin")


def test_the_doctor_lists_everything_that_is_missing_at_once(shell: Shell) -> None:
    said = shell.run("doctor", status=1, STRIPE_SECRET_KEY="")
    assert all(name in said for name in ("PLAID_CLIENT_ID", "PLAID_SECRET", "STRIPE_SECRET_KEY"))


def test_a_backup_that_is_not_there_is_named(shell: Shell) -> None:
    assert "There is no backup /nope." in shell.run("restore", "/nope", status=1)


def test_a_first_pin_is_set_on_the_server_and_is_on_record(shell: Shell) -> None:
    assert "ann@example.com" in shell.run("pin", "Ann@example.com", given="405162\n")
    assert "easy to guess" in shell.run("pin", "ann@example.com", given="111111\n", status=1)
    with sqlite3.connect(shell.environ["ACH_DESK_DB"], timeout=30) as db:
        rows = db.execute("SELECT subject, actor FROM audit WHERE action = 'pin.set'").fetchall()
    db.close()
    ((subject, actor),) = rows
    assert subject == "person:ann@example.com" and "command line" in actor


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_an_export_holds_exactly_the_filtered_rows(shell: Shell, format: str) -> None:
    out = shell.home / f"failed.{format}"
    said = shell.run("export", "payments", "--format", format, "--out", str(out), "--status", "failed")
    rows = list(csv.DictReader(io.StringIO(out.read_text()))) if format == "csv" else pq.read_table(out).to_pylist()
    assert len(rows) == int(said.split()[0]) > 5
    assert {row["status"] for row in rows} == {"failed"}
    first = rows[0]
    assert first["id"].startswith(("py_", "ch_")) and int(first["amount_cents"]) > 0 and first["currency"] == "usd"
    assert first["created_at"].endswith(("-04:00", "-05:00")), "times carry the business's offset"


def test_a_workbook_holds_exactly_the_filtered_rows_and_their_total(shell: Shell) -> None:
    out = shell.home / "failed.xlsx"
    said = shell.run("export", "payments", "--format", "xlsx", "--out", str(out), "--status", "failed")
    sheet, _ = read_workbook(out)
    shown = {head: [cell.value if cell else "" for cell in sheet.column(head)] for head in ("Status", "Amount")}
    count = int(said.split()[0])
    assert shown["Status"][:count] == ["Failed"] * count and count > 5
    *amounts, total = [value for value in shown["Amount"] if isinstance(value, Decimal)]
    assert len(amounts) == count and sum(amounts) == total > 0


def test_an_export_of_a_column_that_does_not_exist_writes_nothing(shell: Shell) -> None:
    out = shell.home / "nothing.csv"
    said = shell.run("export", "payments", "--out", str(out), "--columns", "id,secret", status=1)
    assert "secret" in said and not out.exists()


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2026-13-01", "today"])
def test_a_day_that_no_payment_has_is_refused(shell: Shell, day: str) -> None:
    out = shell.home / "never.csv"
    said = shell.run("export", "payments", "--out", str(out), "--created-to", day, status=2)
    assert day in said and not out.exists()


def test_keys_are_made_and_looked_at(shell: Shell) -> None:
    assert len(shell.run("keys", "init").strip()) == 44
    assert "can be read" in shell.run("keys", "status")


def test_a_backup_is_taken_and_restored(shell: Shell) -> None:
    folder = shell.home / "backups"
    path = shell.run("backup", "--sealed", "--folder", str(folder)).strip()
    assert "was restored" in shell.run("restore", path)
    assert "complete" in shell.run("audit", "verify")


@pytest.mark.parametrize("table", ["audit", "audit_head"])
def test_a_trail_that_is_gone_is_said_in_words(shell: Shell, tmp_path: Path, table: str) -> None:
    copy = tmp_path / "copy.db"
    with sqlite3.connect(shell.environ["ACH_DESK_DB"]) as whole, sqlite3.connect(copy) as db:
        whole.backup(db)
        db.execute(f"DROP TABLE {table}")
    whole.close()
    db.close()
    said = shell.run("audit", "verify", status=1, ACH_DESK_DB=str(copy))
    assert f"The table {table} is missing." in said


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
