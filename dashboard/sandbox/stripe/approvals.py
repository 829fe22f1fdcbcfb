"""Approval rules of Stripe's own: a call that is held until somebody decides about it (public preview of 2026-08-26).

Stripe documents the object that is made (`areq_…`: action, status, requested_by, expires_at, status_transitions) and
not what a v1 call answers that a rule has held. What is answered here is a guess, made once, in `hold`: a 400 with the
code `approval_required` and the id beside it. A client must not lean on its shape.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dashboard.sandbox.state import State
from dashboard.sandbox.stripe import engine
from dashboard.sandbox.stripe.call import Call
from dashboard.sandbox.stripe.errors import StripeError, no_such
from dashboard.sandbox.stripe.moment import DAY, Document

RULES, REQUESTS = "stripe.approval_rule", "stripe.approval_request"
ACTIONS = {  # by the names of the endpoints' parameters; the second is not named in Stripe's list of actions
    "refund_create": "refund.create",
    "payment_intent_create": "payment_intent.create",
    "payment_intent_confirm": "payment_intent.confirm",
}
LASTS = 7 * DAY  # as in Stripe's example
DECISIONS = {"approve": "approved", "reject": "rejected", "cancel": "canceled", "expire": "expired"}


def choose_rule(state: State, action: str, *, on: bool) -> dict[str, object]:
    """Ask a second person about an action from now on, or no more; raises ValueError for one that is not known."""
    if action not in ACTIONS.values():
        raise ValueError(f"action must be one of {', '.join(ACTIONS.values())}")
    with state.transaction():
        state.put(RULES, action, {"on": on})
    return {"action": action, "on": on}


def hold(call: Call, name: str) -> None:
    """Nothing where no rule asks about this endpoint. Raises StripeError, which keeps the request that was made."""
    action, moment = ACTIONS.get(name), call.moment
    rule = moment.state.get(RULES, action) if action else None
    if not rule or not rule["on"]:
        return
    id = moment.id("areq")
    made = {
        "id": id,
        "object": "v2.core.approval_request",
        "action": action,
        "created": moment.at,
        "dashboard_url": f"https://dashboard.stripe.com/test/approvals/{id}",
        "expires_at": moment.at + LASTS,
        "livemode": False,
        "requested_by": {"type": "api_key"},
        "review": None,
        "status": "requires_review",
        "status_transitions": {"requires_review_at": moment.at},
        "_name": name,
        "_params": call.params,
        "_ids": list(call.ids),
    }
    moment.state.put(REQUESTS, id, made)
    message = f"This request needs an approval before it is carried out: {id}."
    raise StripeError(400, message, code="approval_required", kept=True, approval_request=id)


def show(doc: Document) -> Document:
    """As Stripe's API shows it."""
    return {name: value for name, value in doc.items() if not name.startswith("_")}


def find(state: State, id: str) -> Document:
    """One approval request; raises StripeError."""
    doc = state.get(REQUESTS, id)
    if doc is None:
        raise no_such("approval request", id)
    return doc


def listed(state: State) -> list[Document]:
    """All of them."""
    return [show(doc) for doc in state.list(REQUESTS)]


def decide(state: State, id: str, decision: str, endpoints: Mapping[str, Callable[[Call], Document]]) -> Document:
    """What a reviewer decides; what is approved is carried out at once. Raises ValueError."""
    status, doc = DECISIONS.get(decision), state.get(REQUESTS, id)
    if status is None or doc is None or doc["status"] != "requires_review":
        raise ValueError("decision must be approve, reject, cancel or expire, of a request that waits")
    with state.transaction() as db:
        moment = engine.open_moment(state, db)
        if status == "approved":
            db.execute("SAVEPOINT approved")
            try:
                endpoints[doc["_name"]](Call(moment, doc["_params"], tuple(doc["_ids"])))
                status = "succeeded"
            except StripeError as error:
                if not error.kept:
                    db.execute("ROLLBACK TO approved")
                status = "failed"
        doc |= {"status": status, "status_transitions": {**doc["status_transitions"], f"{status}_at": moment.at}}
        state.put(REQUESTS, id, doc)
    return show(doc)


def as_answer(state: State, id: str) -> dict[str, Any]:
    """For `GET /v2/core/approval_requests/{id}`."""
    return show(find(state, id))
