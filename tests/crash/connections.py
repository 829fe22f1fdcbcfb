"""What is done with a connection later: signed in to again, replaced by a newer link, removed."""

from __future__ import annotations

from typing import Any

from dashboard.desk import Desk
from dashboard.domain.errors import Refused
from dashboard.domain.models import AttemptKind, AttemptState, BankAccount, Ended
from dashboard.linking import DuplicateAnswer
from tests.crash.crash_fixture import CrashFixture
from tests.crash.flow import Notes, common
from tests.crash.linking import linked

TOKENIZED_BANK = "ins_56"  # hands out account numbers of its own, and may hand out others later


def sources(crash: CrashFixture, account: BankAccount) -> list[str]:
    return [one["id"] for one in crash.sandbox.stripe(f"customers/{account.stripe_customer_id}/sources")]


def is_gone(desk: Desk, item_id: str) -> bool:
    try:
        return not desk.store.items.access_token(item_id)
    except Refused:
        return True


def report(crash: CrashFixture, desk: Desk) -> None:
    made = crash.notes["made"]
    desk.linking.report(crash.actor, made["attempt"], made["outcome"], {})


# Relink: ids and the number have changed.


def prepare_relink(crash: CrashFixture, desk: Desk) -> Notes:
    made = linked(crash, desk, TOKENIZED_BANK)
    account = desk.linking.account(crash.actor, made["account"])
    plaid_item = desk.store.items.plaid_id(account.item_id)
    token = desk.store.items.access_token(account.item_id).reveal()
    crash.sandbox.post("/sandbox/item/reset_login", {"access_token": token})
    desk.health.hint(str(plaid_item))
    desk.health.ask_due()
    attempt = desk.linking.relink(crash.actor, account.item_id).attempt_id
    for change in ("account_ids_change", "numbers_change"):
        crash.sandbox.post("/_sandbox/plaid", {change: {"item_id": plaid_item}})
    crash.sandbox.post("/_sandbox/plaid", {"item_error": {"item_id": plaid_item, "code": None}})
    outcome = {"id": f"relink-{attempt[-16:]}", "kind": "success", "public_token": "public-sandbox-update-mode"}
    return {"account": account.id, "plaid_item": plaid_item, "attempt": attempt, "outcome": {**outcome, "metadata": {}}}


def act_relink(crash: CrashFixture) -> None:
    desk = crash.open()
    report(crash, desk)
    desk.close()


def resume_relink(crash: CrashFixture) -> None:
    desk = crash.open()
    desk.jobs.run_due()  # at start
    report(crash, desk)  # the browser resends until acknowledged
    desk.close()


def check_relink(crash: CrashFixture) -> Notes:
    desk, made = crash.open(), crash.notes["made"]
    found = common(desk)
    account = desk.linking.account(crash.actor, made["account"])
    (item,) = [one for one in crash.sandbox.plaid_items() if one["item_id"] == made["plaid_item"]]
    if is_gone(desk, account.item_id):
        found["lost_tokens"] = 1
    states = {(one.kind, one.state) for one in desk.linking.recent(crash.actor, account.customer_id)}
    wanted = {(kind, AttemptState.AUTHORIZED) for kind in AttemptKind}
    if states != wanted:
        found["stuck"] = str(sorted(f"{kind} {state}" for kind, state in states))
    if account.plaid_account_id not in {one["account_id"] for one in item["accounts"]}:
        found["stuck"] = "the account's id at Plaid is the old one"
    if sources(crash, account) != [account.stripe_bank_account_id]:
        found["doubled"] = f"Stripe has {sources(crash, account)}, the desk {account.stripe_bank_account_id}"
    if desk.debits.blocker(crash.actor, account) is not None:
        found["stuck"] = "the account cannot be debited"
    desk.close()
    return found


# Removal.


def act_removal(crash: CrashFixture) -> None:
    desk = crash.open()
    account = desk.linking.account(crash.actor, crash.notes["made"]["account"])
    desk.removals.remove(crash.actor, account.item_id, "The customer left")
    desk.close()


