"""Recognizable secrets go through every flow; afterwards nothing that is kept, written or logged holds one of them."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests

from dashboard.books.export import BooksExport
from dashboard.desk import Desk, open_desk
from dashboard.doctor import examine
from dashboard.domain.errors import AccessDenied, DeskError, ProviderRejected
from dashboard.domain.models import AttemptState, DebitOrder, DebitState, HolderType, Purpose
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.jobs.worker import InlineWorker
from dashboard.messages.customer_screens import Language
from dashboard.operations.audit import AuditFilter
from dashboard.operations.backup import Backups
from dashboard.operations.key_rotation import rotate
from dashboard.payments.export import Format, write_file
from dashboard.payments.export_jobs import ExportOrder
from dashboard.settings import load_settings
from dashboard.staff.access import demo_actor
from dashboard.staff.sign_in import RoleRules, SignIn
from dashboard.store.encryption.vault import Vault, make_key
from dashboard.store.staff import StaffTable
from tests.empty_desks import settings_for
from tests.machine import CHEAP
from tests.planted_secrets import files_in, find_secrets, tokens_of
from tests.sandboxes import Sandbox

ACTOR = demo_actor("192.0.2.1")
PIN = "739184620517"
GENERATIONS = ["current", "classic"]


class Planted:
    """A desk over a sandbox of its own, and every secret that either of them has had so far."""

    def __init__(self, folder: Path, generation: str) -> None:
        self.sandbox = Sandbox(folder / "sandbox", history=True)
        self.classic = generation == "classic"
        self.home = folder / "home"
        self.home.mkdir()
        ready = {"url": self.sandbox.url, "link_script": f"{self.sandbox.url}/link.js", **self.sandbox.keys}
        environ = settings_for(ready, {"PLAID_LINK_GENERATION": generation}, folder)
        self.hook, self.addresses, self.retired = "whsec_planted_7c1d2a90f3", list[str](), list[str]()
        self.chat = "T0planted/B0chat/9f8e7d6c5b"
        hooks = {
            "STRIPE_WEBHOOK_SECRET": self.hook,
            "ACH_DESK_NOTICE_CHAT_URL": f"http://127.0.0.1:9/{self.chat}",  # where nobody listens
        }
        self.environ = {**environ, **hooks, "ACH_DESK_DB": str(self.home / "desk.db")}
        self.keys = [self.environ["ACH_DESK_KEY"]]
        self.desk = self.open()
        self.said: list[str] = []

    def open(self) -> Desk:
        return open_desk(load_settings(self.environ, None), worker=InlineWorker())

    @property
    def secrets(self) -> dict[str, str]:
        return {
            **tokens_of(self.sandbox.state.path),
            **dict.fromkeys(self.keys, "key of the vault"),
            PIN: "PIN",
            self.hook: "webhook secret",
            self.chat: "address of the chat",
            **dict.fromkeys(self.addresses, "address of a customer's Link"),
            **dict.fromkeys(self.retired, "access token"),
        }

    def make_outcome(self, id: str) -> dict[str, Any]:
        """What a browser that tells too much would report: the public token stands in every part of it."""
        if self.classic:
            body = {"institution": "chase"}
            made = requests.post(f"{self.sandbox.url}/_sandbox/classic/public_token", json=body, timeout=30).json()
        else:
            plaid = self.sandbox.keys["plaid"]
            made = requests.post(
                f"{self.sandbox.url}/sandbox/public_token/create",
                json={"institution_id": "ins_109508", "initial_products": ["auth"]},
                headers={"PLAID-CLIENT-ID": plaid["client_id"], "PLAID-SECRET": plaid["secret"]},
                timeout=30,
            ).json()
        token = made["public_token"]
        metadata = {
            "institution": {"name": "Bank", "institution_id": "ins_109508", "type": "chase", "token": token},
            "account_id": made.get("account_id"),
            "public_token": token,
            "link_session_id": "session-1",
            "status": None,
            "innocent": f"went to https://bank.example/?t={token}&x=1",
        }
        event = {"eventName": "HANDOFF", "metadata": {"public_token": token}}
        return {
            "id": f"outcome-{id}",
            "kind": "success",
            "public_token": token,
            "metadata": metadata,
            "events": [event],
            "token": token,
        }

    def link(self, slug: str) -> str:
        desk = self.desk
        customer = desk.customers.add(ACTOR, f"Ada {slug}", f"{slug}@example.com", slug, HolderType.INDIVIDUAL)
        opening = desk.linking.open(ACTOR, customer.id)
        outcome = self.make_outcome(slug)
        attempt = desk.linking.report(
            ACTOR, opening.attempt_id, outcome, {"page": f"https://desk/?t={outcome['public_token']}"}
        )
        if attempt.state is AttemptState.CHOOSING:
            chosen = next(one for one in attempt.accounts if one.subtype == "checking")
            attempt = desk.linking.choose(ACTOR, attempt.id, chosen.id)
        self.said.append(repr(attempt))
        return attempt.id

    def debit(self, attempt_id: str) -> DebitState:
        desk, attempt = self.desk, self.desk.linking.get(ACTOR, attempt_id)
        balance = desk.debits.balance(ACTOR, str(attempt.bank_account_id))
        order = DebitOrder(
            desk.debits.ticket(), str(attempt.bank_account_id), 1_234, "INV-SECRET", Purpose.GOODS, balance
        )
        debit = desk.debits.submit(ACTOR, order)
        self.said.append(repr(debit))
        return debit.state

    def fail(self) -> None:
        """Every provider call of a link and a debit goes wrong once, in ways whose errors quote what was sent."""
        first = "/exchange_token" if self.classic else "/item/public_token/exchange"
        for path in (first, "/processor/stripe/bank_account_token/create", "/v1/customers", "/v1/payment_intents"):
            for kind in ("garbage", "500_after", "cut_body"):
                self.sandbox.fault(kind=kind, path=path)
                self.link(f"{kind}-{abs(hash(path))}".replace("_", "-"))
        again = self.make_outcome("again")
        opening = self.desk.linking.open(ACTOR, self.desk.customers.find(ACTOR, "")[0].id)
        try:
            self.desk.linking.report(ACTOR, opening.attempt_id, {**again, "id": ""}, {"page": again["public_token"]})
        except DeskError as error:
            self.said.append(f"{error.sentences()} {error!r} {vars(error)}")

    def live_on(self, attempt_id: str) -> None:
        """What becomes of a link later: phone, repair, looks, bank data, new tokens, webhooks, removal, erasure."""
        desk, attempt = self.desk, self.desk.linking.get(ACTOR, attempt_id)
        item, account = str(attempt.item_id), str(attempt.bank_account_id)
        if not self.classic:
            accepted = desk.linking.accept(ACTOR, attempt.customer_id, "offline", {}, Language.ENGLISH)
            hosted = desk.linking.get(ACTOR, desk.hosted.open(ACTOR, attempt.customer_id, accepted))
            phone = desk.hosted.show(ACTOR, hosted)
            assert phone is not None
            self.addresses.append(phone.url.rpartition("/")[2])
            desk.hosted.ask_due(timedelta(minutes=1))
            repair = desk.linking.relink(ACTOR, item)
            outcome = self.make_outcome("repair")
            self.said.append(repr(desk.linking.report(ACTOR, repair.attempt_id, outcome, {"page": outcome["token"]})))
            old = desk.store.items.access_token(item).reveal()
            assert desk.plaid_tokens.rotate(ACTOR) >= 1
            assert desk.store.items.access_token(item).reveal() != old
            self.retired.append(old)  # the sandbox's book no longer knows it
        for look in (
            lambda: desk.health.check_now(ACTOR, item),
            lambda: desk.bank_data.read_holder(ACTOR, account),
            lambda: desk.bank_data.read_transactions(ACTOR, account),
        ):
            try:
                self.said.append(repr(look()))
            except DeskError as error:
                self.said.append(f"{error.sentences()} {error!r} {vars(error)}")
        self.hear(item)
        self.said += [repr(desk.removals.remove(ACTOR, item, "closed")), repr(desk.store.removals.get(item))]
        erased = self.desk.customers.find(ACTOR, "again-erased")[0]
        self.said.append(repr(desk.erasures.order(ACTOR, erased.id, "again-erased")))
        desk.retention.run_daily()

    def hear(self, item: str) -> None:
        """A signed event of Stripe that carries more than it should, and the same with a wrong signature."""
        token = self.desk.store.items.access_token(item).reveal()
        event = {"id": "evt_planted", "type": "charge.updated", "livemode": False, "created": 1, "data": {"x": token}}
        body = json.dumps(event).encode()
        at = int(time.time())
        right = hmac.new(self.hook.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        assert self.desk.webhooks.take_stripe(body, f"t={at},v1={right}")
        for signature in (f"t={at},v1={'0' * 64}", self.hook):
            with pytest.raises(ProviderRejected) as refused:
                self.desk.webhooks.take_stripe(body, signature)
            self.said.append(f"{refused.value.sentences()} {refused.value!r} {vars(refused.value)}")

    def use_pin(self) -> None:
        store = self.desk.store
        pins = SignIn(StaffTable(store.database, CHEAP), store.trail, self.desk.clock, RoleRules({}))
        pins.set_pin(ACTOR, PIN)
        pins.prove(ACTOR, PIN)
        with pytest.raises(AccessDenied):
            pins.prove(ACTOR, PIN[::-1])

    def write_everything(self) -> None:
        """Exports, backups, a notice that a chat does not take, the doctor."""
        desk = self.desk
        at = int(desk.clock.now().timestamp())
        failed = {"id": "po_failed", "created": at, "arrival_date": at, "amount": 1, "currency": "usd"}
        desk.store.projection.apply("payouts", [{**failed, "status": "failed"}])
        desk.clock.follow(desk.clock.now() + timedelta(minutes=1))
        desk.notices.run_due()
        self.said += [str(desk.notices.channels(ACTOR)), str(desk.settings.as_table())]
        assert desk.notices.channels(ACTOR)[0].failing_since
        for format in Format:
            order = ExportOrder(PaymentFilter(), format, desk.settings.timezone)
            desk.exports.write(ACTOR, order, self.home / f"payments.{format.value}")
            BooksExport(desk.store, desk.clock, desk.settings).write(ACTOR, self.home / f"books-{format.value}", format)
        for name, write in (
            ("customers", partial(desk.customers.workbook, ACTOR, zone=desk.settings.timezone)),
            ("audit", partial(desk.audit.workbook, ACTOR, wanted=AuditFilter())),
            ("payouts", partial(desk.payout_export.workbook, ACTOR, zone=desk.settings.timezone)),
        ):
            write_file(self.home / f"{name}.xlsx", write)
        vault = Vault(desk.settings.keys)
        backups = Backups(desk.store.database, desk.store.trail, vault, desk.clock, self.home / "backups")
        backups.make(ACTOR)
        Backups(desk.store.database, desk.store.trail, vault, desk.clock, self.home / "sealed").make(ACTOR, sealed=True)
        self.said.append("".join(desk.customers.export(ACTOR)) + "".join(desk.audit.export(ACTOR, AuditFilter())))
        accounts = [account.id for account in desk.linking.accounts(ACTOR)]
        self.said.append("".join(desk.account_export.lines(ACTOR, accounts)))
        self.said.append(str(desk.sync.run().as_dict()))
        self.said += [str(check.as_dict()) for check in examine(desk, ACTOR)]
        self.said += [str(desk.settings.as_table()), repr(desk.settings)]

    def rotate(self) -> None:
        self.desk.close()
        self.keys.insert(0, make_key().reveal())
        self.environ["ACH_DESK_KEY"] = ",".join(self.keys)
        self.desk = self.open()
        store = self.desk.store
        assert rotate(ACTOR, store.database, store.sealed, store.trail, self.desk.clock, lambda done: None) >= 2

    def find(self, log: str) -> list[str]:
        """Everything on the disk as it lies there now, with the WAL, and everything that was said."""
        places = {**files_in(self.home), "log": log.encode(), "what people saw": "\n".join(self.said).encode()}
        assert "desk.db-wal" in places, "the WAL is looked at too"
        return find_secrets(self.secrets, places)

    def close(self) -> None:
        self.desk.close()
        self.sandbox.stop()


@pytest.fixture(params=GENERATIONS)
def planted(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Planted]:
    with closing(Planted(tmp_path, request.param)) as made:
        yield made


def test_no_secret_is_left_anywhere(planted: Planted, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    linked = planted.link("first")
    assert planted.desk.linking.get(ACTOR, linked).state is AttemptState.AUTHORIZED
    assert planted.debit(linked) is DebitState.SUBMITTED
    planted.desk.sync.run()
    planted.fail()
    planted.use_pin()
    planted.link("again-erased")
    planted.live_on(linked)
    planted.write_everything()
    kinds = {what.removesuffix(" (classic)") for what in planted.secrets.values()}
    assert {"public token", "access token", "bank account token", "PIN", "Stripe's key", "Plaid's secret"} <= kinds
    assert {"webhook secret", "key of the vault"} <= kinds
    assert planted.classic or {"link token", "address of a customer's Link"} <= kinds
    assert planted.find(caplog.text) == []
    planted.rotate()
    assert planted.find(caplog.text) == []


def test_the_search_finds_a_secret_wherever_one_is(planted: Planted, caplog: pytest.LogCaptureFixture) -> None:
    """Without this, finding nothing would prove nothing."""
    desk = planted.desk
    linked = desk.linking.get(ACTOR, planted.link("first"))
    token = desk.store.items.access_token(str(linked.item_id)).reveal()
    desk.store.trail.append(ACTOR, "test", "nobody", desk.clock.now(), token=token)
    logging.getLogger("dashboard").warning("The token is %s.", token)
    money = {"amount": 5, "currency": "usd", "created": 1_790_000_000, "status": "succeeded"}
    ach = {"payment_method_details": {"type": "us_bank_account"}}
    desk.store.projection.apply("charges", [{"id": "py_1", **money, "description": token, **ach}])
    planted.said.append(f"error: {token}")
    planted.write_everything()
    found = planted.find(caplog.text)
    for place in (
        "desk.db-wal",
        "payments.csv",
        "payments.xlsx",
        "payments.parquet",
        "books-csv/payments.csv",
        "books-xlsx/payments.xlsx",
        "books-parquet/payments.parquet",
        "log",
        "what people saw",
    ):
        assert f"access token in {place}" in found
    assert any(place.startswith("access token in backups") for place in found)


@pytest.mark.parametrize("spelling", ["plain", "hex", "base64", "utf16", "zipped"])
def test_the_search_knows_how_secrets_hide(spelling: str) -> None:
    import base64
    import gzip

    secret = "access-sandbox-5c224a01-8314-4491-a06f-39e193d5cddc"
    around = f"xy{secret}z"
    data = {
        "plain": around.encode(),
        "hex": around.encode().hex().encode(),
        "base64": base64.b64encode(around.encode()),
        "utf16": around.encode("utf-16"),
        "zipped": gzip.compress(around.encode()),
    }[spelling]
    assert find_secrets({secret: "token"}, {"there": data}) == ["token in there"]
    assert find_secrets({secret: "token"}, {"there": data[:20]}) == []
