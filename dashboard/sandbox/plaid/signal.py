"""Signal: the risk of a planned debit, by a ruleset of the sandbox's own, and what is reported back of it.

Plaid's customers write their rulesets in its Dashboard. This one goes by the balance: more than there is, REROUTE; more
than four fifths of it, or a bank that gives no balance, REVIEW; else ACCEPT. The control `signal_result` overrides it.
"""

from __future__ import annotations

import re
from typing import Any

from dashboard.sandbox.plaid.accounts import is_debitable
from dashboard.sandbox.plaid.errors import PlaidError, field_error
from dashboard.sandbox.plaid.items import choose_accounts, iso, settings, working_item
from dashboard.sandbox.state import State

KIND = "plaid.signal"
RESULTS = ("ACCEPT", "REVIEW", "REROUTE")
TIGHT = 0.8  # of the balance
BANK_SCORES = {"ACCEPT": 12, "REVIEW": 58, "REROUTE": 91}  # 1 to 99; higher is riskier
CUSTOMER_SCORE = 9
RETURN_CODE = re.compile(r"R[0-9]{2}")
DECISIONS = (None, "APPROVE", "REVIEW", "REJECT", "TAKE_OTHER_RISK_MEASURES", "NOT_EVALUATED")


def evaluate(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/signal/evaluate`; a client_transaction_id is good for one question, also where its answer was lost."""
    id = _transaction_id(body)
    if body["amount"] <= 0:
        raise field_error("amount must be greater than zero")
    asked = {"account_id": body["account_id"], "amount": body["amount"]}
    if state.get(KIND, id):
        raise PlaidError("CLIENT_TRANSACTION_ID_ALREADY_IN_USE")
    require_enabled(state, ["signal"])
    item = working_item(state, body["access_token"], "signal", live=True)
    account = choose_accounts(item, [body["account_id"]])[0]
    if not is_debitable(account):
        raise PlaidError("NO_AUTH_ACCOUNTS")
    result, note = _judge(account["available"], body["amount"])
    chosen = settings(state)["signal_result"]
    if chosen:
        result, note = chosen, "Chosen in the sandbox"
    answer: dict[str, Any] = {
        "scores": {
            "customer_initiated_return_risk": {"score": CUSTOMER_SCORE, "risk_tier": 1},
            "bank_initiated_return_risk": {
                "score": BANK_SCORES[result],
                "risk_tier": 1 + RESULTS.index(result) * 3,
            },
        },
        "core_attributes": {
            "available_balance": account["available"],
            "current_balance": account["current"],
            "balance_last_updated": iso(state.clock.now()),
            "is_savings_or_money_market_account": account["subtype"] in ("savings", "money market"),
            "days_since_first_plaid_connection": (state.clock.timestamp() - item["created"]) // 86400,
            "nsf_overdraft_transactions_count_30d": 0,
            "unauthorized_transactions_count_30d": 0,
        },
        "ruleset": {
            "ruleset_key": body.get("ruleset_key") or "default",
            "result": result,
            "triggered_rule_details": {"internal_note": note},
        },
        "warnings": [],
    }
    state.put(KIND, id, {"id": id, "asked": asked, "answer": answer, "decision": None, "return": None})
    return answer


def _judge(available: float | None, amount: float) -> tuple[str, str]:
    if available is None:
        return "REVIEW", "The bank gives no available balance"
    if amount > available:
        return "REROUTE", "More than the available balance"
    if amount > available * TIGHT:
        return "REVIEW", "More than four fifths of the available balance"
    return "ACCEPT", "Well within the available balance"


def _transaction_id(body: dict[str, Any]) -> str:
    id = str(body["client_transaction_id"])
    if not 1 <= len(id) <= 36:
        raise field_error("client_transaction_id must be 1 to 36 characters")
    return id


def _report(state: State, body: dict[str, Any], member: str) -> dict[str, Any]:
    id = _transaction_id(body)
    kept = state.get(KIND, id)
    if kept is None:
        raise field_error("client_transaction_id was never evaluated")
    told = {name: value for name, value in body.items() if name in ("initiated", "decision_outcome", "return_code")}
    state.put(KIND, id, {**kept, member: told})
    return {}


def require_enabled(state: State, products: list[str] | None) -> None:
    """Refuse Signal to keys for which the control `signal_enabled` has turned it off."""
    if "signal" in (products or []) and not settings(state)["signal_enabled"]:
        raise PlaidError(
            "INVALID_PRODUCT", text='client is not authorized to access the following products: ["signal"]'
        )


def report_decision(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/signal/decision/report`: whether the debit was made."""
    if body.get("decision_outcome") not in DECISIONS:
        raise field_error("decision_outcome must be one of " + ", ".join(filter(None, DECISIONS)))
    return _report(state, body, "decision")


def report_return(state: State, body: dict[str, Any]) -> dict[str, Any]:
    """`/signal/return/report`: that the debit came back, with its return code."""
    if not RETURN_CODE.fullmatch(body["return_code"]):
        raise field_error("return_code must be a valid ACH return code")
    return _report(state, body, "return")


def reports(state: State) -> list[dict[str, Any]]:
    """What was evaluated and reported so far, oldest first, for the controls."""
    return [
        {
            "client_transaction_id": kept["id"],
            "account_id": kept["asked"]["account_id"],
            "amount": kept["asked"]["amount"],
            "result": kept["answer"]["ruleset"]["result"],
            "decision": kept["decision"],
            "return": kept["return"],
        }
        for kept in state.list(KIND)
    ]
