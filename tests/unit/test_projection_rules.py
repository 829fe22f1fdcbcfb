"""The payments table against what Stripe's rules make of the same objects, told here without the product's code."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import ProviderLimited
from dashboard.domain.models import BankAccount
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.payment_status import PaymentFacts
from dashboard.store import Store
from dashboard.store.migrations.payments import LATE_INDEXES
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import refused
from tests.unit.payment_rules import NEW_YORK, TAKES_BACK, due_at, expect
from tests.unit.test_debits import submit

Json = dict[str, Any]
START = 1_790_000_000
TODAY = date(2026, 11, 24)
TIMES = (START, START + 54_000, START + 54_400, START + 86_400, START + 400_000)  # before and after a midnight


class Account:
    """A Stripe account as it stands: the newest form of each object, and where balance transactions were paid out."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Json]] = {
            name: {}
            for name in (
                *("customers", "payment_intents", "charges", "balance_transactions", "refunds", "disputes"),
                "payouts",
            )
        }
        self.paid_out: dict[str, str] = {}

    def keep(self, resource: str, one: Json, payout: str | None = None) -> None:
        self.objects[resource][one["id"]] = one
        if payout is not None:
            self.paid_out[one["id"]] = payout

    def payments(self) -> dict[str, Json]:
        """What the table has to show: a row for each charge, and for each PaymentIntent that has none."""
        charged = {one.get("payment_intent") for one in self.objects["charges"].values()}
        rows = [self._of_charge(one) for one in self.objects["charges"].values()]
        rows += [self._of_intent(one) for id, one in self.objects["payment_intents"].items() if id not in charged]
        return {row["id"]: row for row in rows if row["rail"] in {"us_bank_account", "ach_debit"}}

    def _paid_out_in(self, balance_transaction: Json) -> tuple[str | None, Json]:
        """The payout that a balance transaction left with: where that failed, the one that took it along again."""
        first = self.paid_out.get(balance_transaction.get("id", ""))
        payout = self.objects["payouts"].get(first or "", {})
        if payout.get("status") in {"failed", "canceled"}:
            for again in self.objects["balance_transactions"].values():
                came_back = again["source"] == first and again["type"] in {"payout_failure", "payout_cancel"}
                second = self.paid_out.get(again["id"])
                if came_back and second in self.objects["payouts"] and second != first:
                    return second, self.objects["payouts"][second]
        return first, payout

    def _refunded(self, one: Json) -> int:
        """What was given back: its refunds but for those that failed, and what the charge counts beyond them all."""
        refunds = [r for r in self.objects["refunds"].values() if r["charge"] == one["id"]]
        stand: int = sum(r["amount"] for r in refunds if r["status"] not in {"failed", "canceled"})
        beyond: int = one["amount_refunded"] - sum(r["amount"] for r in refunds)
        return stand + max(0, beyond)

    def _common(self, one: Json, payer: Json | None = None) -> Json:
        customer = self.objects["customers"].get(one.get("customer") or "", {}) or payer or {}
        local = datetime.fromtimestamp(one["created"], UTC).astimezone(NEW_YORK).date()
        return {
            **{name: one[name] for name in ("id", "created", "amount", "currency")},
            "day": (local - datetime(1970, 1, 1).date()).days,
            "customer_id": one.get("customer"),
            "customer": customer.get("name") or "",
            "email": customer.get("email") or "",
        }

    def _of_charge(self, one: Json) -> Json:
        intent = self.objects["payment_intents"].get(one.get("payment_intent") or "", {})
        balance_transaction = self.objects["balance_transactions"].get(one.get("balance_transaction") or "", {})
        of_it = [s for s in self.objects["balance_transactions"].values() if s["source"] == one["id"]]
        payout_id, payout = self._paid_out_in(balance_transaction)
        refunded = self._refunded(one)
        disputes = sorted(
            (d for d in self.objects["disputes"].values() if d["charge"] == one["id"]),
            key=lambda d: (d["status"] not in TAKES_BACK, -d["created"], d["id"]),
        )
        dispute = disputes[0] if disputes else {}
        details, source = one.get("payment_method_details"), one.get("source")
        said = details["type"] if details else source and source["object"]
        rail = {None: rail_of(intent) if intent else "unknown", "bank_account": "ach_debit"}.get(said, said)
        bank = details[rail] if details else source or {}
        payer = {} if one.get("customer") else one.get("billing_details") or {}
        state, on, reason = expect(
            PaymentFacts(
                created=one["created"],
                amount=one["amount"],
                intent_status=intent.get("status"),
                intent_error=error_of(intent),
                charge_status=one["status"],
                failure_code=one["failure_code"],
                refunded=refunded,
                dispute_status=dispute.get("status"),
                dispute_reason=dispute.get("reason"),
                dispute_created=dispute.get("created"),
                submitted=bool(balance_transaction),
                available_on=balance_transaction.get("available_on"),
                payout_id=payout_id,
                payout_status=payout.get("status"),
                payout_arrival=payout.get("arrival_date"),
            )
        )
        return {
            **self._common(one, payer),
            "state": state,
            "due": on,
            "reason": reason,
            "rail": rail,
            "bank": bank.get("bank_name") or "",
            "last4": bank.get("last4"),
            "reference": reference_of(one) or reference_of(intent) or "",
            "fee": sum(s["fee"] for s in of_it) if of_it else None,
            "net": sum(s["net"] for s in of_it) if of_it else None,
            "refunded": refunded,
            "available_on": balance_transaction.get("available_on"),
            "payout_id": payout_id,
            "intent_id": one.get("payment_intent"),
            "debit_id": tag_of(one) or tag_of(intent),
            "balance_currency": balance_transaction.get("currency"),
        }

    def _of_intent(self, one: Json) -> Json:
        facts = PaymentFacts(one["created"], one["amount"], intent_status=one["status"], intent_error=error_of(one))
        state, on, reason = expect(facts)
        return {
            **self._common(one),
            "state": state,
            "due": on,
            "reason": reason,
            "rail": rail_of(one),
            "bank": "",
            "last4": None,
            "reference": reference_of(one) or "",
            "fee": None,
            "net": None,
            "refunded": 0,
            "available_on": None,
            "payout_id": None,
            "intent_id": one["id"],
            "debit_id": tag_of(one),
            "balance_currency": None,
        }


