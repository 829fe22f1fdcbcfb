"""Evidence for a bank: complete, without digits or tokens, and the same to the byte when it is made again."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dashboard.domain.business_days import add_business_days
from dashboard.domain.errors import AccessDenied, InputError, Refused
from dashboard.domain.evidence import KEPT, Pack
from dashboard.domain.models import Actor, Role
from dashboard.evidence import Evidence
from dashboard.evidence.pack import write_pack
from dashboard.mandates import Mandates
from dashboard.privacy.retention import Retention
from dashboard.store.audit_verification import TrailEnd
from tests.unit.case_scenes import charge
from tests.unit.desk_fixture import DeskFixture
from tests.unit.test_refunds import collect

FINANCE, OPS = Actor("finn", frozenset({Role.FINANCE})), Actor("olga", frozenset({Role.OPS}))
BROWSER = {"ip_address": "192.0.2.44", "user_agent": "Mozilla/5.0 (Test)", "accepted": "online"}


@pytest.fixture
def evidence(given: DeskFixture) -> Evidence:
    return Evidence(given.store, given.clock, given.settings)


def files_of(evidence: Evidence, pack: Pack) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(evidence.file(FINANCE, pack.id))) as made:
        return {name: made.read(name) for name in made.namelist()}


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_pack_has_the_words_the_time_line_and_a_manifest_that_proves_each_file(
    given: DeskFixture, evidence: Evidence
) -> None:
    id = collect(given)
    pack = evidence.make(FINANCE, id)
    files = files_of(evidence, pack)
    assert set(files) == {"summary.pdf", "authorization.txt", "timeline.csv", "manifest.json"}
    (mandate,) = given.store.mandates.list(given.store.accounts.list(given.customer.id)[0].id)
    assert files["authorization.txt"].decode() == f"{mandate.text}\n"
    said = [row[1] for row in rows_of(files["timeline.csv"])]
    assert said[0] == "What" and "The customer authorized debits" in said and "Debit ordered" in said
    manifest = json.loads(files["manifest.json"])
    digests = {name: hashlib.sha256(files[name]).hexdigest() for name in files if name != "manifest.json"}
    assert {name: one["sha256"] for name, one in manifest["files"].items()} == digests
    before = next(row for row in given.store.trail.read(id) if row.action == "evidence.made")
    assert manifest["audit_trail"]["rows"] == before.seq - 1, "the head is that of the moment, before this row"
    assert given.store.trail.verify() == []


def test_the_summary_is_a_pdf_a(given: DeskFixture, evidence: Evidence) -> None:
    """Typst refuses to write one that breaks the standard, and names the part in the file's own metadata."""
    pdf = files_of(evidence, evidence.make(FINANCE, collect(given)))["summary.pdf"]
    assert pdf.startswith(b"%PDF-1.7") and b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in pdf


def test_a_name_in_any_letters_makes_a_pack(given: DeskFixture, evidence: Evidence) -> None:
    id = collect(given)
    stripe = given.store.payments.get(id)
    assert stripe is not None
    named = {"id": stripe["customer_id"], "created": 1, "name": "客户 *Ünïcode* #let x = 1 Ω"}
    given.store.projection.apply("customers", [named])
    assert files_of(evidence, evidence.make(FINANCE, id))["summary.pdf"].startswith(b"%PDF")


def test_two_packs_of_one_debit_are_one_file_and_each_asking_is_in_the_trail(
    given: DeskFixture, evidence: Evidence
) -> None:
    id = collect(given)
    one, other = evidence.make(FINANCE, id), evidence.make(FINANCE, id)
    assert one.sha256 == other.sha256 and evidence.file(FINANCE, one.id) == evidence.file(FINANCE, other.id)
    actions = [row.action for row in given.store.trail.read(id) if row.action.startswith("evidence.")]
    assert sorted(actions) == ["evidence.given", "evidence.given", "evidence.made", "evidence.made_again"]