def resume_removal(crash: CrashFixture) -> None:
    desk = crash.open()
    desk.jobs.run_due()
    desk.close()
    act_removal(crash)  # the person who saw no answer presses again


def check_removal(crash: CrashFixture) -> Notes:
    desk = crash.open()
    found = common(desk)
    account = desk.linking.account(crash.actor, crash.notes["made"]["account"])
    found |= _look_at_end(crash, desk, account, Ended.REMOVED)
    if sources(crash, account):
        found["stuck"] = "the bank account is still at Stripe"
    desk.close()
    return found


def _look_at_end(crash: CrashFixture, desk: Desk, account: BankAccount, why: Ended) -> dict[str, Any]:
    removal = desk.removals.get(crash.actor, account.item_id)
    if account.ended is not why or removal is None or removal.done_at is None or not is_gone(desk, account.item_id):
        return {"stuck": f"{account.ended}, {removal}"}
    plaid_item = desk.store.items.plaid_id(account.item_id)
    if not all(one["removed"] for one in crash.sandbox.plaid_items() if one["item_id"] == plaid_item):
        return {"stuck": "Plaid still has the connection"}
    if desk.store.mandates.list(account.id)[0].status != "inactive":
        return {"stuck": "the authorization is still in force"}
    return {}


# Replacement.


def prepare_replacement(crash: CrashFixture, desk: Desk) -> Notes:
    """A second link of the same account, for which the bank has handed out another number."""
    made = linked(crash, desk, TOKENIZED_BANK)
    old = desk.linking.account(crash.actor, made["account"])
    second = crash.make_outcome(desk, old.customer_id, TOKENIZED_BANK)
    item = crash.sandbox.plaid_items()[-1]
    crash.sandbox.post("/_sandbox/plaid", {"numbers_change": {"item_id": item["item_id"]}})
    shared = next(one for one in item["accounts"] if one["name"] == old.name)
    account = {"id": shared["account_id"], "name": old.name, "mask": old.mask, "type": "depository"}
    second["outcome"]["metadata"]["accounts"] = [{**account, "subtype": "checking"}]
    return {**second, "old": old.id, "customer": old.customer_id}


def act_replacement(crash: CrashFixture) -> None:
    desk = crash.open()
    report(crash, desk)
    desk.linking.answer_duplicate(crash.actor, crash.notes["made"]["attempt"], DuplicateAnswer.REPLACE)
    desk.close()


def resume_replacement(crash: CrashFixture) -> None:
    desk = crash.open()
    desk.jobs.run_due()  # at start
    desk.removals.replace_requested()
    desk.jobs.run_due()
    desk.close()
    act_replacement(crash)


def check_replacement(crash: CrashFixture) -> Notes:
    desk, made = crash.open(), crash.notes["made"]
    found = common(desk)
    attempt = desk.linking.get(crash.actor, made["attempt"])
    old = desk.linking.account(crash.actor, made["old"])
    ready = [one for one in desk.linking.accounts(crash.actor, made["customer"]) if one.is_ready]
    spent = crash.sandbox.is_spent(made["outcome"]["public_token"])
    if spent and attempt.state is not AttemptState.UNKNOWN and (not attempt.item_id or is_gone(desk, attempt.item_id)):
        found["lost_tokens"] = 1
    if attempt.state is AttemptState.AUTHORIZED:
        found |= _look_at_end(crash, desk, old, Ended.REPLACED)
        if [one.id for one in ready] != [attempt.bank_account_id]:
            found["doubled"] = f"{len(ready)} accounts are ready"
    elif attempt.state is not AttemptState.UNKNOWN or [one.id for one in ready] != [old.id]:
        found["stuck"] = f"{attempt.state}, and {len(ready)} accounts are ready"
    if ready and sources(crash, old) != [ready[0].stripe_bank_account_id]:
        found["doubled"] = f"Stripe has {sources(crash, old)}"
    desk.close()
    return found
