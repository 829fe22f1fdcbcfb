"""`ach-desk init` at a terminal, against a sandbox: each key is tried, nothing secret is shown, nothing is lost."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from dashboard.cli.init import run_init
from dashboard.cli.setup_files import render_unit, write_settings
from dashboard.settings import Settings, load_settings
from dashboard.settings.sources import read_file
from tests.browser.identity import Provider
from tests.sandboxes import Sandbox
from tests.terminals import TerminalSession
from tests.unit.sources import ROOT

SECRET = "not-the-secret-of-anybody"


@pytest.fixture
def environ(lived: Sandbox) -> dict[str, str]:
    """The sandbox in the place of Plaid and Stripe, and nothing else of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PLAID", "STRIPE", "ACH_"))}
    return {**kept, "PLAID_BASE_URL": lived.url, "STRIPE_API_BASE": lived.url, "PYTHONPATH": str(ROOT)}


def start(home: Path, environ: Mapping[str, str]) -> TerminalSession:
    return TerminalSession("init", cwd=home, environ=environ)


def answer_keys(session: TerminalSession, lived: Sandbox) -> None:
    session.answer("Plaid's environment", "sandbox")
    session.answer("client id", lived.keys["plaid"]["client_id"])
    session.answer("Plaid's secret", lived.keys["plaid"]["secret"])
    session.expect("Plaid accepts them")
    session.answer("Stripe's secret", lived.keys["stripe"]["secret_key"])
    session.expect("Stripe accepts it: account acct_")


def test_a_set_up_ends_with_the_address_and_the_doctors_findings(
    lived: Sandbox, environ: dict[str, str], tmp_path: Path
) -> None:
    session = start(tmp_path, environ)
    session.answer("Plaid's environment", "sanbox")
    session.expect("Answer sandbox or production.")
    session.answer("Plaid's environment")
    session.answer("client id", lived.keys["plaid"]["client_id"])
    session.answer("Plaid's secret", SECRET)
    session.expect("Once more, or Ctrl-C to end; nothing has been written.")
    answer_keys(session, lived)
    session.answer("business's name", "ACME Payments")
    session.answer("bank statement", "ACME <PAYMENTS>")
    session.expect("STRIPE_STATEMENT_DESCRIPTOR")
    session.answer("bank statement", "ACME PAYMENTS")
    session.answer("time zone", "America/Chicago")
    session.answer("Telephone", "+1 212 555 0100")
    session.answer("E-mail", "nobody")
    session.expect("not an e-mail address")
    session.answer("E-mail", "billing@example.com")
    session.answer("Postal address")
    session.answer("database file", "/dev/null")
    session.expect("cannot be the database")
    session.answer("database file", "desk.db")
    session.answer("backups once a day")
    session.answer("Their folder")
    session.answer("OpenID provider")
    session.answer("systemd unit", "yes")
    session.answer("unit's file", "ach-desk.service")
    session.answer("account that it runs as", "ach-desk")
    session.expect("WARNING  Last sync")
    session.expect("its address is http://127.0.0.1:8501")
    assert session.end() == 0

    file = tmp_path / ".streamlit" / "secrets.toml"
    assert file.stat().st_mode & 0o777 == 0o600
    written = tomllib.loads(file.read_text())
    assert (
        written["PLAID_CLIENT_NAME"] == "ACME Payments" and written["ACH_DESK_CONTACT_EMAIL"] == "billing@example.com"
    )
    assert "STRIPE_API_BASE" not in written, "what stands in the environment stays there"
    for name in ("PLAID_SECRET", "STRIPE_SECRET_KEY", "ACH_DESK_KEY"):
        assert written[name] and written[name] not in session.shown
    assert SECRET not in session.shown
    load_settings({"STRIPE_API_BASE": lived.url, "PLAID_BASE_URL": lived.url}, file)
    unit = (tmp_path / "ach-desk.service").read_text()
    assert "User=ach-desk" in unit and f"WorkingDirectory={tmp_path}" in unit

    again = start(tmp_path, environ)
    again.answer("is there already. Change it?")
    again.expect("Nothing was changed.")
    assert again.end() == 1 and tomllib.loads(file.read_text()) == written


def test_a_second_set_up_keeps_the_key_and_what_was_not_asked(
    lived: Sandbox, environ: dict[str, str], tmp_path: Path
) -> None:
    """With another key the linked banks could not be used any more."""
    plaid, stripe = lived.keys["plaid"], lived.keys["stripe"]
    before = {
        "PLAID_CLIENT_ID": plaid["client_id"],
        "PLAID_SECRET": plaid["secret"],
        "STRIPE_SECRET_KEY": stripe["secret_key"],
        "ACH_DESK_KEY": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "STRIPE_WEBHOOK_SECRET": "whsec_kept",
        "ACH_DESK_DB": str(tmp_path / "desk.db"),
    }
    file = tmp_path / "secrets.toml"
    write_settings(file, before)
    shown: list[Settings] = []
    terminal = Typed(["yes", *[""] * 40], hidden=[""] * 5)

    def show(settings: Settings) -> int:
        shown.append(settings)
        return len(shown) - 1

    assert run_init(terminal, environ, file, show) == 0
    written = tomllib.loads(file.read_text())
    assert before.items() <= written.items()
    (kept,) = tmp_path.glob("secrets.toml.before-init-*")
    assert tomllib.loads(kept.read_text()) == before and kept.stat().st_mode & 0o777 == 0o600
    assert not any(value in "\n".join(terminal.said) for name, value in before.items() if "SECRET" in name)


