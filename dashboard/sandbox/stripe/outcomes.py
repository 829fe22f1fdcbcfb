"""How a debit can end: Stripe's test accounts and what each of them does (docs: ACH Direct Debit, testing)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """One ending. `days` counts business days from submission; `block` is the bank's block reason, None for none."""

    name: str
    text: str
    kind: str = "fails"  # succeeds | fails | disputed | inquired | stays | refused (at confirmation, HTTP 402)
    code: str = ""
    message: str = ""
    network_code: str | None = None
    days: int = 4
    block: str | None = None
    account: str | None = None
    token: str | None = None
    reason: str = ""  # of the dispute


_ALL = (
    Outcome("success", "Succeeds", "succeeds", account="000123456789", token="pm_usBankAccount_success"),  # noqa: S106
    Outcome(
        "account_closed",
        "Fails: the account is closed (R02)",
        code="account_closed",
        message="The customer's bank account has been closed.",
        network_code="R02",
        days=2,
        block="bank_account_closed",
        account="000111111113",
        token="pm_usBankAccount_accountClosed",  # noqa: S106
    ),
    Outcome(
        "no_account",
        "Fails: no such account (R03)",
        code="no_account",
        message="The customer's bank account could not be located.",
        network_code="R03",
        days=2,
        block="bank_account_invalid_details",
        account="000111111116",
        token="pm_usBankAccount_noAccount",  # noqa: S106
    ),
    Outcome(
        "insufficient_funds",
        "Fails: insufficient funds (R01)",
        code="insufficient_funds",
        message="The customer's account has insufficient funds to cover this payment.",
        network_code="R01",
        days=2,
        account="000222222227",
        token="pm_usBankAccount_insufficientFunds",  # noqa: S106
    ),
    Outcome(
        "debit_not_authorized",
        "Fails: the customer says it is not authorized (R10)",
        code="debit_not_authorized",
        message="The customer has notified their bank that this payment was unauthorized.",
        network_code="R10",
        days=3,
        block="debit_not_authorized",
        account="000333333335",
        token="pm_usBankAccount_debitNotAuthorized",  # noqa: S106
    ),
    Outcome(
        "invalid_currency",
        "Fails: the account's currency is not USD",
        code="payment_method_currency_mismatch",
        message="The bank account does not support payments in this currency.",
        days=2,
        account="000444444440",
        token="pm_usBankAccount_invalidCurrency",  # noqa: S106
    ),
    Outcome(
        "dispute",
        "Succeeds, and is disputed on the next business day (R10)",
        "disputed",
        network_code="R10",
        reason="debit_not_authorized",
        account="000555555559",
        token="pm_usBankAccount_dispute",  # noqa: S106
    ),
    Outcome(
        "late_return",
        "Succeeds, and is returned for insufficient funds on the next business day (R01)",
        "disputed",
        network_code="R01",
        reason="insufficient_funds",
    ),
    Outcome(
        "inquiry",
        "Succeeds, and the bank asks for proof of the authorization on the next business day",
        "inquired",
        network_code="R10",
        reason="debit_not_authorized",
    ),
    Outcome(
        "processing",
        "Stays processing until it is canceled",
        "stays",
        account="000000000009",
        token="pm_usBankAccount_processing",  # noqa: S106
    ),
    Outcome(
        "fail_microdeposits",
        "Microdeposits fail, so the account is never verified",
        code="bank_account_unverified",
        message="The bank account could not be verified.",
        account="000666666661",
        token="pm_usBankAccount_failMicrodeposits",  # noqa: S106
    ),
    Outcome(
        "weekly_limit",
        "Is refused: over the weekly limit of payments",
        "refused",
        code="charge_exceeds_source_limit",
        message="The payment would exceed the account's weekly payment volume limit.",
        account="000777777771",
        token="pm_usBankAccount_weeklyLimitExceeded",  # noqa: S106
    ),
    Outcome(
        "tokenized_account_deactivated",
        "Fails: the tokenized account number was deactivated",
        code="bank_account_unusable",
        message="The customer's bank has deactivated the tokenized account number.",
        network_code="R02",
        days=2,
        block="tokenized_account_number_deactivated",
        account="000888888885",
    ),
    Outcome(
        "radar_blocked",
        "Is refused: Radar finds the risk too high",
        "refused",
        code="bank_account_declined",
        message="Stripe blocked this payment as too risky.",
        account="000000004954",
        token="pm_usBankAccount_riskLevelHighest",  # noqa: S106
    ),
)
OUTCOMES = {each.name: each for each in _ALL}
BY_ACCOUNT = {each.account: each for each in _ALL if each.account}
BY_TOKEN = {each.token: each for each in _ALL if each.token}
