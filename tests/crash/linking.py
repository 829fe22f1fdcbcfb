"""A new link, on this device or on the customer's phone."""

from __future__ import annotations

from datetime import timedelta

from dashboard.customer_words import Language
from dashboard.desk import Desk
from dashboard.errors import Refused, UnreadableSecret
from dashboard.models import AttemptState
from tests.crash.flow import Notes, common
from tests.crash.house import House

# Onboarding.


def prepare_link(house: House, desk: Desk, bank: str = "ins_109508") -> Notes:
    return house.make_outcome(desk, house.add_customer(desk), bank)


def act_link(house: House) -> None:
    desk = house.open()
    made = house.notes["made"]
    desk.onboarding.report(house.actor, made["attempt"], made["outcome"], {})
    choose(house, desk)
    desk.close()


def choose(house: House, desk: Desk) -> None:
    attempt = desk.onboarding.get(house.actor, house.notes["made"]["attempt"])
    if attempt.state is AttemptState.CHOOSING:
        chosen = next(one for one in attempt.accounts if one.is_depository)
        desk.onboarding.choose(house.actor, attempt.id, chosen.id)


def resume_link(house: House) -> None:
    desk = house.open()
    made = house.notes["made"]
    desk.onboarding.resume_all()  # at start
    desk.onboarding.report(house.actor, made["attempt"], made["outcome"], {})  # the browser resends until acknowledged
    choose(house, desk)
    desk.close()


def check_link(house: House) -> Notes:
    desk = house.open()
    found = common(desk)
    attempt = desk.onboarding.get(house.actor, house.notes["made"]["attempt"])
    token = house.notes["made"]["outcome"]["public_token"]
    stored = False
    if attempt.item_id:
        try:
            stored = bool(desk.store.items.access_token(attempt.item_id))
        except (UnreadableSecret, Refused):  # Refused: the row has none
            stored = False
    exchanged = house.generation == "classic" or house.sandbox.is_spent(token)
    if exchanged and not stored and attempt.state is not AttemptState.UNKNOWN:
        found["lost_tokens"] = 1
    if attempt.state not in {AttemptState.AUTHORIZED, AttemptState.UNKNOWN}:
        found["stuck"] = attempt.state.value
    email = desk.customers.get(house.actor, attempt.customer_id).email
    customers = house.sandbox.stripe("customers", email=email)
    sources = sum(len(house.sandbox.stripe(f"customers/{one['id']}/sources")) for one in customers)
    if len(customers) > 1 or sources > 1:
        found["doubled"] = f"{len(customers)} customers, {sources} bank accounts"
    desk.close()
    return found


# A link on the customer's own phone.


def prepare_phone(house: House, desk: Desk) -> Notes:
    """The customer has gone through Link on their phone; the desk has not asked yet what became of it."""
    customer = house.add_customer(desk)
    accepted = desk.onboarding.accept(house.actor, customer, "offline", {}, Language.ENGLISH)
    attempt = desk.hosted.open(house.actor, customer, accepted)
    phone = desk.hosted.show(house.actor, desk.onboarding.get(house.actor, attempt))
    assert phone is not None
    return {"attempt": attempt, "outcome": {"public_token": house.finish_on_phone(phone.url)}}


def act_phone(house: House) -> None:
    desk = house.open()
    desk.hosted.ask_due(timedelta(minutes=1))
    choose(house, desk)
    desk.close()


def resume_phone(house: House) -> None:
    desk = house.open()
    desk.onboarding.resume_all()  # at start
    desk.hosted.ask_due(timedelta(minutes=10))  # then by itself
    choose(house, desk)
    desk.close()


def linked(house: House, desk: Desk, bank: str = "ins_109508") -> Notes:
    made = prepare_link(house, desk, bank)
    house.notes["made"] = made
    desk.onboarding.report(house.actor, made["attempt"], made["outcome"], {})
    choose(house, desk)
    account = desk.onboarding.get(house.actor, made["attempt"]).bank_account_id
    return {"account": account, "ticket": desk.debits.ticket(), **made}
