"""What is done with a connection later: signed in to again, replaced by a newer link, removed."""

from __future__ import annotations

from typing import Any

from dashboard.desk import Desk
from dashboard.errors import Refused
from dashboard.models import AttemptKind, AttemptState, BankAccount, Ended
from dashboard.onboarding import DuplicateAnswer
from tests.crash.flow import Notes, common
from tests.crash.house import House
from tests.crash.linking import linked

TOKENIZED_BANK = "ins_56"  # hands out account numbers of its own, and may hand out others later


def sources(house: House, account: BankAccount) -> list[str]:
    return [one["id"] for one in house.sandbox.stripe(f"customers/{account.stripe_customer_id}/sources")]


def is_gone(desk: Desk, item_id: str) -> bool:
    try:
        return not desk.store.items.access_token(item_id)
    except Refused:
        return True


def report(house: House, desk: Desk) -> None:
    made = house.notes["made"]
    desk.onboarding.report(house.actor, made["attempt"], made["outcome"], {})


# Relink: ids and the number have changed.


def prepare_relink(house: House, desk: Desk) -> Notes:
    made = linked(house, desk, TOKENIZED_BANK)
    account = desk.onboarding.account(house.actor, made["account"])
    plaid_item = desk.store.items.plaid_id(account.item_id)
    token = desk.store.items.access_token(account.item_id).reveal()
    house.sandbox.post("/sandbox/item/reset_login", {"access_token": token})
    desk.health.hint(str(plaid_item))
    desk.health.ask_due()
    attempt = desk.onboarding.relink(house.actor, account.item_id).attempt_id
    for change in ("account_ids_change", "numbers_change"):
        house.sandbox.post("/_sandbox/plaid", {change: {"item_id": plaid_item}})
    house.sandbox.post("/_sandbox/plaid", {"item_error": {"item_id": plaid_item, "code": None}})
    outcome = {"id": f"relink-{attempt[-16:]}", "kind": "success", "public_token": "public-sandbox-update-mode"}
    return {"account": account.id, "plaid_item": plaid_item, "attempt": attempt, "outcome": {**outcome, "metadata": {}}}


def act_relink(house: House) -> None:
    desk = house.open()
    report(house, desk)
    desk.close()


def resume_relink(house: House) -> None:
    desk = house.open()
    desk.onboarding.resume_all()  # at start
    report(house, desk)  # the browser resends until acknowledged
    desk.close()


def check_relink(house: House) -> Notes:
    desk, made = house.open(), house.notes["made"]
    found = common(desk)
    account = desk.onboarding.account(house.actor, made["account"])
    (item,) = [one for one in house.sandbox.plaid_items() if one["item_id"] == made["plaid_item"]]
    if is_gone(desk, account.item_id):
        found["lost_tokens"] = 1
    states = {(one.kind, one.state) for one in desk.onboarding.recent(house.actor, account.customer_id)}
    wanted = {(kind, AttemptState.AUTHORIZED) for kind in AttemptKind}
    if states != wanted:
        found["stuck"] = str(sorted(f"{kind} {state}" for kind, state in states))
    if account.plaid_account_id not in {one["account_id"] for one in item["accounts"]}:
        found["stuck"] = "the account's id at Plaid is the old one"
    if sources(house, account) != [account.stripe_bank_account_id]:
        found["doubled"] = f"Stripe has {sources(house, account)}, the desk {account.stripe_bank_account_id}"
    if desk.debits.obstacle(house.actor, account) is not None:
        found["stuck"] = "the account cannot be debited"
    desk.close()
    return found


# Removal.


def act_removal(house: House) -> None:
    desk = house.open()
    account = desk.onboarding.account(house.actor, house.notes["made"]["account"])
    desk.removals.remove(house.actor, account.item_id, "The customer left")
    desk.close()


def resume_removal(house: House) -> None:
    desk = house.open()
    desk.removals.resume_all()  # at start
    desk.close()
    act_removal(house)  # the person who saw no answer presses again


def check_removal(house: House) -> Notes:
    desk = house.open()
    found = common(desk)
    account = desk.onboarding.account(house.actor, house.notes["made"]["account"])
    found |= _look_at_end(house, desk, account, Ended.REMOVED)
    if sources(house, account):
        found["stuck"] = "the bank account is still at Stripe"
    desk.close()
    return found


def _look_at_end(house: House, desk: Desk, account: BankAccount, why: Ended) -> dict[str, Any]:
    removal = desk.removals.get(house.actor, account.item_id)
    if account.ended is not why or removal is None or removal.done_at is None or not is_gone(desk, account.item_id):
        return {"stuck": f"{account.ended}, {removal}"}
    plaid_item = desk.store.items.plaid_id(account.item_id)
    if not all(one["removed"] for one in house.sandbox.plaid_items() if one["item_id"] == plaid_item):
        return {"stuck": "Plaid still has the connection"}
    if desk.store.mandates.list(account.id)[0].status != "inactive":
        return {"stuck": "the authorization is still in force"}
    return {}


# Replacement.


def prepare_replacement(house: House, desk: Desk) -> Notes:
    """A second link of the same account, for which the bank has handed out another number."""
    made = linked(house, desk, TOKENIZED_BANK)
    old = desk.onboarding.account(house.actor, made["account"])
    second = house.make_outcome(desk, old.customer_id, TOKENIZED_BANK)
    item = house.sandbox.plaid_items()[-1]
    house.sandbox.post("/_sandbox/plaid", {"numbers_change": {"item_id": item["item_id"]}})
    shared = next(one for one in item["accounts"] if one["name"] == old.name)
    account = {"id": shared["account_id"], "name": old.name, "mask": old.mask, "type": "depository"}
    second["outcome"]["metadata"]["accounts"] = [{**account, "subtype": "checking"}]
    return {**second, "old": old.id, "customer": old.customer_id}


def act_replacement(house: House) -> None:
    desk = house.open()
    report(house, desk)
    desk.onboarding.answer_duplicate(house.actor, house.notes["made"]["attempt"], DuplicateAnswer.REPLACE)
    desk.close()


def resume_replacement(house: House) -> None:
    desk = house.open()
    desk.onboarding.resume_all()  # at start
    desk.removals.resume_all()
    desk.close()
    act_replacement(house)


def check_replacement(house: House) -> Notes:
    desk, made = house.open(), house.notes["made"]
    found = common(desk)
    attempt = desk.onboarding.get(house.actor, made["attempt"])
    old = desk.onboarding.account(house.actor, made["old"])
    ready = [one for one in desk.onboarding.accounts(house.actor, made["customer"]) if one.is_ready]
    spent = house.sandbox.is_spent(made["outcome"]["public_token"])
    if spent and attempt.state is not AttemptState.UNKNOWN and (not attempt.item_id or is_gone(desk, attempt.item_id)):
        found["lost_tokens"] = 1
    if attempt.state is AttemptState.AUTHORIZED:
        found |= _look_at_end(house, desk, old, Ended.REPLACED)
        if [one.id for one in ready] != [attempt.bank_account_id]:
            found["doubled"] = f"{len(ready)} accounts are ready"
    elif attempt.state is not AttemptState.UNKNOWN or [one.id for one in ready] != [old.id]:
        found["stuck"] = f"{attempt.state}, and {len(ready)} accounts are ready"
    if ready and sources(house, old) != [ready[0].stripe_bank_account_id]:
        found["doubled"] = f"Stripe has {sources(house, old)}"
    desk.close()
    return found