def error_of(intent: Json) -> str | None:
    error = intent.get("last_payment_error") or {}
    return error.get("decline_code") or error.get("code") or intent.get("cancellation_reason")


def rail_of(intent: Json) -> str:
    """What a PaymentIntent was tried with, else the one thing that it may be paid with."""
    tried = (intent.get("last_payment_error") or {}).get("payment_method")
    types = intent["payment_method_types"]
    if tried:
        return str(tried["type"])
    return types[0] if len(types) == 1 else "several" if types else "unknown"


def reference_of(one: Json) -> str | None:
    return one.get("metadata", {}).get("invoice_reference") or one.get("description")


def tag_of(one: Json) -> str | None:
    metadata: dict[str, str] = one.get("metadata", {})
    return metadata.get("ach_desk_debit")


class Draw:
    """Objects of a small account, at random, each time perhaps in another form than before."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.failed = False

    def one(self, *values: Any) -> Any:
        return self.random.choice(values)

    def base(self, id: str, number: int) -> Json:
        return {"id": id, "created": TIMES[number % len(TIMES)], "amount": 1_000 + number, "currency": "usd"}

    def customers(self) -> Json:
        number = self.random.randrange(3)
        name, email = self.one(("Ana", "ana@example.com"), ("Bo", None), (None, None))
        return {"id": f"cus_{number}", "created": START, "name": name, "email": email}

    def metadata(self, number: int) -> dict[str, str]:
        chosen: dict[str, str] = self.one(
            {}, {"invoice_reference": f"INV-{number}"}, {"ach_desk_debit": f"debit_{number}"}
        )
        return chosen

    def payment_intents(self) -> Json:
        number = self.random.randrange(6)
        tried = self.one(None, {"type": "us_bank_account"}, {"type": "card"})
        error = self.one(
            *(None, None, {"code": "c", "decline_code": "d"}, {"code": "c", "decline_code": None}),
            {"code": "c", "decline_code": None, "payment_method": tried},
        )
        ach = ["us_bank_account"]
        return {
            **self.base(f"pi_{number}", number),
            "status": self.one(
                "processing", "succeeded", "canceled", "requires_payment_method", "requires_action", "new"
            ),
            "customer": self.one("cus_0", "cus_1", None),
            "payment_method_types": self.one(ach, ach, ach, ach, ["ach_debit"], ["card"], ["card", *ach], []),
            "last_payment_error": error,
            "cancellation_reason": self.one(None, "abandoned"),
            "metadata": self.metadata(number),
            "description": self.one(None, "by hand"),
        }

    def charges(self) -> Json:
        number = self.random.randrange(7)
        bank = {"bank_name": self.one("CHASE", None), "last4": self.one("6789", None)}
        rail = self.one("us_bank_account", "us_bank_account", "us_bank_account", "card")
        shape = self.one(
            {"payment_method_details": {"type": rail, rail: bank}, "source": None},
            {"payment_method_details": None, "source": {"object": "bank_account", **bank}},
            {"payment_method_details": None, "source": self.one(None, {"object": "card", **bank})},
        )
        return {
            **self.base(f"py_{number}", number),
            **shape,
            "status": self.one("pending", "succeeded", "succeeded", "failed", "new"),
            "failure_code": self.one(None, "account_closed"),
            "amount_refunded": self.one(0, 0, 0, 500, 1_000 + number),
            "payment_intent": None if number == 6 else f"pi_{number // 2}",
            "customer": self.one("cus_0", "cus_2", None),
            "balance_transaction": self.one(None, f"txn_{number}"),
            "billing_details": self.one(None, {"name": "A Payer", "email": "payer@example.com"}, {"name": None}),
            "metadata": self.metadata(number),
            "description": self.one(None, "by hand"),
        }

    def balance_transactions(self) -> Json:
        number = self.random.randrange(15)
        fee = self.one(0, 5, 40)
        one = self.base(f"txn_{number}", number)
        return {
            **one,
            "fee": fee,
            "net": one["amount"] - fee,
            "status": "available",
            "available_on": START + self.one(500_000, 600_000),
            # Beside its own, a charge has one that took it back; the last one says that a payout came back.
            "type": "payment" if number < 14 else self.one("payout_failure", "payout_cancel"),
            "source": f"py_{number % 7}" if number < 14 else "po_0",
        }

    def refunds(self) -> Json:
        number = self.random.randrange(3)
        return {
            **self.base(f"re_{number}", number),
            "amount": self.one(300, 500),
            "status": self.one("pending", "succeeded", "failed", "canceled"),
            "charge": f"py_{number % 2}",
        }

    def disputes(self) -> Json:
        number = self.random.randrange(5)
        return {
            **self.base(f"du_{number}", number),
            "created": START + self.one(700_000, 700_001, 700_002),
            "status": self.one("needs_response", "lost", "won", "warning_closed", "prevented"),
            "reason": self.one("debit_not_authorized", "insufficient_funds"),
            "charge": f"py_{number % 3}",
        }

    def payouts(self) -> Json:
        number = self.random.randrange(2)
        self.failed = self.failed or (number == 0 and self.one(True, False, False))  # for good
        fine = self.one("paid", "in_transit", "pending")
        return {
            **self.base(f"po_{number}", number),
            "status": "failed" if number == 0 and self.failed else fine,
            "arrival_date": START + self.one(800_000, 900_000),
            "automatic": True,
            "reconciliation_status": "completed",
        }

    def step(self) -> tuple[str, list[Json], str | None]:
        """A page: one to three objects of a resource, and the payout that it was listed for."""
        names = ("customers", "payment_intents", "charges", "balance_transactions", "disputes", "payouts", "refunds")
        resource = self.random.choices(names, (1, 3, 4, 4, 2, 2, 1))[0]
        page = {one["id"]: one for one in (getattr(self, resource)() for _ in range(self.one(1, 1, 3)))}
        payout = None
        if resource == "balance_transactions":  # each is listed by one payout: the even ones by the first
            payout = self.one(None, "po_0", "po_1")
            listed = {id: "po_1" if id == "txn_14" else f"po_{int(id[4:]) % 2}" for id in page}
            page = {id: one for id, one in page.items() if payout in (None, listed[id])}
        return resource, list(page.values()), payout


def read_table(store: Store) -> dict[str, Json]:
    return {
        row["id"]: {name: value for name, value in row.items() if name != "seq"}
        for row in store.database.handle.query("SELECT * FROM payment")
    }


def check_sums(store: Store, rows: dict[str, Json]) -> None:
    """Counts and sums of every day, customer and reason, to the cent, also where a count went back to nothing."""
    for names in (("day", "state", "currency", "rail"), ("customer_id", "state", "currency"), ("day", "reason")):
        counts, amounts = Counter[Any](), Counter[Any]()
        for row in rows.values():
            key = tuple(row[name] or "" for name in names)
            counts[key] += 1
            amounts[key] += row["amount"]
        found = store.columns.groups(PaymentFilter(), TODAY, *names)
        keys = [tuple(one[name] for name in names) for one in found]
        assert dict(zip(keys, ((one["count"], one["amount"]) for one in found), strict=True)) == {
            key: (counts[key], amounts[key]) for key in counts
        }, names


def check_search(store: Store, rows: dict[str, Json]) -> None:
    """Each payment is found by what people know of it, and nothing by what is gone."""
    names = ("customer", "email", "reference", "id", "intent_id", "debit_id", "last4")
    for id, row in rows.items():
        for text in (*(row[name] for name in names if row[name]), f"{row['amount'] / 100:.2f}"):
            found = {one["id"] for one in store.payments.walk(PaymentFilter(text=text), TODAY)}
            assert id in found <= set(rows), text


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_after_every_page_the_table_its_sums_and_its_search_are_what_the_rules_make_of_the_objects(
    store: Store, seed: int
) -> None:
    draw, account = Draw(seed), Account()
    rows: dict[str, Json] = {}
    for number in range(120):
        resource, page, payout = draw.step()
        for one in page:
            account.keep(resource, one, payout)
        written = store.projection.apply(resource, page, payout_id=payout)
        before, rows = rows, account.payments()
        assert read_table(store) == rows, f"step {number}: {resource}"
        touched = {id for id in before.keys() | rows.keys() if before.get(id) != rows.get(id)}
        assert (written.seen, written.changed) == (len(page), len(touched))
        if number % 10 == 9:
            check_sums(store, rows)
            check_search(store, rows)
    assert len({row["state"] for row in rows.values()}) >= 4


# Our own debits, which Stripe does not know yet.


@pytest.fixture
def account(given: DeskFixture) -> BankAccount:
    return given.desk.account(given.actor, str(given.link().bank_account_id))


def show_debits(given: DeskFixture) -> dict[str, Json]:
    given.store.projection.apply_debits([debit.id for debit in given.debits.recent(given.actor)])
    return read_table(given.store)


def test_a_debit_of_ours_is_shown_with_its_own_facts_until_stripe_lists_it(
    given: DeskFixture, account: BankAccount, clock: FixedClock
) -> None:
    debit = submit(given, account, 1_234, invoice_reference="INV-77")
    created = int(clock.now().timestamp())
    shown = {
        "id": debit.id,
        "created": created,
        "day": 20_781,
        "amount": 1_234,
        "currency": "usd",
        "state": "sending",
        "due": due_at(created),
        "reason": None,
        "rail": "us_bank_account",
        "customer_id": "cus_1",
        "customer": "Jenny Rosen",
        "email": "jenny@example.com",
        "bank": account.institution_name,
        "last4": account.mask,
        "reference": "INV-77",
        "fee": None,
        "net": None,
        "refunded": 0,
        "available_on": None,
        "payout_id": None,
        "intent_id": "pi_1",
        "debit_id": debit.id,
        "balance_currency": None,
    }
    assert show_debits(given) == {debit.id: shown}
    check_sums(given.store, {debit.id: shown})
    check_search(given.store, {debit.id: shown})
    tagged = {"amount": 1_234, "currency": "usd", "created": created, "metadata": {"ach_desk_debit": debit.id}}
    ach = {"payment_method_types": ["us_bank_account"]}
    given.store.projection.apply("payment_intents", [{**tagged, **ach, "id": "pi_1", "status": "processing"}])
    assert {id: row["state"] for id, row in show_debits(given).items()} == {"pi_1": "submitted"}
    charge = {**tagged, "id": "py_1", "status": "pending", "payment_intent": "pi_1"}
    given.store.projection.apply("charges", [charge])
    assert {id: row["debit_id"] for id, row in show_debits(given).items()} == {"py_1": debit.id}
    check_sums(given.store, read_table(given.store))


def test_a_charge_that_comes_before_its_payment_intent_takes_the_debits_place(
    given: DeskFixture, account: BankAccount
) -> None:
    debit = submit(given, account)
    assert set(show_debits(given)) == {debit.id}
    charge = {"id": "py_1", "created": START, "amount": 1_099, "currency": "usd", "status": "pending"}
    charge |= {"payment_method_details": {"type": "us_bank_account"}}
    written = given.store.projection.apply("charges", [{**charge, "metadata": {"ach_desk_debit": debit.id}}])
    assert written.changed == 2 and set(show_debits(given)) == {"py_1"}
    check_search(given.store, read_table(given.store))


def test_a_debit_that_was_refused_is_shown_as_failed_with_its_code(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.before["create_payment_intent"] = [refused("bank_account_unusable", provider="stripe")]
    debit = submit(given, account)
    row = show_debits(given)[debit.id]
    assert (row["state"], row["reason"], row["due"]) == ("failed", "bank_account_unusable", None)
    assert row["intent_id"] is None


def test_a_debit_that_waits_for_an_outage_is_being_sent(given: DeskFixture, account: BankAccount) -> None:
    given.stripe.before["create_payment_intent"] = [
        ProviderLimited("Slow down.", provider="stripe", code="rate_limit", http_status=429)
    ]
    debit = submit(given, account)
    row = show_debits(given)[debit.id]
    assert (row["state"], row["reason"], row["due"]) == ("sending", None, due_at(row["created"]))


# A backfill.


def test_a_backfill_shows_payment_intents_without_a_charge_at_its_end_and_each_payment_once(store: Store) -> None:
    draw, account, projection = Draw(4), Account(), store.projection
    projection.begin_backfill()
    indexes = "SELECT name FROM sqlite_schema WHERE type = 'index' AND name = 'payment_intent'"
    assert not list(store.database.handle.query(indexes)), "put on when the rows are there"
    for resource in ("payment_intents", "charges", "balance_transactions", "customers", "disputes", "payouts"):
        page = {one["id"]: one for one in (getattr(draw, resource)() for _ in range(20))}
        for one in page.values():
            account.keep(resource, one)
        written = projection.apply(resource, list(page.values()), backfilling=True)
        assert written.seen == len(page)
        if resource == "payment_intents":
            assert written.changed == 0 and read_table(store) == {}
    rows = account.payments()
    without_charge = {id for id in rows if id.startswith("pi_")}
    assert len(without_charge) >= 2 and set(read_table(store)) == set(rows) - without_charge
    assert projection.derive_intents_without_charge(batch=1) == 1
    assert projection.derive_intents_without_charge() == len(without_charge) - 1
    assert projection.derive_intents_without_charge() == 0
    projection.finish_backfill()
    assert read_table(store) == rows
    check_sums(store, rows)
    check_search(store, rows)
    names = {row["name"] for row in store.database.handle.query("SELECT name FROM sqlite_schema WHERE type = 'index'")}
    assert set(LATE_INDEXES) <= names


def test_a_second_backfill_keeps_the_indexes_that_people_are_using(store: Store) -> None:
    store.projection.apply("charges", [{**Draw(1).charges(), "payment_method_details": {"type": "us_bank_account"}}])
    store.projection.begin_backfill()
    names = {row["name"] for row in store.database.handle.query("SELECT name FROM sqlite_schema WHERE type = 'index'")}
    assert set(LATE_INDEXES) <= names


# What is read of an object.


def test_an_object_without_an_id_is_none(store: Store) -> None:
    charge = Draw(1).charges()
    written = store.projection.apply("charges", [{**charge, "id": None}, {**charge, "id": 7}, {**charge, "id": ""}])
    assert (written.seen, read_table(store)) == (0, {})


def test_a_payout_keeps_that_it_was_itemized(store: Store) -> None:
    payout = {"id": "po_1", "created": START, "amount": 5, "currency": "usd", "status": "paid", "arrival_date": START}
    other = {**payout, "id": "po_2"}
    store.projection.apply("payouts", [payout, other])
    store.projection.mark_itemized("po_1")
    store.projection.apply("payouts", [payout, other])
    found = {row["id"]: row["itemized"] for row in store.database.handle.query("SELECT id, itemized FROM payout")}
    assert found == {"po_1": 1, "po_2": 0}


def test_a_balance_transaction_keeps_the_payout_that_it_was_listed_for(store: Store) -> None:
    one = Draw(1).balance_transactions()
    store.projection.apply("balance_transactions", [one], payout_id="po_1")
    store.projection.apply("balance_transactions", [one])
    assert [row["payout_id"] for row in store.database.handle.query("SELECT payout_id FROM balance_transaction")] == [
        "po_1"
    ]
