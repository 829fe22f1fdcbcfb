"""The steps at Stripe: the customer, the bank account, the mandate; each one call whose effect comes once.

What may have been made is looked for by our id in its metadata before anything is asked for again. None of these steps
moves money.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from dashboard.domain.clock import Clock
from dashboard.domain.errors import ProviderBroken, ProviderRejected
from dashboard.domain.folding import fold
from dashboard.domain.ids import new_id
from dashboard.domain.models import BankAccount, Customer, Generation, Problem, Secret
from dashboard.domain.tags import ATTEMPT_TAG, CUSTOMER_TAG
from dashboard.domain.text_safety import clean
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.jobs import Run
from dashboard.jobs.kinds import Ask, Blocked, Canceled, Done, To
from dashboard.jobs.run import KEY_LIFE
from dashboard.linking.plaid_steps import read_work
from dashboard.linking.questions import ExistingStripeCustomer, QuestionKind
from dashboard.linking.renewing import Renewing
from dashboard.linking.stripe_customers import StripeCustomers
from dashboard.mandates.wording import write_setup_intent
from dashboard.store import Store
from dashboard.store.linking.attempts import AttemptWork, digest_token
from dashboard.store.mandates.rows import Mandate

NEXT_LOOK = timedelta(seconds=2)  # another link of the same customer makes their Stripe customer, in a second or two
TOKENS = 5  # bank tokens of one attempt that Stripe may call used before that is believed

GONE = Problem(
    "The customer or the account of this link is gone.",
    "It was removed or erased meanwhile. Nothing was charged.",
    "Link the bank again if it is still wanted.",
    "item_removed",
)
BEING_MADE = Problem(
    "Another link of this customer makes their Stripe customer.",
    "There is to be one of them.",
    "It continues automatically.",
    "being_made",
)


class StripeSteps:
    """customer -> attach -> authorize."""

    def __init__(self, store: Store, stripe: PaymentProvider, clock: Clock) -> None:
        self._store, self._stripe, self._clock = store, stripe, clock
        self._renewing = Renewing(store, stripe, clock)
        self._customers = StripeCustomers(store, stripe, clock)

    # The customer.

    def find_customer(self, run: Run) -> None:
        """Take the Stripe customer that is known, ask about those with the same e-mail, or make a new one."""
        work = read_work(self._store, run)
        id = work.attempt.customer_id
        renewed = self._renewing.find(work)
        if renewed is not None:  # it stays with its own Stripe customer, who after a merge is not the customer's own
            run.move(
                To("attach"), "link.customer", customer=id, stripe_customer=renewed.stripe_customer_id, how="its own"
            )
            return
        decision = self._store.customers.decision(id)
        if decision.stripe_customer_id is not None:
            if not self._customers.is_deleted(decision.stripe_customer_id):
                self._keep_customer(run, id, decision.stripe_customer_id, "known")
                return
            self._customers.forget(run, id, decision.stripe_customer_id)
            decision = self._store.customers.decision(id)
        customer = self._store.customers.get(id)
        if customer is None:
            run.move(Canceled(GONE), "link.customer_gone", customer=id)
            return
        same = list_same_email(self._store, self._stripe, customer.email)
        ours = _with_tag(same, CUSTOMER_TAG, id)
        if ours is not None and find_owner(self._store, customer, ours) is None:  # made by us, the reply was lost
            self._keep_customer(run, id, ours["id"], "found")
        elif same and not decision.decided:
            run.move(Ask(QuestionKind.STRIPE_CUSTOMER), "link.same_email", customer=id, found=len(same))
        elif not self._claim_customer(run, id):
            run.move(Blocked(BEING_MADE, NEXT_LOOK), "link.waits", customer=id, code=BEING_MADE.code)
        else:
            made = self._make_customer(run, customer)
            self._keep_customer(run, id, made["id"], "made")

    def _claim_customer(self, run: Run, customer_id: str) -> bool:
        """Whether this attempt is the one that makes the Stripe customer: two at once would make two."""
        with run.committing():
            maker = self._store.customers.decision(customer_id).maker
            other = self._store.jobs.get(maker) if maker is not None and maker != run.job.id else None
            if other is not None and not other.state.is_ended:
                return False
            self._store.customers.start_stripe(customer_id, run.job.id, self._clock.now())
            return True

    def _make_customer(self, run: Run, customer: Customer) -> dict[str, Any]:
        kept = self._store.jobs.call(run.job.id, run.job.step)
        emails = dict.fromkeys([customer.email, *([str(kept.body["email"])] if kept else [])])  # edited meanwhile
        body = {"name": customer.name, "email": customer.email, "metadata": {CUSTOMER_TAG: customer.id}}

        def find() -> dict[str, Any] | None:
            listed = [one for email in emails for one in list_same_email(self._store, self._stripe, email)]
            return _with_tag(listed, CUSTOMER_TAG, customer.id)

        return run.once(body, lambda body, key: self._stripe.create_customer(body, key=key), find, self._stripe.time)

    def _keep_customer(self, run: Run, customer_id: str, stripe_customer_id: str, how: str) -> None:
        with run.moving(
            To("attach"), "link.customer", customer=customer_id, stripe_customer=stripe_customer_id, how=how
        ):
            self._store.customers.decide(customer_id, stripe_customer_id, self._clock.now())

    # The bank account.

    def attach(self, run: Run) -> None:
        """Attach the bank token; what the customer already has is found and used again."""
        work = read_work(self._store, run)
        renewed = self._renewing.find(work)
        customer_id = self._store.customers.decision(work.attempt.customer_id).stripe_customer_id
        if renewed is not None:
            customer_id = renewed.stripe_customer_id
        if customer_id is None or work.bank_token is None or self._is_stale(run, work.bank_token):
            found = self._find_tagged(customer_id, work.attempt.id) if customer_id else None
            if found is None or customer_id is None:
                self._renew_token(run, work)
            else:
                self._keep_account(run, work, customer_id, found, "found")
            return
        try:
            source = self._attach(run, work.attempt.id, work.bank_token, customer_id)
        except ProviderRejected as error:
            if error.code == "bank_account_exists":
                self._keep_account(run, work, customer_id, self._find_existing(work, customer_id, error), "reused")
            elif error.code == "token_already_used" and self._may_renew_token(run, work):
                self._renew_token(run, work)
            else:
                self._customers.say_deleted(customer_id, error)
                raise
        else:
            self._keep_account(run, work, customer_id, source, "attached")

    def _attach(self, run: Run, attempt_id: str, token: Secret, customer_id: str) -> dict[str, Any]:
        """The call; the token itself is in no row but the attempt's, sealed: its digest says which one it was."""
        metadata = {ATTEMPT_TAG: attempt_id}
        body = {"customer": customer_id, "token_sha256": digest_token(token), "metadata": metadata}
        return run.once(
            body,
            lambda _, key: self._stripe.attach_source(customer_id, token, metadata=metadata, key=key),
            lambda: self._find_tagged(customer_id, attempt_id),
            self._stripe.time,
        )

    def _is_stale(self, run: Run, token: Secret) -> bool:
        """Whether this token was sent so long ago that Stripe has forgotten the key: a new one is made."""
        call = self._store.jobs.call(run.job.id, run.job.step)
        if call is None or call.body.get("token_sha256") != digest_token(token):
            return False
        return self._clock.now() - call.made_at > KEY_LIFE

    def _may_renew_token(self, run: Run, work: AttemptWork) -> bool:
        used = [one for one in self._store.jobs.tries(run.job.id, "attach") if one.code == "token_already_used"]
        return work.attempt.generation is Generation.CURRENT and len(used) < TOKENS

    def _find_tagged(self, customer_id: str, attempt_id: str) -> dict[str, Any] | None:
        return _with_tag(self._stripe.list_sources(customer_id), ATTEMPT_TAG, attempt_id)

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

    def _renew_token(self, run: Run, work: AttemptWork) -> None:
        """Make a new bank token, which the current generation allows; else the bank has to be linked again."""
        if work.attempt.generation is Generation.CLASSIC:
            raise ProviderRejected(
                "The bank token was used up and its outcome is lost.",
                provider="plaid",
                code="NO_BANK_TOKEN",
                kind="classic",
            )
        with run.moving(To("tokenize"), "link.bank_token_renewed", customer=work.attempt.customer_id):
            self._store.attempts.save(work.attempt.id, secrets={"bank_token": None})

    def _keep_account(self, run: Run, work: AttemptWork, customer_id: str, source: dict[str, Any], how: str) -> None:
        attempt = work.attempt
        renewed = self._renewing.find(work)
        if renewed is not None:
            self._renewing.keep(run, work, renewed, source, how)
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
        with run.moving(
            To("authorize"),
            "link.attached",
            customer=attempt.customer_id,
            bank_account=account.stripe_bank_account_id,
            how=how,
        ):
            self._store.accounts.add(account, attempt.institution_id)
            self._store.attempts.save(attempt.id, bank_account_id=account.id, secrets={"bank_token": None})

    # The mandate.

    def authorize(self, run: Run) -> None:
        """Say who holds the account, then record the customer's authorization; the account is ready to debit.

        Raises ProviderRejected where Stripe has not verified the account, or refuses.
        """
        work = read_work(self._store, run)
        attempt = work.attempt
        account = self._store.accounts.get(str(attempt.bank_account_id))
        customer = self._store.customers.get(attempt.customer_id)
        if account is None or customer is None:
            run.move(Canceled(GONE), "link.account_gone", customer=attempt.customer_id)
            return
        if account.stripe_status != "verified":
            raise ProviderRejected(
                f"Stripe has not verified the bank account (it is {account.stripe_status or 'of unknown status'}).",
                provider="stripe",
                code="bank_account_unverified",
            )
        stripe_customer, source = str(account.stripe_customer_id), str(account.stripe_bank_account_id)
        self._renewing.detach_old(run, work, stripe_customer)
        try:
            self._stripe.set_holder(
                stripe_customer, source, holder_type=customer.holder_type.value, holder_name=customer.name
            )
        except ProviderRejected as error:
            self._customers.say_deleted(stripe_customer, error)
            raise
        kept = self._store.jobs.call(run.job.id, run.job.step)
        body = kept.body if kept else self._write_body(work, stripe_customer, source)
        intent = run.once(
            body,
            lambda body, key: self._stripe.create_setup_intent(body, key=key),
            lambda: _with_tag(self._stripe.find_setup_intents(stripe_customer, source), ATTEMPT_TAG, attempt.id),
            self._stripe.time,
        )
        self._keep_mandate(run, work, account, body, intent)

    def _write_body(self, work: AttemptWork, stripe_customer: str, source: str) -> dict[str, Any]:
        return write_setup_intent(
            stripe_customer_id=stripe_customer,
            bank_account_id=source,
            accepted_at=self._accepted_at(work),
            evidence=work.evidence,
            metadata={ATTEMPT_TAG: work.attempt.id},
        )

    def _keep_mandate(
        self, run: Run, work: AttemptWork, account: BankAccount, body: dict[str, Any], intent: dict[str, Any]
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
        with run.moving(
            Done(),
            "link.authorized",
            customer=attempt.customer_id,
            mandate=mandate_id,
            acceptance=mandate.acceptance,
        ):
            self._store.mandates.add(mandate)
            self._store.accounts.edit(account.id, {"mandate_id": mandate_id, "mandate_status": mandate_status}, now)

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


def list_same_email(store: Store, stripe: PaymentProvider, email: str) -> list[dict[str, Any]]:
    """Stripe's customers with this e-mail in any case that is known. Raises ProviderError.

    Stripe compares as it is written: it is asked for it as it is here, folded, and as the sync has seen it there.
    """
    spellings = dict.fromkeys((email, fold(email), *store.customers.emails_at_stripe(email)))
    found = [one for spelling in spellings for one in stripe.find_customers_by_email(spelling)]
    return list({one["id"]: one for one in found if not one.get("deleted")}.values())


def offer_same_email(store: Store, stripe: PaymentProvider, customer: Customer) -> list[ExistingStripeCustomer]:
    """Stripe customers with this customer's e-mail, as a person picks one. Raises ProviderError."""
    return [
        ExistingStripeCustomer(
            id=str(one["id"]),
            name=_maybe(one.get("name")),
            email=_maybe(one.get("email")),
            created_at=_instant(one.get("created")),
            owner=find_owner(store, customer, one),
        )
        for one in list_same_email(store, stripe, customer.email)
    ]


def find_owner(store: Store, customer: Customer, at_stripe: Mapping[str, Any]) -> Customer | None:
    """Another customer of the desk who is this one at Stripe, or for whom the desk made it; None for nobody."""
    id, metadata = str(at_stripe["id"]), at_stripe.get("metadata")
    if id == customer.stripe_customer_id:
        return None
    tag = str(metadata.get(CUSTOMER_TAG) or "") if isinstance(metadata, dict) else ""
    maker = store.customers.get(store.customer_files.merged_into(tag) or tag)
    found = [one for one in (store.customers.by_stripe_id(id), maker) if one is not None and one.id != customer.id]
    return found[0] if found else None


def _with_tag(listed: Iterable[dict[str, Any]], name: str, id: str) -> dict[str, Any] | None:
    """The last one listed that has our id in its metadata."""
    found = None
    for one in listed:
        metadata = one.get("metadata")
        if isinstance(metadata, dict) and metadata.get(name) == id:
            found = one
    return found


def _maybe(value: object) -> str | None:
    return clean(value) if isinstance(value, str) and value else None


def _instant(value: object) -> datetime:
    """Epoch seconds as a time; the epoch itself where they are none."""
    try:
        return datetime.fromtimestamp(value if isinstance(value, int | float) else 0, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)
