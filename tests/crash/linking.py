"""A new link, on this device or on the customer's phone."""

from __future__ import annotations

from datetime import timedelta

from dashboard.desk import Desk
from dashboard.domain.errors import Refused, UnreadableSecret
from dashboard.domain.models import AttemptState
from dashboard.messages.customer_screens import Language
from tests.crash.crash_fixture import CrashFixture
from tests.crash.flow import Notes, common

# Linking.


def prepare_link(
    crash: CrashFixture, desk: Desk, bank: str = "ins_109508", products: tuple[str, ...] = ("auth",)
) -> Notes:
    return crash.make_outcome(desk, crash.add_customer(desk), bank, products)


def act_link(crash: CrashFixture) -> None:
    desk = crash.open()
    made = crash.notes["made"]
    desk.linking.report(crash.actor, made["attempt"], made["outcome"], {})
    choose(crash, desk)
    desk.close()


def choose(crash: CrashFixture, desk: Desk) -> None:
    attempt = desk.linking.get(crash.actor, crash.notes["made"]["attempt"])
    if attempt.state is AttemptState.CHOOSING:
        chosen = next(one for one in attempt.accounts if one.is_depository)
        desk.linking.choose(crash.actor, attempt.id, chosen.id)


def resume_link(crash: CrashFixture) -> None:
    desk = crash.open()
    made = crash.notes["made"]
    desk.jobs.run_due()  # at start
    desk.linking.report(crash.actor, made["attempt"], made["outcome"], {})  # the browser resends until acknowledged
    choose(crash, desk)
    desk.close()


def check_link(crash: CrashFixture) -> Notes:
    desk = crash.open()
    found = common(desk)
    attempt = desk.linking.get(crash.actor, crash.notes["made"]["attempt"])
    token = crash.notes["made"]["outcome"]["public_token"]
    stored = False
    if attempt.item_id:
        try:
            stored = bool(desk.store.items.access_token(attempt.item_id))
        except (UnreadableSecret, Refused):  # Refused: the row has none
            stored = False
    exchanged = crash.generation == "classic" or crash.sandbox.is_spent(token)
    if exchanged and not stored and attempt.state is not AttemptState.UNKNOWN:
        found["lost_tokens"] = 1
    if attempt.state not in {AttemptState.AUTHORIZED, AttemptState.UNKNOWN}:
        found["stuck"] = attempt.state.value
    email = desk.customers.get(crash.actor, attempt.customer_id).email
    customers = crash.sandbox.stripe("customers", email=email)
    sources = sum(len(crash.sandbox.stripe(f"customers/{one['id']}/sources")) for one in customers)
    if len(customers) > 1 or sources > 1:
        found["doubled"] = f"{len(customers)} customers, {sources} bank accounts"
    desk.close()
    return found


# A link on the customer's own phone.


def prepare_phone(crash: CrashFixture, desk: Desk) -> Notes:
    """The customer has gone through Link on their phone; the desk has not asked yet what became of it."""
    customer = crash.add_customer(desk)
    accepted = desk.linking.accept(crash.actor, customer, "offline", {}, Language.ENGLISH)
    attempt = desk.hosted.open(crash.actor, customer, accepted)
    phone = desk.hosted.show(crash.actor, desk.linking.get(crash.actor, attempt))
    assert phone is not None
    return {"attempt": attempt, "outcome": {"public_token": crash.finish_on_phone(phone.url)}}


def act_phone(crash: CrashFixture) -> None:
    desk = crash.open()
    desk.hosted.ask_due(timedelta(minutes=1))
    choose(crash, desk)
    desk.close()


def resume_phone(crash: CrashFixture) -> None:
    desk = crash.open()
    desk.jobs.run_due()  # at start
    desk.hosted.ask_due(timedelta(minutes=10))  # then by itself
    choose(crash, desk)
    desk.close()


def linked(crash: CrashFixture, desk: Desk, bank: str = "ins_109508", products: tuple[str, ...] = ("auth",)) -> Notes:
    made = prepare_link(crash, desk, bank, products)
    crash.notes["made"] = made
    desk.linking.report(crash.actor, made["attempt"], made["outcome"], {})
    choose(crash, desk)
    account = desk.linking.get(crash.actor, made["attempt"]).bank_account_id
    return {"account": account, "ticket": desk.debits.ticket(), **made}
