"""What the documents say is true of the code."""

from __future__ import annotations

import argparse
import configparser
import importlib.metadata
import re
from pathlib import Path

import pytest

from dashboard.app import CONFIG
from dashboard.cli.parser import build_parser
from dashboard.domain.models import Mode, Role
from dashboard.settings import KEYS, load_settings
from dashboard.staff.access import ALLOWED, Permission
from dashboard.store.encryption.vault import make_key
from dashboard.store.privacy.wiping import ELSEWHERE, LEFT, WIPED
from tests.documents import ROOT, generated


@pytest.mark.parametrize("path", generated(), ids=lambda path: path.name)
def test_the_generated_parts_are_fresh(path: Path) -> None:
    assert path.read_text() == generated()[path], "run `python -m tests.documents`"


def verbs() -> list[str]:
    actions = (action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction))
    return [verb for action in actions for verb in action.choices]


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_is_in_the_readme_and_has_a_help(verb: str) -> None:
    assert f"ach-desk {verb}" in (ROOT / "README.md").read_text()
    assert f"  {verb}" in build_parser().format_help()


@pytest.mark.parametrize("path", sorted((ROOT / "pages").glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_every_page_is_in_the_readme(path: Path) -> None:
    assert f"`{path.stem}`" in (ROOT / "README.md").read_text()


def unit() -> configparser.ConfigParser:
    """The systemd unit; of a key that stands several times the values are lines of one."""
    lines: dict[tuple[str, str], list[str]] = {}
    section = ""
    for line in (ROOT / "deploy" / "ach-desk.service").read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            name, _, value = line.partition("=")
            lines.setdefault((section, name), []).append(value)
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keys as they are written
    for (part, name), values in lines.items():
        parser.read_dict({part: {name: "\n".join(values)}})
    return parser


def test_the_unit_starts_a_command_that_exists_and_hands_over_settings_that_exist() -> None:
    service = unit()["Service"]
    program, *arguments = service["ExecStart"].split()
    assert program.endswith("/ach-desk") and build_parser().parse_args(arguments).address == "127.0.0.1"
    secrets = {key.name for key in KEYS if key.secret}
    handed = {line.split(":")[0] for line in service["LoadCredential"].splitlines()}
    assert handed <= secrets
    assert service["KillMode"] == "mixed", "a stop asks only the server, which then stops its children in order"


def test_the_example_of_an_environment_is_whole_and_holds_no_secret(tmp_path: Path) -> None:
    lines = (ROOT / "deploy" / "desk.env.example").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(given) - {"HOME"} <= {key.name for key in KEYS if not key.secret}
    for name in (line.split(":")[0] for line in unit()["Service"]["LoadCredential"].splitlines()):
        (tmp_path / name).write_text({"STRIPE_SECRET_KEY": "sk_live_x"}.get(name, "x" * 40))
    (tmp_path / "ACH_DESK_KEY").write_text(make_key().reveal())
    filled = {name: value or "filled-in" for name, value in given.items()}
    settings = load_settings({**filled, "CREDENTIALS_DIRECTORY": str(tmp_path)}, None)
    assert settings.mode is Mode.LIVE and settings.open_id is not None and settings.serving.backups is not None


def test_every_setting_that_the_guide_names_exists() -> None:
    text = (ROOT / "docs" / "deployment.md").read_text()
    named = set(re.findall(r"`((?:ACH_DESK|PLAID|STRIPE)_[A-Z_]+)(?:=[^`]*)?`", text))
    assert len(named) > 8 and named <= {key.name for key in KEYS} | {"ACH_DESK_OIDC_", "ACH_DESK_ROLE_"}


def test_every_proof_that_the_threat_model_names_is_there() -> None:
    named = re.findall(r"`(tests/[^`]+|docs/[^`]+)`", (ROOT / "SECURITY.md").read_text())
    assert len(named) > 15
    assert [one for one in named if not list(ROOT.glob(one))] == []


def test_every_file_that_the_architecture_names_is_there() -> None:
    named = set(re.findall(r"`([a-z][\w/.]*/[\w.]*)`", (ROOT / "ARCHITECTURE.md").read_text()))
    assert len(named) > 30
    tops = (ROOT, ROOT / "dashboard")
    assert [one for one in sorted(named) if not any((top / one).exists() for top in tops)] == []


def test_every_table_is_in_the_schema(tmp_path: Path) -> None:
    described = set(re.findall(r"^## (\w+)$", (ROOT / "docs" / "schema.md").read_text(), re.MULTILINE))
    assert {*WIPED, *ELSEWHERE, *LEFT} == described - {"_migrations"}


def test_the_guide_promises_no_role_what_it_may_not() -> None:
    lines = (ROOT / "docs" / "deployment.md").read_text().splitlines()
    (debit,) = [line for line in lines if line.startswith("| debit a bank account |")]
    assert debit == "| debit a bank account |  | ✓ |  |  |" and Permission.CREATE_DEBIT in ALLOWED[Role.FINANCE]
    (refund,) = [line for line in lines if line.startswith("| refund a payment |")]
    assert refund == "| refund a payment |  | ✓ |  |  |" and Permission.REFUND_PAYMENT in ALLOWED[Role.FINANCE]


def test_the_newest_version_of_the_changelog_is_the_one_that_is_installed() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings[0] == "[Unreleased]", "what is to come is first"
    versions = [re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d", one) for one in headings[1:]]
    assert all(versions), "then each version with its day"
    written = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert written and versions[0] and written[1] == versions[0][1] == importlib.metadata.version("ach-desk")
    sorts = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert sorts <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security", "Known limits"}


def test_every_verb_of_make_says_what_it_does() -> None:
    lines = (ROOT / "Makefile").read_text().splitlines()
    (phony,) = [line.split(":")[1].split() for line in lines if line.startswith(".PHONY:")]
    said = {line.split(":")[0] for line in lines if re.match(r"[a-z]+:.*## ", line)}
    assert said == set(phony) and {"test", "days", "crash", "mutants"} <= said


def test_the_guide_says_how_large_an_upload_and_a_message_may_be() -> None:
    uploads, messages = (int(CONFIG[f"server.max{what}Size"]) for what in ("Upload", "Message"))
    said = f"Uploads are limited to {uploads} MB and websocket messages to {messages} MB"
    assert said in (ROOT / "docs" / "deployment.md").read_text()
