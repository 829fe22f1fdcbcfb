"""What an evidence pack says of a payment, read from the rows: plain values, and what was never recorded.

Nothing in it depends on now: who reads the same rows later reads the same facts. Of account numbers there are the last
four digits, of tokens nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from dashboard.domain.audit_words import in_words
from dashboard.domain.clock import Clock
from dashboard.domain.formatting import stamp
from dashboard.domain.jobs import JobState
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Debit
from dashboard.domain.old_accounts import WrittenMandate
from dashboard.domain.payment_filter import RAILS
from dashboard.domain.payment_status import PaymentState
from dashboard.domain.return_codes import explain, return_code
from dashboard.mandates.copy_mail import KIND as COPY_MAIL
from dashboard.payments import read_row
from dashboard.payments.detail import build_timeline
from dashboard.store import Store
from dashboard.store.mandates.rows import Mandate
from dashboard.store.sql import from_epoch

DEVICE = {"ip_address": "network address", "user_agent": "browser", "screen": "screen", "time_zone": "time zone"}
ORDERED = ("debit.", "approval.")  # audit actions of a debit that belong to its story
MOST_ROWS = 200


class PaymentFacts:
    """Reads the facts of one payment."""

    def __init__(self, store: Store, clock: Clock, zone: tzinfo) -> None:
        self._store, self._clock, self._zone = store, clock, zone

    def read(self, payment_id: str) -> dict[str, Any]:
        """Everything that is known of one payment, by any of its ids. Raises InputError where there is none."""
        payment = require_found(self._store.payments.get(payment_id), "payment")
        parts = self._store.payments.parts(payment["id"])
        charge: Mapping[str, Any] = next(iter(parts["charge"]), {})
        debit = self._store.debits.get(payment["debit_id"]) if payment["debit_id"] else None
        mandate_id = charge.get("mandate_id") or (self._store.mandates.of_debit(debit.id) if debit else None)
        mandate = self._store.mandates.find(mandate_id) if mandate_id else None
        written = self._store.old_accounts.written_by_mandate(mandate_id) if mandate_id else None
        code = return_code(charge.get("network_code"), payment["reason"]) or payment["reason"]
        meaning = explain(code)
        authorization = self._authorization(mandate_id, mandate, written)
        return {
            "id": payment["id"],
            "amount_cents": payment["amount"],
            "currency": payment["currency"],
            "status": PaymentState(payment["state"]).word,
            "created": self._stamp(from_epoch(payment["created"])),
            "customer": payment["customer"],
            "reference": payment["reference"],
            "bank": payment["bank"],
            "last4": payment["last4"] or "",
            "holder": charge.get("holder_type") or "",
            "rail": RAILS.get(payment["rail"], payment["rail"]),
            "descriptor": charge.get("descriptor") or (debit.statement_descriptor if debit else ""),
            "trace": charge.get("trace") or "",
            "return_code": code or "",
            "return_words": f"{meaning.title}. {meaning.meaning}" if meaning else "",
            "ids": {
                "Charge": charge.get("id") or "",
                "PaymentIntent": payment["intent_id"] or "",
                "Mandate": mandate_id or "",
                "Our debit": payment["debit_id"] or "",
            },
            "authorization": authorization,
            "checks": self._checks(debit),
            "timeline": self._timeline(payment, parts, mandate, debit),
            "never_recorded": self._missing(payment, charge, authorization, debit, code),
        }

    def _authorization(
        self, mandate_id: str | None, mandate: Mandate | None, written: WrittenMandate | None
    ) -> dict[str, Any] | None:
        if mandate is not None:
            return self._linked(mandate)
        if written is not None:
            return {
                "text": written.text,
                "version": written.text_version,
                "language": written.language,
                "business": written.business_name,
                "accepted": written.signed_on.isoformat(),
                "how": "signed on paper",
                "before": written.recorded_by,
                "facts": {
                    "Written down": self._stamp(written.recorded_at),
                    "Where the paper is": written.kept_where,
                    "SetupIntent": written.setup_intent_id or "",
                    "Stripe was told": "offline",
                },
                "device": {},
                "copy": "",
                "revoked": "",
            }
        return None

    def _linked(self, mandate: Mandate) -> dict[str, Any]:
        evidence, revocation = mandate.evidence, self._store.revocations.get(mandate.stripe_mandate_id)
        online = str(evidence.get("accepted") or mandate.acceptance) == "online"
        mailed = self._store.jobs.find(COPY_MAIL, mandate.id)
        sent = mailed.ended_at if mailed is not None and mailed.state is JobState.DONE else None
        revoked = ""
        if revocation is not None:
            at = self._stamp(revocation.revoked_at)
            revoked = f"{at}, written down by {revocation.revoked_by}: {revocation.reason}"
        return {
            "text": mandate.text,
            "version": mandate.text_version,
            "language": str(evidence.get("language") or ""),
            "business": str(evidence.get("business_name") or ""),
            "accepted": self._stamp(mandate.accepted_at),
            "how": "by the customer in a browser that they held" if online else "in person",
            "before": mandate.operator,
            "facts": {
                "Link session at the bank": mandate.link_session_id or "",
                "SetupIntent": mandate.setup_intent_id,
                "Stripe was told": mandate.acceptance,
                "Operator's network address": mandate.operator_address,
            },
            "device": {name: str(evidence[key]) for key, name in DEVICE.items() if evidence.get(key)},
            "copy": self._stamp(sent) if sent else "",
            "revoked": revoked,
        }

    def _checks(self, debit: Debit | None) -> list[list[str]]:
        """What was asked before the money moved: balance or risk, a second person."""
        if debit is None:
            return []
        found = []
        balance = self._store.debits.balance(debit.id)
        if balance is not None:
            found.append(["The bank was asked for the balance", self._stamp(balance.at)])
        approval = self._store.approvals.newest("debit", debit.id)
        decision = self._store.approvals.decision(approval.id) if approval else None
        if decision is not None:
            word = "approved" if decision.is_approved else "declined"
            found.append([f"A second person {word} it", f"{decision.person}, {self._stamp(decision.at)}"])
        return found

    def _timeline(
        self,
        payment: Mapping[str, Any],
        parts: dict[str, list[dict[str, Any]]],
        mandate: Mandate | None,
        debit: Debit | None,
    ) -> list[list[str]]:
        """What happened, oldest first: when, what, by whom. What is only expected is no evidence."""
        now = self._clock.now()
        row = read_row(dict(payment), now.astimezone(self._zone).date())
        found: list[tuple[datetime, str, str, str]] = []
        for entry in build_timeline(row, parts, now):
            if entry.is_certain and entry.at <= now:
                when = entry.at.date().isoformat() if entry.is_day else self._stamp(entry.at)
                found.append((entry.at, when, entry.what, "Stripe"))
        if mandate is not None:
            at = mandate.accepted_at
            found.append((at, self._stamp(at), "The customer authorized debits", mandate.operator))
        if debit is not None:
            for one in self._store.trail.read(debit.id, MOST_ROWS):
                if one.action.startswith(ORDERED):
                    found.append((one.at, self._stamp(one.at), in_words(one.action), one.actor))
        case = self._store.cases.of_payment(payment["id"])
        for event in self._store.cases.events(case.id) if case else []:
            found.append((event.at, self._stamp(event.at), f"Case: {event.what}", event.by))
        return [[when, what, by] for _, when, what, by in sorted(found, key=lambda one: one[:3])]

    def _missing(
        self,
        payment: Mapping[str, Any],
        charge: Mapping[str, Any],
        authorization: Mapping[str, Any] | None,
        debit: Debit | None,
        code: str | None,
    ) -> list[str]:
        """What was never recorded, a sentence each, so that nobody reads silence as a fact."""
        found = []
        if authorization is None and payment["rail"] == "ach_debit":
            found.append(
                "An authorization: debits of the old rail name no mandate, and this desk has none of the account."
            )
        elif authorization is None:
            found.append("The words of the authorization: it was not made at this desk. Stripe keeps its own record.")
        else:
            if not authorization["text"]:
                found.append("The words of the authorization: they are not kept at this desk any more.")
            paper = authorization["how"] == "signed on paper"
            if not paper and "network address" not in authorization["device"]:
                found.append("The network address of the customer's device.")
            if not paper and "browser" not in authorization["device"]:
                found.append("The browser of the customer's device.")
            if not paper and not authorization["facts"]["Link session at the bank"]:
                found.append("The session in which the customer signed in at their bank.")
            if not authorization["copy"]:
                found.append("That a copy was mailed to the customer; a printed one leaves no row.")
        if debit is None:
            found.append("Who ordered the debit, and what was asked before: it was not made at this desk.")
        elif self._store.debits.balance(debit.id) is None:
            found.append("The balance before the debit.")
        if not charge.get("trace"):
            found.append("The bank network's trace number.")
        if code and not charge.get("network_code"):
            found.append("The bank's own return code: the code here is Stripe's word.")
        return found

    def _stamp(self, at: datetime) -> str:
        return stamp(at, self._zone)