def test_two_years_later_after_a_rename_and_a_new_trail_the_pack_is_the_same_to_the_byte(
    given: DeskFixture, evidence: Evidence
) -> None:
    id = collect(given)
    made = evidence.make(FINANCE, id)
    content = evidence.file(FINANCE, made.id)
    given.clock.move(timedelta(days=730))
    given.store.trail.append(FINANCE, "customer.viewed", "somebody", given.clock.now())
    again = Evidence(given.store, given.clock, given.settings)  # another process
    assert again.make(FINANCE, id).id == made.id and again.file(FINANCE, made.id) == content
    stripe = given.store.payments.get(id)
    assert stripe is not None
    given.store.projection.apply("customers", [{"id": stripe["customer_id"], "created": 1, "name": "Renamed Rosen"}])
    newer = again.make(FINANCE, id)
    assert newer.id != made.id and newer.as_of == given.clock.now(), "what changed is another moment"
    assert again.file(FINANCE, made.id) == content
    assert [one.id for one in again.packs(FINANCE, id)] == [newer.id, made.id]


def test_the_same_facts_moment_and_end_give_the_same_bytes(given: DeskFixture, evidence: Evidence) -> None:
    one = evidence._facts.read(collect(given))
    facts = {**evidence._head("Evidence of a debit", one["id"], one["id"]), "payments": [one]}
    at, end = datetime(2026, 11, 24, 15, tzinfo=UTC), TrailEnd(7, "ab" * 32)
    first = write_pack(facts, at, end, "settings")
    assert write_pack(json.loads(json.dumps(facts)), at, end, "settings") == first
    assert write_pack(facts, at, TrailEnd(8, "cd" * 32), "settings") != first


def test_no_token_and_no_more_than_four_digits_of_an_account_are_in_it(given: DeskFixture, evidence: Evidence) -> None:
    account = given.store.accounts
    id = collect(given)
    (linked,) = account.list(given.customer.id)
    token = given.store.items.access_token(linked.item_id).reveal()
    pack = evidence.file(FINANCE, evidence.make(FINANCE, id).id)
    for secret in (token, "public-sandbox-1", "btok_", "access-", "000123456789"):
        assert secret.encode() not in pack


def test_a_debit_of_the_old_rail_says_what_was_never_recorded(given: DeskFixture, evidence: Evidence) -> None:
    rail = {"payment_method_details": {"type": "ach_debit", "ach_debit": {"bank_name": "CHASE", "last4": "6789"}}}
    given.store.projection.apply(
        "charges", [charge(given.clock, "py_old", status="succeeded", failure_code=None, **rail)]
    )
    missing = evidence.missing(FINANCE, "py_old")
    assert any("An authorization" in one for one in missing) and any("Who ordered the debit" in one for one in missing)
    files = files_of(evidence, evidence.make(FINANCE, "py_old"))
    assert json.loads(files["manifest.json"])["never_recorded"]["py_old"] == missing
    assert files["authorization.txt"].startswith(b"No authorization is recorded")


def test_what_the_customers_browser_said_is_there_and_is_not_said_to_be_missing(
    given: DeskFixture, evidence: Evidence
) -> None:
    id = collect(given)
    assert any("network address" in one for one in evidence.missing(FINANCE, id))
    given.customer = given.add_customer("Olivia Online", "olivia@example.com", "C-2")
    given.stripe.fingerprint = "fp-2"
    link = given.link(token="public-sandbox-2", **BROWSER)
    assert link.bank_account_id is not None
    (mandate,) = given.store.mandates.list(link.bank_account_id)
    read = evidence._facts._linked(mandate)
    assert read["device"] == {"network address": "192.0.2.44", "browser": "Mozilla/5.0 (Test)"}
    assert read["how"] == "by the customer in a browser that they held"


def test_a_revocation_is_in_the_pack(given: DeskFixture, evidence: Evidence) -> None:
    id = collect(given)
    before = evidence.make(FINANCE, id)
    account = given.store.accounts.list(given.customer.id)[0].id
    Mandates(given.store, given.clock, given.settings).revoke(given.actor, account, "by phone, Tuesday")
    after = evidence.make(FINANCE, id)
    assert after.id != before.id
    assert "by phone, Tuesday" in evidence._facts.read(id)["authorization"]["revoked"]


