"""The steps at Stripe: the customer, the bank account, the mandate; each under a key that was committed before.

A saved 500 replays for 24 hours and a key is forgotten after them, so in both cases the object is looked for by our
id in its metadata before anything is asked for under a new key. None of these steps moves money.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboard.clock import Clock
from dashboard.errors import LeaseLost, ProviderBroken, ProviderRejected, ProviderUnreachable
from dashboard.gateways.provider import LinkProvider
from dashboard.gateways.stripe import Stripe
from dashboard.gateways.stripe_errors import REPLAYED
from dashboard.models import Actor, AttemptState, BankAccount, Generation
from dashboard.onboarding.authorization import write_setup_intent
from dashboard.onboarding.questions import ExistingStripeCustomer, QuestionKind
from dashboard.onboarding.renewing import Renewing
from dashboard.store.attempts import AttemptWork
from dashboard.store.core import CoreStore
from dashboard.store.mandates import Mandate
from dashboard.store.rows import new_id, to_json
from dashboard.texts import make_sound

KEY_LIFE = timedelta(hours=23)  # Stripe keeps a key for at least 24 h; an hour is left for clocks that differ
CUSTOMER_TAG, ATTEMPT_TAG = "ach_desk_customer", "ach_desk_link"  # our ids in Stripe's metadata


class StripeSteps:
    """tokenized -> customer -> attached -> authorized."""

    def __init__(self, store: CoreStore, plaid: LinkProvider, stripe: Stripe, clock: Clock) -> None:
        self._store, self._plaid, self._stripe, self._clock = store, plaid, stripe, clock
        self._renewing = Renewing(store, stripe, clock)

    # The customer.

    def find_customer(self, work: AttemptWork, owner: str) -> None:
        """Take the Stripe customer that is known, ask about those with the same e-mail, or make a new one."""
        id = work.attempt.customer_id
        renewed = self._renewing.find(work)
        if renewed is not None:  # it stays with its own Stripe customer, who after a merge is not the customer's own
            with self._store.transaction():
                self._store.attempts.save(work.attempt.id, owner=owner, state=AttemptState.CUSTOMER)
                self._note(work, "link.customer", stripe_customer=renewed.stripe_customer_id, how="its own")
            return
        decision = self._store.customers.decision(id)
        if decision.stripe_customer_id is not None:
            self._keep_customer(work, owner, decision.stripe_customer_id, "known")
            return
        customer = self._store.customers.get(id)
        if customer is None:
            raise LeaseLost("The customer is gone.")
        same = self._with_email(customer.email)
        ours = [one["id"] for one in same if _tag(one, CUSTOMER_TAG) == id]
        if ours:  # made by us, the reply was lost
            self._keep_customer(work, owner, ours[-1], "found")
            return
        if same and not decision.decided:
            with self._store.transaction():
                self._store.attempts.save(work.attempt.id, owner=owner, question=QuestionKind.STRIPE_CUSTOMER.value)
                self._note(work, "link.same_email", found=len(same))
            return
        key, body = decision.key, decision.body
        if body is None or decision.started_at is None or self._is_stale(decision.started_at):
            key = decision.key if body is None else new_id("key")
            body = {"name": customer.name, "email": customer.email, "metadata": {CUSTOMER_TAG: id}}
            self._store.customers.start_stripe(id, key, body, self._clock.now())
        try:
            made = self._stripe.create_customer(body, key=key)
        except ProviderUnreachable as error:
            if error.kind == REPLAYED:
                self._store.customers.start_stripe(id, new_id("key"), body, self._clock.now())
            raise
        self._keep_customer(work, owner, made["id"], "made")

    def list_same_email(self, email: str) -> list[ExistingStripeCustomer]:
        """Stripe customers with this e-mail, newest first."""
        return [
            ExistingStripeCustomer(
                id=str(one["id"]),
                name=_maybe(one.get("name")),
                email=_maybe(one.get("email")),
                created_at=_instant(one.get("created")),
            )
            for one in self._with_email(email)
        ]

    def _with_email(self, email: str) -> list[dict[str, Any]]:
        spellings = dict.fromkeys((email, email.lower()))
        found = [one for spelling in spellings for one in self._stripe.find_customers_by_email(spelling)]
        return list({one["id"]: one for one in found if not one.get("deleted")}.values())

    def _keep_customer(self, work: AttemptWork, owner: str, stripe_customer_id: str, how: str) -> None:
        attempt = work.attempt
        with self._store.transaction():
            self._store.customers.decide(attempt.customer_id, stripe_customer_id, self._clock.now())
            self._store.attempts.save(attempt.id, owner=owner, state=AttemptState.CUSTOMER)
            self._note(work, "link.customer", stripe_customer=stripe_customer_id, how=how)

    # The bank account.

    def attach(self, work: AttemptWork, owner: str) -> None:
        """Attach the bank token; what the customer already has is found and used again."""
        attempt = work.attempt
        renewed = self._renewing.find(work)
        customer_id = self._store.customers.decision(attempt.customer_id).stripe_customer_id
        if renewed is not None:
            customer_id = renewed.stripe_customer_id
        if customer_id is None or work.bank_token is None:
            self._go_back(work, owner)
            return
        if work.attach_started_at is not None:  # a token is good once: look before it is sent again
            tagged = self._find_tagged(customer_id, attempt.id)
            if tagged is not None:
                self._keep_account(work, owner, customer_id, tagged, "found")
                return
            if work.attach_key is None or self._is_stale(work.attach_started_at):
                self._go_back(work, owner)
                return
        key = work.attach_key or new_id("key")
        if work.attach_started_at is None:
            self._store.attempts.save(
                attempt.id, owner=owner, attach_key=key, times={"attach_started_at": self._clock.now()}
            )
        try:
            made = self._stripe.attach_source(customer_id, work.bank_token, metadata={ATTEMPT_TAG: attempt.id}, key=key)
        except ProviderRejected as error:
            if error.code == "bank_account_exists":
                self._keep_account(work, owner, customer_id, self._find_existing(work, customer_id, error), "reused")
                return
            if error.code == "token_already_used" and attempt.generation is Generation.CURRENT:
                self._go_back(work, owner)
                return
            raise
        except ProviderUnreachable as error:
            if error.kind == REPLAYED:
                self._go_back(work, owner)
            raise
        self._keep_account(work, owner, customer_id, made, "attached")

    def _find_tagged(self, customer_id: str, attempt_id: str) -> dict[str, Any] | None:
        found = self._stripe.list_sources(customer_id)
        return next((one for one in found if _tag(one, ATTEMPT_TAG) == attempt_id), None)

    def _find_existing(self, work: AttemptWork, customer_id: str, error: ProviderRejected) -> dict[str, Any]:
        """The customer's bank account behind a token that Stripe says it has: the only one, or the same fingerprint."""
        sources = self._stripe.list_sources(customer_id)
        if len(sources) == 1:
            return sources[0]
        fingerprint = self._stripe.read_fingerprint(work.bank_token) if work.bank_token and sources else None
        for one in sources:
            if fingerprint is not None and one.get("fingerprint") == fingerprint:
                return one
        raise error

    def _go_back(self, work: AttemptWork, owner: str) -> None:
        """Make a new bank token, which the current generation allows; else the bank has to be linked again."""
        attempt = work.attempt
        if attempt.generation is Generation.CLASSIC:
            raise ProviderRejected(
                "The bank token was used up and its outcome is lost.",
                provider="plaid",
                code="NO_BANK_TOKEN",
                kind="classic",
            )
        with self._store.transaction():
            self._store.attempts.save(
                attempt.id,
                owner=owner,
                state=AttemptState.EXCHANGED,
                secrets={"bank_token": None},
                attach_key=None,
                times={"attach_started_at": None},
            )
            self._note(work, "link.bank_token_renewed")

    def _keep_account(self, work: AttemptWork, owner: str, customer_id: str, source: dict[str, Any], how: str) -> None:
        attempt = work.attempt
        renewed = self._renewing.find(work)
        if renewed is not None:
            self._renewing.keep(work, owner, renewed, source, how)
            return
        picked = next((one for one in attempt.accounts if one.id == attempt.account_id), None)
        account = BankAccount(
            id=new_id("acct"),
            customer_id=attempt.customer_id,
            item_id=str(attempt.item_id),
            plaid_account_id=str(attempt.account_id),
            name=picked.name if picked else "Account",
            mask=picked.mask if picked else None,
            subtype=picked.subtype if picked else None,
            institution_name=attempt.institution_name or _maybe(source.get("bank_name")) or "Bank",
            stripe_customer_id=customer_id,
            stripe_bank_account_id=str(source["id"]),
            stripe_bank_name=_maybe(source.get("bank_name")),
            stripe_last4=_maybe(source.get("last4")),
            stripe_status=_maybe(source.get("status")),
            fingerprint=_maybe(source.get("fingerprint")),
            mandate_id=None,
            mandate_status=None,
            created_at=self._clock.now(),
        )
        with self._store.transaction():
            self._store.accounts.add(account, attempt.institution_id)
            self._store.attempts.save(
                attempt.id,
                owner=owner,
                state=AttemptState.ATTACHED,
                bank_account_id=account.id,
                secrets={"bank_token": None},
            )
            self._note(work, "link.attached", bank_account=account.stripe_bank_account_id, how=how)

    # The mandate.

    def authorize(self, work: AttemptWork, owner: str) -> None:
        """Say who holds the account, then record the customer's authorization; the account is ready to debit."""
        attempt = work.attempt
        account = self._store.accounts.get(str(attempt.bank_account_id))
        customer = self._store.customers.get(attempt.customer_id)
        if account is None or customer is None:
            raise LeaseLost("The account is gone.")
        if account.stripe_status != "verified":
            raise ProviderRejected(
                f"Stripe has not verified the bank account (it is {account.stripe_status or 'of unknown status'}).",
                provider="stripe",
                code="bank_account_unverified",
            )
        stripe_customer, source = str(account.stripe_customer_id), str(account.stripe_bank_account_id)
        self._renewing.detach_old(work, owner, stripe_customer)
        key, body = work.mandate_key, work.mandate_body
        intent: dict[str, Any] | None = None
        if key is None or body is None or work.mandate_started_at is None:
            self._stripe.set_holder(
                stripe_customer, source, holder_type=customer.holder_type.value, holder_name=customer.name
            )
            key = new_id("key")
            body = write_setup_intent(
                stripe_customer_id=stripe_customer,
                bank_account_id=source,
                accepted_at=self._accepted_at(work),
                evidence=work.evidence,
                metadata={ATTEMPT_TAG: attempt.id},
            )
            self._keep_mandate_key(work, owner, key, body)
        elif self._is_stale(work.mandate_started_at):
            intent = self._find_intent(attempt.id, self._stripe.find_setup_intents(stripe_customer, source))
            if intent is None:
                key = new_id("key")
                self._keep_mandate_key(work, owner, key, body)
        if intent is None:
            try:
                intent = self._stripe.create_setup_intent(body, key=key)
            except ProviderUnreachable as error:
                if error.kind != REPLAYED:
                    raise
                intent = self._find_intent(attempt.id, self._stripe.find_setup_intents(stripe_customer, source))
                if intent is None:
                    self._keep_mandate_key(work, owner, new_id("key"), body)
                    raise
        self._keep_mandate(work, owner, account, body, intent)

    def _keep_mandate_key(self, work: AttemptWork, owner: str, key: str, body: dict[str, Any]) -> None:
        self._store.attempts.save(
            work.attempt.id,
            owner=owner,
            mandate_key=key,
            mandate_body=to_json(body),
            times={"mandate_started_at": self._clock.now()},
        )

    def _find_intent(self, attempt_id: str, intents: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
        return next((one for one in intents if _tag(one, ATTEMPT_TAG) == attempt_id), None)

    def _keep_mandate(
        self, work: AttemptWork, owner: str, account: BankAccount, body: dict[str, Any], intent: dict[str, Any]
    ) -> None:
        status, mandate_id = _maybe(intent.get("status")), _maybe(intent.get("mandate"))
        if status != "succeeded":
            raise ProviderRejected(
                f"Stripe did not record the authorization (the SetupIntent is {status}).",
                provider="stripe",
                code="setup_intent_mandate_invalid",
            )
        if mandate_id is None:
            raise ProviderBroken(
                "Stripe's SetupIntent names no mandate.", maybe_done=False, provider="stripe", code="broken_reply"
            )
        mandate_status = _maybe(self._stripe.read_mandate(mandate_id).get("status")) or "unknown"
        attempt, now = work.attempt, self._clock.now()
        shown = work.evidence.get("authorization")
        text, version = (shown.get("text"), shown.get("version")) if isinstance(shown, dict) else (None, None)
        acceptance = body["mandate_data"]["customer_acceptance"]
        mandate = Mandate(
            id=new_id("mnd"),
            bank_account_id=account.id,
            customer_id=attempt.customer_id,
            stripe_mandate_id=mandate_id,
            setup_intent_id=str(intent["id"]),
            status=mandate_status,
            acceptance=str(acceptance["type"]),
            accepted_at=datetime.fromtimestamp(int(acceptance["accepted_at"]), UTC),
            text=str(text or ""),
            text_version=str(version or ""),
            evidence={key: value for key, value in work.evidence.items() if key != "authorization"},
            operator=attempt.operator,
            operator_address=work.operator_address,
            link_session_id=attempt.link_session_id,
            created_at=now,
        )
        with self._store.transaction():
            self._store.mandates.add(mandate)
            self._store.accounts.edit(account.id, {"mandate_id": mandate_id, "mandate_status": mandate_status}, now)
            self._store.attempts.save(attempt.id, owner=owner, state=AttemptState.AUTHORIZED)
            self._note(work, "link.authorized", mandate=mandate_id, acceptance=mandate.acceptance)

    def _accepted_at(self, work: AttemptWork) -> datetime:
        """When the customer agreed: when the browser said so, else when Link's outcome was received."""
        at = work.evidence.get("accepted_at")
        if isinstance(at, int) and "carried_from" in work.evidence:  # given once; the bank changed a number since
            return _instant(at)
        if isinstance(at, int | float) and not isinstance(at, bool):
            given = _instant(at)
            if self._clock.now() - timedelta(days=1) < given <= self._clock.now():
                return given
        received = work.evidence.get("received_at")
        return datetime.fromtimestamp(received, UTC) if isinstance(received, int) else work.attempt.updated_at

    def _is_stale(self, since: datetime) -> bool:
        return self._clock.now() - since > KEY_LIFE

    def _note(self, work: AttemptWork, action: str, **facts: object) -> None:
        actor = Actor(name=work.attempt.operator, roles=frozenset(), address=work.operator_address)
        facts["customer"] = work.attempt.customer_id
        self._store.trail.append(actor, action, work.attempt.id, self._clock.now(), **facts)


def _tag(one: dict[str, Any], name: str) -> object:
    metadata = one.get("metadata")
    return metadata.get(name) if isinstance(metadata, dict) else None


def _maybe(value: object) -> str | None:
    return make_sound(value) if isinstance(value, str) and value else None


def _instant(value: object) -> datetime:
    """Epoch seconds as a time; the epoch itself where they are none."""
    try:
        return datetime.fromtimestamp(value if isinstance(value, int | float) else 0, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
