"""Plaid's objects as ours: accounts, owners, banks, transactions, of which only what is used may fail."""

from __future__ import annotations

from dataclasses import replace

from dashboard.domain.errors import ProviderBroken
from dashboard.domain.models import BankTransaction, Institution, OfferedAccount, RiskResult
from dashboard.domain.text_safety import is_clean
from dashboard.gateways.checked import Checked
from dashboard.gateways.plaid_replies import Owner, ProviderAccount, RiskAnswer, TransactionPage


def read_account(account: Checked) -> ProviderAccount:
    """An account of `/accounts/balance/get`, whose money is what was asked for (Plaid: AccountBase)."""
    balances = account.part("balances")
    return replace(
        _account(account),
        available_cents=balances.cents("available"),
        current_cents=balances.cents("current"),
        currency=read_currency(balances),
    )


def read_offered_account(account: Checked) -> ProviderAccount:
    """An account of `/accounts/get`, which is asked who it is: balances that cannot be read count as none."""
    try:
        return read_account(account)
    except ProviderBroken:
        return _account(account)


def _account(account: Checked) -> ProviderAccount:
    return ProviderAccount(
        id=account.text("account_id"),
        name=account.shown("name") or account.shown("official_name") or "Account",
        mask=account.shown("mask"),
        type=account.text("type"),
        subtype=account.shown("subtype"),
        available_cents=None,
        current_cents=None,
        currency=None,
        persistent_id=account.shown("persistent_account_id"),
    )


def read_currency(one: Checked) -> str | None:
    """The ISO code, or the unofficial one that Plaid names in its place (BTC, points); None where neither is there."""
    code = one.maybe_text("iso_currency_code") or one.maybe_text("unofficial_currency_code")
    return (code or "").lower() or None


def read_owners(account: Checked) -> tuple[str, list[Owner]]:
    """An account of `/identity/get` and who holds it; a bank may name nobody, and leave parts null or empty."""
    return account.text("account_id"), account.each("owners", _owner, required=False)


def _owner(owner: Checked) -> Owner:
    return Owner(
        names=owner.texts("names"),
        emails=tuple(filter(None, owner.each("emails", _data, required=False))),
        phones=tuple(filter(None, owner.each("phone_numbers", _data, required=False))),
        addresses=tuple(filter(None, owner.each("addresses", _address, required=False))),
    )


def _data(one: Checked) -> str | None:
    return one.shown("data")


def _address(one: Checked) -> str:
    data = one.part("data")
    parts = (data.shown(key) for key in ("street", "city", "region", "postal_code", "country"))
    return ", ".join(part for part in parts if part)


def read_link_account(account: Checked) -> OfferedAccount:
    """An account as a Link session keeps it."""
    return OfferedAccount(
        id=account.text("id"),
        name=account.shown("name") or "Account",
        mask=account.shown("mask"),
        type=account.text("type"),
        subtype=account.shown("subtype"),
    )


def read_institution(one: Checked) -> Institution:
    """A bank of `/institutions/get`; one without a name cannot be chosen by it, and is no entry of the list."""
    routing_numbers = one.texts("routing_numbers")
    return Institution(
        id=one.text("institution_id"),
        name=one.text("name"),
        products=one.texts("products"),
        oauth=one.data.get("oauth") is True,
        logo=one.shown("logo"),
        url=one.shown("url"),
        color=one.shown("primary_color"),
        hint=routing_numbers[0] if routing_numbers else None,
    )


def read_risk(reply: Checked) -> RiskAnswer:
    """The answer of `/signal/evaluate`. A result of tomorrow counts as one that a person has to look at."""
    ruleset = reply.maybe_part("ruleset")
    said = ruleset.text("result") if ruleset else None
    details = ruleset.data.get("triggered_rule_details") if ruleset else None
    note = details.get("internal_note") if isinstance(details, dict) else None
    facts = reply.data.get("core_attributes")
    known = reply.part("core_attributes") if isinstance(facts, dict) else None
    return RiskAnswer(
        result=None if said is None else RiskResult(said) if said in set(RiskResult) else RiskResult.REVIEW,
        note=note if isinstance(note, str) and note and is_clean(note) else None,
        available_cents=_maybe_cents(known, "available_balance"),
        current_cents=_maybe_cents(known, "current_balance"),
        request_id=reply.request_id,
    )


def _maybe_cents(one: Checked | None, key: str) -> int | None:
    try:
        return one.cents(key) if one else None
    except ProviderBroken:
        return None


def read_transactions(reply: Checked) -> TransactionPage:
    """A page of `/transactions/sync`; amounts keep Plaid's sign: above zero is money that left the account."""
    return TransactionPage(
        added=tuple(reply.each("added", _transaction, may_all_fail=True)),
        modified=tuple(reply.each("modified", _transaction, may_all_fail=True)),
        removed=tuple(reply.each("removed", lambda one: one.text("transaction_id"), may_all_fail=True)),
        next_cursor=reply.maybe_text("next_cursor") or "",
        has_more=reply.flag("has_more"),
        ready=reply.maybe_text("transactions_update_status") != "NOT_READY",
        request_id=reply.request_id,
    )


def _transaction(one: Checked) -> BankTransaction:
    amount = one.cents("amount")
    if amount is None:
        raise one.broken("lacks `amount`")
    return BankTransaction(
        id=one.text("transaction_id"),
        account_id=one.text("account_id"),
        on=one.day("date"),
        name=one.shown("merchant_name") or one.shown("name") or "",
        description=one.shown("name") or "",
        amount_cents=amount,
        currency=read_currency(one),
        pending=one.flag("pending"),
    )