def test_a_months_returns_are_one_pack_with_every_debit(given: DeskFixture, evidence: Evidence) -> None:
    given.store.projection.apply("charges", [charge(given.clock, f"py_{n}", amount=1_000 + n) for n in range(3)])
    given.store.projection.apply("charges", [charge(given.clock, "py_paid", status="succeeded", failure_code=None)])
    pack = evidence.make_month(FINANCE, "2026-11")
    files = files_of(evidence, pack)
    rows = rows_of(files["returns.csv"])
    assert [row[0] for row in rows[1:]] == ["py_0", "py_1", "py_2"] and rows[1][1] == "10.00"
    assert {"py_0/authorization.txt", "py_2/timeline.csv"} <= set(files)
    assert evidence.make_month(FINANCE, "2026-11").sha256 == pack.sha256
    with pytest.raises(InputError):
        evidence.make_month(FINANCE, "2024-01")


def test_who_may_not_make_evidence_makes_none(given: DeskFixture, evidence: Evidence) -> None:
    id = collect(given)
    with pytest.raises(AccessDenied):
        evidence.make(OPS, id)
    pack = evidence.make(FINANCE, id)
    with pytest.raises(AccessDenied):
        evidence.file(OPS, pack.id)


def test_a_pack_that_somebody_has_changed_is_not_given_out(given: DeskFixture, evidence: Evidence) -> None:
    one, other = collect(given), "py_other"
    given.store.projection.apply("charges", [charge(given.clock, other)])
    first, second = evidence.make(FINANCE, one), evidence.make(FINANCE, other)
    with given.store.transaction() as db:
        sealed = "(SELECT sealed FROM evidence_pack WHERE id = ?)"
        db.execute(f"UPDATE evidence_pack SET sealed = {sealed} WHERE id = ?", [second.id, first.id])
    with pytest.raises(Refused):
        evidence.file(FINANCE, first.id)


def test_a_pack_is_kept_for_two_years_and_more_and_then_let_go(given: DeskFixture, evidence: Evidence) -> None:
    pack = evidence.make(FINANCE, collect(given))
    retention = Retention(given.store, given.clock, given.settings.timezone)
    given.clock.move(timedelta(days=731))
    retention.run(given.actor)
    assert evidence.packs(FINANCE, pack.subject) != []
    given.clock.move(KEPT)
    retention.run(given.actor)
    assert evidence.packs(FINANCE, pack.subject) == []


# The bank's request.


def case_of(given: DeskFixture) -> str:
    given.store.projection.apply("charges", [charge(given.clock)])
    case = given.store.cases.of_payment("py_1")
    assert case is not None
    return case.id


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (date(2026, 11, 24), date(2026, 12, 9)),  # Thanksgiving lies between
        (date(2026, 11, 25), date(2026, 12, 10)),
    ],
)
def test_the_clock_counts_ten_banking_days_from_the_banks_letter(
    given: DeskFixture, evidence: Evidence, asked: date, due: date
) -> None:
    case = case_of(given)
    given.clock.move(timedelta(days=1))
    request = evidence.record_request(FINANCE, case, asked)
    assert (request.due_on, request.is_open) == (due, True) and due == add_business_days(asked, 10)
    assert [one.case_id for one in evidence.requests(FINANCE)] == [case]
    assert evidence.record_request(FINANCE, case, asked) == request, "recorded once"


def test_an_answered_request_is_no_line_any_more_and_who_answered_stays(given: DeskFixture, evidence: Evidence) -> None:
    case = case_of(given)
    today: Any = given.clock.now().astimezone(given.settings.timezone).date()
    evidence.record_request(FINANCE, case, today)
    evidence.answer_request(FINANCE, case)
    request = evidence.request(FINANCE, case)
    assert request is not None and request.answered_by == "finn" and evidence.requests(FINANCE) == []
    with pytest.raises(InputError):
        evidence.answer_request(FINANCE, case)
    events = [one.what for one in given.store.cases.events(case)]
    assert events[-1] == "The bank was answered" and events[-2].startswith("The bank asks for proof; due")


def test_a_day_on_which_the_bank_cannot_have_asked_is_refused(given: DeskFixture, evidence: Evidence) -> None:
    case = case_of(given)
    today = given.clock.now().astimezone(given.settings.timezone).date()
    for wrong in (today + timedelta(days=1), today - timedelta(days=90)):
        with pytest.raises(InputError):
            evidence.record_request(FINANCE, case, wrong)
    with pytest.raises(AccessDenied):
        evidence.record_request(OPS, case, today)
