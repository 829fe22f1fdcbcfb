"""Sending a debit: one key and one body, however often; after a lost answer it is looked for, never sent anew.

Stripe keeps a key for at least 24 hours and replays a saved 500 all that time. So while the key lives, the same
request is sent again; on a replayed failure, and always after 24 hours, the debit is looked for by our id in the
metadata of the customer's PaymentIntents.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dashboard.clock import Clock
from dashboard.errors import (
    DeskError,
    LeaseLost,
    ProviderBroken,
    ProviderError,
    ProviderLimited,
    ProviderRejected,
    ProviderUnreachable,
    Refused,
    StoreUnavailable,
)
from dashboard.gateways.stripe import Stripe
from dashboard.gateways.stripe_errors import REPLAYED
from dashboard.leases import LEASE, new_owner
from dashboard.mandates import say_revoked
from dashboard.models import Actor, DebitState, Problem
from dashboard.problems import explain
from dashboard.standing import say_ended
from dashboard.store.core import CoreStore
from dashboard.store.debits import DebitWork
from dashboard.texts import make_sound

DEBIT_TAG = "ach_desk_debit"  # our id in the PaymentIntent's metadata, by which it is found again
KEY_LIFE = timedelta(hours=23)  # Stripe: at least 24 h; an hour is left for clocks that differ
AROUND = timedelta(days=2)  # a look covers this much before the first sending, for clocks that differ
OPEN = {DebitState.CREATED, DebitState.SENDING, DebitState.UNKNOWN}
SAME_KEY = {"idempotency_error", "idempotency_key_in_use"}  # Stripe has had this key: look before anything else


class Sending:
    """Takes one debit to a known outcome, or leaves it visibly unknown."""

    def __init__(self, store: CoreStore, stripe: Stripe, clock: Clock) -> None:
        self._store, self._stripe, self._clock = store, stripe, clock

    def run(self, debit_id: str) -> None:
        """Send it, or look for it. Does nothing where another worker holds it, or its outcome is known."""
        owner, now = new_owner(), self._clock.real()
        if not self._store.debits.take(debit_id, owner, now, now + LEASE):
            return
        try:
            work = self._store.debits.work(debit_id)
            if work is None or work.debit.state not in OPEN:
                return
            sent = work.first_sent_at is not None
            if sent and (work.replayed or self._is_stale(work) or self._find_refusal(work)):
                self._look(work, owner, None)
            else:
                self._send(work, owner)
        except LeaseLost:
            return
        finally:
            self._store.debits.drop(debit_id, owner)

    def _send(self, work: DebitWork, owner: str) -> None:
        first = work.first_sent_at is None
        with self._store.transaction():
            refusal = self._find_refusal(work)
            if refusal is not None:
                self._refuse(work, owner, refusal)
                return
            self._store.debits.save(
                work.debit.id,
                owner=owner,
                state=DebitState.SENDING,
                first_sent_at=self._clock.now() if first else work.first_sent_at,
            )
            self._note(work, "debit.sent")
        try:
            intent = self._stripe.create_payment_intent(work.body, key=work.key)
        except (LeaseLost, StoreUnavailable):
            raise
        except (ProviderUnreachable, ProviderBroken) as error:
            if error.maybe_done:
                self._look(work, owner, error)
            else:
                self._wait(work, owner, error, first)
        except ProviderLimited as error:
            self._wait(work, owner, error, first)
        except ProviderRejected as error:
            if error.code in SAME_KEY:
                self._look(work, owner, error)
            else:
                self._refuse(work, owner, error)
        else:
            self._keep(work, owner, intent, "sent")

    def _look(self, work: DebitWork, owner: str, cause: ProviderError | None) -> None:
        """Look for the debit at Stripe; where it is not found it is `unknown`, and nothing is sent under a new key."""
        replayed = work.replayed or (cause is not None and cause.kind == REPLAYED)
        since = (work.first_sent_at or work.debit.created_at) - AROUND
        try:
            found = self._stripe.find_payment_intents(str(work.body["customer"]), since, self._clock.now() + AROUND)
            intent = next((one for one in found if _tag(one) == work.debit.id), None)
        except ProviderError as error:
            intent, cause = None, cause or error
        if intent is not None:
            self._keep(work, owner, intent, "found")
            return
        problem = explain(cause) if cause else None
        with self._store.transaction():
            self._store.debits.save(
                work.debit.id,
                owner=owner,
                state=DebitState.UNKNOWN,
                problem=Problem(
                    "It is not known whether Stripe took this debit."
                    if not self._is_stale(work)
                    else "Stripe does not list this debit a day after it was sent.",
                    "It is not sent under another key, so that nobody is charged twice.",
                    "It is looked for again by itself; before you order another one, search Stripe for its id.",
                    problem.code if problem else "not_found",
                    "stripe",
                    problem.request_id if problem else None,
                ),
                replayed=int(replayed),
            )
            self._note(work, "debit.unknown", code=problem.code if problem else "not_found")

    def _wait(self, work: DebitWork, owner: str, error: DeskError, first: bool) -> None:
        """The request surely had no effect: it stands as it was ordered, to be sent under its key."""
        problem = explain(error)
        with self._store.transaction():
            self._store.debits.save(
                work.debit.id,
                owner=owner,
                state=DebitState.CREATED if first else DebitState.UNKNOWN,
                problem=problem,
                never_sent=first,
            )
            self._note(work, "debit.waits", code=problem.code)

    def _refuse(self, work: DebitWork, owner: str, error: DeskError) -> None:
        problem = explain(error)
        with self._store.transaction():
            self._store.debits.save(work.debit.id, owner=owner, state=DebitState.REFUSED, problem=problem)
            self._note(work, "debit.refused", code=problem.code, request_id=problem.request_id)

    def _keep(self, work: DebitWork, owner: str, intent: dict[str, Any], how: str) -> None:
        charge = intent.get("latest_charge")
        charge_id = charge.get("id") if isinstance(charge, dict) else charge
        with self._store.transaction():
            self._store.debits.save(
                work.debit.id,
                owner=owner,
                state=DebitState.SUBMITTED,
                payment_intent_id=str(intent["id"]),
                charge_id=make_sound(charge_id) if isinstance(charge_id, str) else None,
            )
            self._note(work, "debit.submitted", payment_intent=intent["id"], how=how)

    def _find_refusal(self, work: DebitWork) -> Refused | None:
        """What has happened since the debit was ordered: the account was removed, or its authorization taken back."""
        account = self._store.accounts.get(work.debit.bank_account_id)
        revocation = self._store.revocations.get(account.mandate_id if account else None)
        problem = (say_ended(account) if account else None) or (say_revoked(revocation) if revocation else None)
        if problem is None:
            return None
        return Refused(problem.what, meaning=problem.meaning, action=problem.action, code=problem.code)

    def _is_stale(self, work: DebitWork) -> bool:
        return work.first_sent_at is not None and self._clock.now() - work.first_sent_at > KEY_LIFE

    def _note(self, work: DebitWork, action: str, **facts: object) -> None:
        actor = Actor(name=work.debit.requested_by, roles=frozenset())
        self._store.trail.append(actor, action, work.debit.id, self._clock.now(), **facts)


def _tag(intent: dict[str, Any]) -> object:
    metadata = intent.get("metadata")
    return metadata.get(DEBIT_TAG) if isinstance(metadata, dict) else None