@pytest.mark.parametrize("name", ['Zoë "Z" Ångström \\ Co', "Pâtisserie 🥐", "a\x7fb"])
def test_what_is_written_is_read_as_it_was(tmp_path: Path, name: str) -> None:
    write_settings(tmp_path / "secrets.toml", {"PLAID_CLIENT_NAME": name})
    assert read_file(tmp_path / "secrets.toml") == {"PLAID_CLIENT_NAME": name}


def test_a_sign_in_is_tried_where_it_can_be_and_its_secrets_are_made(
    lived: Sandbox, environ: dict[str, str], tmp_path: Path
) -> None:
    provider = Provider(tmp_path)
    try:
        typed = [
            *("sandbox", lived.keys["plaid"]["client_id"], "", "", "", "", "", "", str(tmp_path / "desk.db"), "no"),
            *("yes", "https://desk.example.com/", f"{provider.metadata_url}/nothing"),
            *("https://desk.example.com", provider.metadata_url, "ach-desk", "ada@example.com", "fin", "", "", ""),
            *("https://desk.example.com", provider.metadata_url, "ach-desk", "", "group:finance", "", "", "127.0.0.1"),
            "no",
        ]
        hidden = [lived.keys["plaid"]["secret"], lived.keys["stripe"]["secret_key"], "of the client", "of the client"]
        file = tmp_path / "secrets.toml"
        terminal = Typed(typed, hidden)
        assert run_init(terminal, environ, file, lambda settings: 0) == 0
    finally:
        provider.stop()
    said = "\n".join(terminal.said)
    assert "is no OpenID provider" in said and "`fin` is neither an e-mail address nor a group" in said
    assert "Register https://desk.example.com/oauth2callback there" in said
    assert said.splitlines()[-1].endswith("its address is https://desk.example.com.")
    written = tomllib.loads(file.read_text())
    assert written["ACH_DESK_ROLE_ADMIN"] == "ada@example.com" and len(written["ACH_DESK_OIDC_COOKIE_SECRET"]) == 64
    assert written["PLAID_REDIRECT_URI"] == "https://desk.example.com/onboard"
    assert not any(value in said for name, value in written.items() if "SECRET" in name or name == "ACH_DESK_KEY")


class Typed:
    """A person who types what was written down before."""

    def __init__(self, typed: list[str], hidden: list[str]) -> None:
        self._typed, self._hidden, self.said = iter(typed), iter(hidden), list[str]()

    def ask(self, question: str) -> str:
        self.said.append(question)
        return next(self._typed)

    def ask_hidden(self, question: str) -> str:
        self.said.append(question)
        return next(self._hidden)

    def say(self, words: str) -> None:
        self.said.append(words)


def test_without_a_terminal_it_says_what_to_do_instead(environ: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "dashboard", "init"],
        cwd=tmp_path,
        env=environ,
        input="sandbox\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "no terminal" in done.stderr and "ach-desk doctor" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_unit_keeps_every_guard_of_the_one_under_deploy(tmp_path: Path) -> None:
    template = (ROOT / "deploy" / "ach-desk.service").read_text()
    data = (Path("/srv/desk"), Path("/var/lib/ach-desk/backups"))
    made = render_unit(template, checkout=Path("/opt/ach-desk"), folder=Path("/etc/desk"), user="till", data=data)
    guards = re.findall(
        r"^(?:Protect|Private|Restrict|System|No|Capability|Ambient|Lock|Memory|Limit|Tasks)\S+$", template, re.M
    )
    assert len(guards) > 20 and set(guards) <= set(made.splitlines())
    assert "ReadWritePaths=/srv/desk\n" in made and "ReadWritePaths=/var" not in made
    assert "LoadCredential" not in made and "EnvironmentFile" not in made, "the file of settings has them"
    assert f"ExecStart={Path(sys.prefix)}/bin/ach-desk serve" in made and "User=till" in made and "Group=" not in made
    at_home = render_unit(template, checkout=Path("/home/ann/desk"), folder=Path("/home/ann/desk"), user="ann", data=())
    assert "ProtectHome=read-only" in at_home
    if program := shutil.which("systemd-analyze"):
        (tmp_path / "ach-desk.service").write_text(made)
        said = subprocess.run([program, "verify", str(tmp_path / "ach-desk.service")], capture_output=True, text=True)
        assert "Unknown key" not in said.stderr and "ignoring" not in said.stderr
