"""The doctor finds what is wrong before a customer does, and says what to do about it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard.desk import Desk, open_desk
from dashboard.doctor import Check, Doctor, Verdict, Ward, examine
from dashboard.domain.errors import AccessDenied, ProviderDenied, ProviderRejected
from dashboard.domain.models import Actor, Mode, RiskResult, RiskSource, Role, Secret
from dashboard.domain.notices import Channel, ChannelState
from dashboard.domain.processes import DeskProcess, ProcessKind
from dashboard.gateways.plaid_replies import RiskAnswer
from dashboard.gateways.stripe_permissions import PERMISSIONS, KeyPermission
from dashboard.jobs.presence import Presence
from dashboard.jobs.worker import InlineWorker
from dashboard.operations.backup import Backups
from dashboard.settings import Contact, OpenId, load_settings
from dashboard.staff.access import demo_actor
from dashboard.store.encryption.vault import Vault
from tests.empty_desks import settings_for
from tests.sandboxes import Sandbox

ADMIN = demo_actor()
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(params=["current", "classic"])
def desk(request: pytest.FixtureRequest, fresh: Sandbox, tmp_path: Path) -> Iterator[Desk]:
    ready = {"url": fresh.url, "link_script": f"{fresh.url}/link.js", **fresh.keys}
    environ = settings_for(ready, {"PLAID_LINK_GENERATION": request.param}, tmp_path)
    opened = open_desk(load_settings(environ, None), worker=InlineWorker())
    yield opened
    opened.close()


def by_name(found: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in found}


def test_a_sound_desk_has_nothing_failed(desk: Desk) -> None:
    desk.sync.run()
    assert [check for check in examine(desk, ADMIN) if check.verdict is Verdict.FAILED] == []


def test_an_integration_that_is_not_connected_is_found(fresh: Sandbox, desk: Desk) -> None:
    fresh.control("POST", "/plaid", stripe_connected=False)
    check = by_name(examine(desk, ADMIN))["Plaid's Stripe integration"]
    if desk.settings.generation == "current":
        assert check.verdict is Verdict.FAILED and "Connect Stripe" in check.action and check.request_id
    else:
        assert check.verdict is Verdict.WARNING, "it cannot be tried there"


@pytest.mark.parametrize(
    ("said", "verdict", "words"),
    [
        (RiskAnswer(RiskResult.REVIEW, None, None, None), Verdict.OK, "REVIEW"),
        (RiskAnswer(None, None, None, None, "req-1"), Verdict.FAILED, "no ruleset"),
        (None, Verdict.OK, "first debit"),
    ],
)
def test_signal_is_looked_at_where_it_is_used(
    desk: Desk, said: RiskAnswer | None, verdict: Verdict, words: str
) -> None:
    assert "not used" in look(desk)["Plaid Signal"].found
    used, plaid = replace(desk.settings, plaid_risk=RiskSource.SIGNAL), Plaid()
    plaid.signal = said
    found = by_name(Doctor(used, Ward(path=used.db, **WELL), plaid, Stripe(), lambda: NOW).examine(ADMIN))[
        "Plaid Signal"
    ]
    assert found.verdict is verdict and words in found.found


def test_every_finding_that_is_not_well_says_what_to_do(desk: Desk) -> None:
    assert all(check.action for check in examine(desk, ADMIN) if check.verdict is not Verdict.OK)


class Plaid:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def check_keys(self) -> str | None:
        if self.error:
            raise self.error
        return "req"

    check_stripe_link = check_keys
    signal: RiskAnswer | None = None

    def check_signal(self) -> RiskAnswer | None:
        return self.signal


class Stripe:
    def __init__(self, ach: str = "active", skew: int = 0, lacks: str = "") -> None:
        self.ach, self.skew, self.lacks = ach, skew, lacks

    def may(self, permission: KeyPermission) -> bool:
        return permission.name not in self.lacks.split(", ")

    def account(self) -> dict[str, Any]:
        if "Accounts" in self.lacks:
            raise ProviderDenied("Not permitted.", provider="stripe", http_status=403)
        return {"id": "acct_1", "capabilities": {"us_bank_account_ach_payments": self.ach}}

    def server_time(self) -> datetime:
        return NOW + timedelta(seconds=self.skew)


WELL: dict[str, Any] = {
    "integrity": list,
    "audit": list,
    "secrets_readable": lambda: True,
    "last_sync": lambda: NOW,
    "reads_left": lambda: (10, 10_000),
    "debits_accepted": lambda: 1,
    "last_backup": lambda: NOW,
    "last_retention": lambda: NOW,
    "proves_by_sign_in": lambda: None,
    "channels": list,
    "processes": list,
}


def look(desk: Desk, plaid: Plaid | None = None, stripe: Stripe | None = None, **ward: Any) -> dict[str, Check]:
    found = Ward(path=desk.settings.db, **{**WELL, **ward})
    return by_name(Doctor(desk.settings, found, plaid or Plaid(), stripe or Stripe(), lambda: NOW).examine(ADMIN))


@pytest.mark.parametrize(
    ("lacks", "verdict", "words"),
    [
        ("", Verdict.OK, f"has all {len(PERMISSIONS)}"),
        ("Disputes, Accounts", Verdict.WARNING, "lacks Disputes: Read (know of late returns); Accounts: Read"),
        ("PaymentIntents", Verdict.FAILED, "lacks PaymentIntents: Write (debit, and read debits)"),
    ],
)
def test_each_permission_of_a_restricted_key_is_tried(desk: Desk, lacks: str, verdict: Verdict, words: str) -> None:
    restricted = replace(desk.settings, stripe_secret_key=Secret("rk_test_1"))
    found = by_name(
        Doctor(restricted, Ward(path=desk.settings.db, **WELL), Plaid(), Stripe(lacks=lacks), lambda: NOW).examine(
            ADMIN
        )
    )
    check = found["Stripe key's permissions"]
    assert check.verdict is verdict and words in check.found
    assert all(one.verdict is not Verdict.FAILED for one in found.values() if one is not check), "the rest works"


def test_trying_a_permission_changes_nothing(desk: Desk) -> None:
    def count() -> list[int]:
        return [len(desk.stripe.page(name, {"limit": 100}).data) for name in ("customers", "setup_intents", "events")]

    before = count()
    assert [one.name for one in PERMISSIONS if not desk.stripe.may(one)] == []
    assert count() == before


@pytest.mark.parametrize(
    ("name", "verdict", "changes"),
    [
        ("Stripe account takes ACH", Verdict.FAILED, {"stripe": Stripe(ach="inactive")}),
        ("Clock", Verdict.WARNING, {"stripe": Stripe(skew=90)}),
        ("Clock", Verdict.FAILED, {"stripe": Stripe(skew=-400)}),
        ("Database", Verdict.FAILED, {"integrity": lambda: ["page 7 is torn"]}),
        ("Audit trail", Verdict.FAILED, {"audit": lambda: ["Row 3 was changed."]}),
        ("Encryption keys", Verdict.FAILED, {"secrets_readable": lambda: False}),
        ("Last sync", Verdict.WARNING, {"last_sync": lambda: None}),
        ("Last sync", Verdict.WARNING, {"last_sync": lambda: NOW - timedelta(hours=3)}),
        ("Last sync", Verdict.FAILED, {"last_sync": lambda: NOW - timedelta(days=26)}),
        ("Reads left at Stripe", Verdict.WARNING, {"reads_left": lambda: (8_500, 10_000)}),
        ("Reads left at Stripe", Verdict.FAILED, {"reads_left": lambda: (10_000, 10_000)}),
        ("Last backup", Verdict.WARNING, {"last_backup": lambda: NOW - timedelta(days=3)}),
        ("Last backup", Verdict.FAILED, {"last_backup": lambda: NOW - timedelta(days=20)}),
        ("Daily job", Verdict.WARNING, {"last_retention": lambda: None}),
        ("Daily job", Verdict.WARNING, {"last_retention": lambda: NOW - timedelta(days=3)}),
        (
            "Plaid keys",
            Verdict.FAILED,
            {"plaid": Plaid(ProviderRejected("no", provider="plaid", code="INVALID_API_KEYS"))},
        ),
    ],
)
def test_what_is_wrong_is_said(desk: Desk, name: str, verdict: Verdict, changes: dict[str, Any]) -> None:
    found = look(desk, **changes)
    assert found[name].verdict is verdict
    others = [check for check in found.values() if check.name not in {name, "Plaid's Stripe integration"}]
    assert all(check.verdict is not Verdict.FAILED for check in others), "one finding hides no other"


def test_authorizations_that_do_not_say_how_to_revoke_them_are_pointed_out(desk: Desk) -> None:
    name = "Contact in authorizations"
    assert look(desk)[name].verdict is Verdict.WARNING
    assert "ACH_DESK_CONTACT_PHONE" in look(desk)[name].found and look(desk)[name].action
    told = Contact(email="billing@example.com")
    ward = Ward(path=desk.settings.db, **WELL)
    found = Doctor(replace(desk.settings, contact=told), ward, Plaid(), Stripe(), lambda: NOW).examine(ADMIN)
    assert by_name(found)[name].verdict is Verdict.OK


def test_outside_the_sandbox_the_manual_enabling_is_not_taken_for_granted(desk: Desk) -> None:
    real = replace(desk.settings, sandbox_url=None, stripe_api_base="https://api.stripe.com")
    assert real.mode is Mode.TEST
    ward = Ward(path=desk.settings.db, **{**WELL, "debits_accepted": lambda: 0})
    found = by_name(Doctor(real, ward, Plaid(), Stripe(), lambda: NOW).examine(ADMIN))
    assert found["PaymentIntents with Plaid"].verdict is Verdict.WARNING
    assert "plaid-referral@stripe.com" in found["PaymentIntents with Plaid"].action


def test_only_who_may_see_the_set_up_calls_the_doctor(desk: Desk) -> None:
    with pytest.raises(AccessDenied):
        examine(desk, Actor("ops", frozenset({Role.OPS})))


@pytest.mark.parametrize("raw", [b"correct horse battery staple 123", b"\0" * 32, bytes(range(8)) * 4])
def test_a_key_that_a_person_thought_of_is_pointed_out(desk: Desk, raw: bytes) -> None:
    weak = replace(desk.settings, keys=(Secret(base64.urlsafe_b64encode(raw).decode()),))
    ward = Ward(path=desk.settings.db, **WELL)
    found = by_name(Doctor(weak, ward, Plaid(), Stripe(), lambda: NOW).examine(ADMIN))
    assert found["Key strength"].verdict is Verdict.WARNING
    assert look(desk)["Key strength"].verdict is Verdict.OK


def test_environments_that_do_not_belong_together_are_found(desk: Desk) -> None:
    mixed = replace(desk.settings, plaid_env="production")
    ward = Ward(path=desk.settings.db, **WELL)
    found = by_name(Doctor(mixed, ward, Plaid(), Stripe(), lambda: NOW).examine(ADMIN))
    assert found["Environments match"].verdict is Verdict.FAILED


def test_a_file_with_real_links_and_no_backup_is_pointed_out(desk: Desk) -> None:
    real = replace(desk.settings, sandbox_url=None, stripe_api_base="https://api.stripe.com")
    ward = Ward(path=desk.settings.db, **{**WELL, "last_backup": lambda: None})
    found = by_name(Doctor(real, ward, Plaid(), Stripe(), lambda: NOW).examine(ADMIN))
    assert found["Last backup"].verdict is Verdict.WARNING
    assert look(desk, last_backup=lambda: None)["Last backup"].verdict is Verdict.OK, "the sandbox loses nothing"


def test_a_backup_and_the_daily_job_are_known_and_the_look_is_in_the_trail(desk: Desk, tmp_path: Path) -> None:
    before = by_name(examine(desk, ADMIN))
    assert before["Daily job"].verdict is Verdict.WARNING and "none yet" in before["Last backup"].found
    Backups(desk.store.database, desk.store.trail, Vault(desk.settings.keys), desk.clock, tmp_path / "kept").make(ADMIN)
    desk.retention.run_daily()
    after = by_name(examine(desk, ADMIN))
    assert after["Daily job"].verdict is Verdict.OK and after["Last backup"].found == "Made 0 hours ago."
    assert [row.action for row in desk.store.trail.read("setup")] == ["setup.checked"]


def test_a_finding_is_copied_without_a_secret(desk: Desk) -> None:
    text = "\n".join(check.as_text() for check in examine(desk, ADMIN))
    settings = desk.settings
    for secret in (settings.plaid_secret, settings.stripe_secret_key, *settings.keys):
        assert secret.reveal() not in text
    assert "WARNING This desk: Daily job:" in text


def test_a_provider_by_whose_sign_in_nobody_is_proved_is_pointed_out(desk: Desk) -> None:
    def verdict(proves: bool | None) -> Verdict:
        ward = Ward(path=desk.settings.db, **{**WELL, "proves_by_sign_in": lambda: proves})
        open_id = OpenId(
            "desk", Secret("x"), "https://id", Secret("y"), "https://desk/oauth2callback", "", "", "", False, {}
        )
        signed = replace(desk.settings, open_id=open_id)
        check = by_name(Doctor(signed, ward, Plaid(), Stripe(), lambda: NOW).examine(ADMIN))["Sign-in"]
        assert (check.verdict is Verdict.OK) is not (proves is False)
        return check.verdict

    assert [verdict(one) for one in (None, True, False)] == [Verdict.OK, Verdict.OK, Verdict.WARNING]
    assert look(desk)["Sign-in"].verdict is Verdict.OK, "without sign-in there is nothing to prove by"


def test_a_way_out_that_fails_is_found_and_more_so_where_it_is_the_only_one(desk: Desk) -> None:
    assert look(desk)["Notices"].verdict is Verdict.OK
    mail = ChannelState(Channel.MAIL, sent_at=NOW)
    chat = ChannelState(Channel.CHAT, NOW - timedelta(hours=3), 7, NOW, "It said no (404).", "Make a new one.")
    assert look(desk, channels=lambda: [mail])["Notices"].found == "Sent by mail; nothing has failed."
    both = look(desk, channels=lambda: [chat, mail])["Notices"]
    assert both.verdict is Verdict.WARNING and both.found == "Chat has failed for 3 hours: It said no (404)."
    alone = look(desk, channels=lambda: [chat])["Notices"]
    assert alone.verdict is Verdict.FAILED and "ach-desk notice test" in alone.action


def test_how_many_processes_run_and_which_lead_is_said(desk: Desk) -> None:
    def process(
        number: int, kind: ProcessKind = ProcessKind.WEB, *, leads: bool = False, quiet: int = 3
    ) -> DeskProcess:
        began, seen = NOW - timedelta(hours=1), NOW - timedelta(seconds=quiet)
        return DeskProcess(f"p{number}", kind, "desk-1", number, began, seen, leads)

    assert "No process" in look(desk)["Processes"].found
    running = [
        process(11, leads=True),
        process(12),
        process(13, quiet=3_600),
        process(20, ProcessKind.SYNC, leads=True),
    ]
    well = look(desk, processes=lambda: running)["Processes"]
    assert well.verdict is Verdict.OK
    assert "2 web servers: 11 on desk-1 leads (heard 3 s ago), 12 on desk-1 (heard 3 s ago)." in well.found
    assert "1 sync: 20 on desk-1 leads" in well.found and "13" not in well.found
    orphaned = look(desk, processes=lambda: [process(12), process(13)])["Processes"]
    assert orphaned.verdict is Verdict.WARNING and "No web server leads" in orphaned.meaning


def test_a_desk_that_runs_is_among_its_own_processes(desk: Desk) -> None:
    presence = Presence(desk.store, desk.clock, ProcessKind.WEB)
    presence.beat()
    assert "1 web server" in by_name(examine(desk, ADMIN))["Processes"].found
    presence.leave()
    assert "No process" in by_name(examine(desk, ADMIN))["Processes"].found
