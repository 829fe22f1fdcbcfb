"""Linking a bank: open Link, claim its outcome once, then durable steps to an account that is ready to debit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dashboard.domain.clock import Clock
from dashboard.domain.errors import Refused
from dashboard.domain.lookups import require_found
from dashboard.domain.models import (
    Actor,
    AttemptKind,  # noqa: F401
    AttemptState,
    BankAccount,
    Customer,
    Generation,
    LinkAttempt,
    LinkOpening,
)
from dashboard.gateways.link_provider import LinkProvider
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.jobs import Jobs
from dashboard.linking.claims import Claims
from dashboard.linking.job import STATES
from dashboard.linking.openings import Openings
from dashboard.linking.outcome import read_evidence
from dashboard.linking.questions import (
    KIND,
    DuplicateAnswer,
    ExistingStripeCustomer,
    Question,
    QuestionKind,
    refuse_anothers,
)
from dashboard.linking.relinking import Relinking
from dashboard.linking.stripe_customers import StripeCustomers
from dashboard.linking.stripe_steps import offer_same_email
from dashboard.mandates.wording import AuthorizationText, write_text
from dashboard.messages.customer_screens import Language
from dashboard.messages.problems import explained
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.mandates.acceptances import Acceptance

__all__ = ["DuplicateAnswer", "ExistingStripeCustomer", "Linking", "Question", "QuestionKind"]


class Linking:
    """Link -> exchange -> bank account -> mandate, for one customer at a time."""

    def __init__(
        self,
        store: Store,
        plaid: LinkProvider,
        stripe: PaymentProvider,
        clock: Clock,
        settings: Settings,
        jobs: Jobs,
    ) -> None:
        """`jobs` knows `LinkKind`, whose steps these attempts go through."""
        self._store, self._plaid, self._stripe, self._clock = store, plaid, stripe, clock
        self._settings, self._jobs = settings, jobs
        self._relinking = Relinking(store, plaid, clock, jobs)
        self._claims = Claims(store, clock, settings, jobs)
        self._openings = Openings(store, plaid, clock, settings)
        self._stripe_customers = StripeCustomers(store, stripe, clock)

    # Link.

    def open(
        self,
        actor: Actor,
        customer_id: str,
        *,
        hint: str | None = None,
        accepted: Acceptance | None = None,
        hosted: bool = False,
    ) -> LinkOpening:
        """Start an attempt and get what opens Link: a link token, or the public key in the classic generation.

        `hint` is a routing number that highlights a bank (current) or its type (classic); `accepted` is what the
        customer agreed to, kept with the attempt; `hosted` opens it on the customer's own phone, by an address that
        `dashboard.hosted` keeps and shows, and not here. Raises InputError, ProviderError.
        """
        require(actor, Permission.LINK_BANK)
        self._stripe_customers.look(self._customer(customer_id).stripe_customer_id)
        return self._openings.open(actor, customer_id, hint=hint, accepted=accepted, hosted=hosted)

    def is_deleted_at_stripe(self, actor: Actor, customer_id: str) -> bool:
        """Whether the customer's Stripe customer is known to be deleted: the next link makes a new one."""
        require(actor, Permission.LINK_BANK)
        id = self._customer(customer_id).stripe_customer_id
        return id is not None and id in self._store.customers.deleted_at_stripe([id])

    def relink(self, actor: Actor, item_id: str, *, hosted: bool = False) -> LinkOpening:
        """Open Link for signing in to a connection again (Plaid: update mode); its token stays, none is exchanged.

        `hosted` as for `open`. Raises InputError for an unknown connection, Refused where it has ended or is of the
        classic generation, ProviderError.
        """
        require(actor, Permission.LINK_BANK)
        item = require_found(self._store.items.get(item_id), "connection")
        return self._openings.open(actor, item.customer_id, hosted=hosted, relinks=item)

    def opening(self, actor: Actor, attempt_id: str) -> LinkOpening:
        """What opens Link for an attempt that was started before: the same token, so a reload goes on where it was.

        Raises Refused where the token has expired or the attempt is past Link.
        """
        require(actor, Permission.LINK_BANK)
        return self._openings.reopen(attempt_id)

    def listing_config(self, actor: Actor) -> dict[str, object] | None:
        """What makes a classic handler only for its `institutions`; None in the current generation, which has none."""
        require(actor, Permission.LINK_BANK)
        return self._openings.classic_config(None) if self._plaid.generation is Generation.CLASSIC else None

    def report(
        self, actor: Actor, attempt_id: str, outcome: Mapping[str, object], evidence: Mapping[str, object]
    ) -> LinkAttempt:
        """Claim what the browser reports of Link, once by its id, start the steps, and return at once.

        `outcome` is `{id, kind: success|exit|unavailable, public_token?, metadata?, error?, events?}`; `evidence` the
        facts of the customer's browser (`ip_address`, `user_agent`, `accepted_at` in epoch seconds, ...).
        Reporting the same again changes nothing. Raises InputError where the report cannot be Link's.
        """
        require(actor, Permission.LINK_BANK)
        id = self._claims.claim(actor, self._attempt(attempt_id), outcome, evidence)
        self._relinking.start(id)
        return self._attempt(id)

    # Answers of a person.

    def question(self, attempt: LinkAttempt) -> Question | None:
        """What the attempt asks before it goes on; None where it asks nothing. Raises ProviderError."""
        work = self._store.attempts.work(attempt.id)
        if work is None or work.question is None:
            return None
        kind = QuestionKind(work.question)
        if kind is QuestionKind.ACCOUNT:
            return Question(kind, accounts=tuple(one for one in work.attempt.accounts if one.is_depository))
        if kind is QuestionKind.DUPLICATE:
            duplicate = self._store.accounts.get(work.duplicate_of or "")
            return Question(kind, already_linked=duplicate)
        with explained():
            customer = self._customer(work.attempt.customer_id)
            return Question(kind, customers=tuple(offer_same_email(self._store, self._stripe, customer)))

    def choose(self, actor: Actor, attempt_id: str, account_id: str) -> LinkAttempt:
        """Take one of several accounts that Link offered. Raises InputError, or Refused for a non-depository one."""
        require(actor, Permission.LINK_BANK)
        with self._store.transaction():
            attempt = self._attempt(attempt_id)
            if attempt.state is not AttemptState.CHOOSING:
                return attempt
            self._claims.choose(actor, attempt, account_id)
        self._relinking.start(attempt_id)
        return self._attempt(attempt_id)

    def answer_duplicate(self, actor: Actor, attempt_id: str, answer: DuplicateAnswer) -> LinkAttempt:
        """Use the account that is linked already, replace it by this link, or keep both."""
        require(actor, Permission.LINK_BANK)
        with self._store.transaction():
            attempt = self._attempt(attempt_id)
            work = self._store.attempts.work(attempt_id)
            if work is None or work.question != QuestionKind.DUPLICATE.value:
                return attempt
            self._claims.answer_duplicate(actor, attempt, answer)
        self._relinking.start(attempt_id)
        return self._attempt(attempt_id)

    def same_email(self, actor: Actor, id: str) -> list[ExistingStripeCustomer]:
        """Stripe customers with the e-mail of this customer, or of this attempt's customer. Raises ProviderError."""
        require(actor, Permission.LINK_BANK)
        attempt = self._store.attempts.get(id)
        with explained():
            customer = self._customer(attempt.customer_id if attempt else id)
            return offer_same_email(self._store, self._stripe, customer)

    def adopt(self, actor: Actor, customer_id: str, stripe_customer_id: str | None) -> None:
        """Decide which Stripe customer this one is; None makes a new one. Attempts that waited for it go on.

        Raises Refused where it was decided otherwise before, where the e-mail is another, or where it is another
        customer's of this desk: their payments would be mixed.
        """
        require(actor, Permission.LINK_BANK)
        customer = self._customer(customer_id)
        if stripe_customer_id is not None:
            with explained():
                offered = {one.id: one for one in offer_same_email(self._store, self._stripe, customer)}
            if stripe_customer_id not in offered:
                raise Refused(
                    "This Stripe customer has another e-mail.", action="Choose one that is offered.", code="not_offered"
                )
            refuse_anothers(offered[stripe_customer_id])
        now = self._clock.now()
        with self._store.transaction():
            decision = self._store.customers.decision(customer_id)
            if stripe_customer_id is not None:  # somebody else may have taken it since it was offered
                owner = self._store.customers.by_stripe_id(stripe_customer_id)
                if owner is not None and owner.id != customer_id:
                    refuse_anothers(replace(offered[stripe_customer_id], owner=owner))
            if decision.stripe_customer_id not in {None, stripe_customer_id}:
                raise Refused(
                    f"{customer.name} is Stripe's {decision.stripe_customer_id} already.",
                    action="Reload the page.",
                    code="decided",
                )
            waiting = self._store.attempts.waiting_for(customer_id, QuestionKind.STRIPE_CUSTOMER.value)
            self._store.customers.decide(customer_id, stripe_customer_id, now)
            jobs = [job for id in waiting if (job := self._store.jobs.find(KIND, id)) is not None]
            for job in jobs:
                self._jobs.answer(actor, job.id, "customer", action="link.stripe_customer_chosen", customer=customer_id)
            before = {"stripe_customer": decision.stripe_customer_id}
            after = {"stripe_customer": stripe_customer_id or "a new one"}
            self._store.trail.append(actor, "customer.adopted", customer_id, now, before=before, after=after)
        for job in jobs:
            self._jobs.start(job.id)

    # Going on.

    def can_resume(self, attempt: LinkAttempt) -> bool:
        """Whether *Resume* makes sense: a problem stands in the way, and the attempt still has what it needs."""
        if attempt.problem is None:
            return False
        if attempt.state is AttemptState.FAILED:
            return attempt.resumable
        return not attempt.state.is_final and attempt.state is not AttemptState.OPENED

    def resume(self, actor: Actor, attempt_id: str) -> LinkAttempt:
        """Try the step again that met a problem: now instead of later, or, where it failed, as a new job from there.

        Raises Refused where only a new link helps.
        """
        require(actor, Permission.LINK_BANK)
        with self._store.transaction():
            attempt = self._attempt(attempt_id)
            if attempt.state.is_final and not self.can_resume(attempt):
                if attempt.state is AttemptState.AUTHORIZED:
                    return attempt
                raise Refused(
                    "This link cannot be resumed.",
                    meaning=attempt.problem.meaning if attempt.problem else "It has ended.",
                    action="Open Link again with the customer.",
                    code="not_resumable",
                )
            job = self._store.jobs.find(KIND, attempt_id)
            if job is not None and job.state.is_ended:
                self._jobs.order_again(actor, job, action="link.resumed")
                self._store.attempts.move(attempt_id, STATES[job.step])
        if job is not None and not job.state.is_ended:
            self._jobs.retry_now(actor, job.id, action="link.resumed")
        else:
            self._relinking.start(attempt_id)
        return self._attempt(attempt_id)

    def renew(self, actor: Actor, bank_account_id: str) -> None:
        """Make an account's bank account at Stripe anew, since its number has changed, under the same authorization.

        Raises Refused where none stands, or the account has ended.
        """
        require(actor, Permission.LINK_BANK)
        self._renew(actor, bank_account_id)

    def renew_by_itself(self, bank_account_id: str) -> None:
        """As `renew`, where Plaid or Stripe has said that the number is no longer good. Raises Refused."""
        self._renew(Actor.system(), bank_account_id)

    def _renew(self, actor: Actor, bank_account_id: str) -> None:
        with self._store.transaction():
            id = self._relinking.begin_renewal(actor, bank_account_id)
        if id is None:
            raise Refused(
                "This account cannot be renewed at Stripe.",
                meaning="It has ended, or its authorization was revoked.",
                action="Link the bank again with the customer.",
                code="not_renewable",
            )
        self._relinking.start(id)

    # Looking.

    def get(self, actor: Actor, attempt_id: str) -> LinkAttempt:
        """One attempt as it stands. Raises InputError where there is none."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._attempt(attempt_id)

    def recent(self, actor: Actor, customer_id: str | None = None, limit: int = 50) -> list[LinkAttempt]:
        """The newest attempts, of one customer or of all."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._store.attempts.recent(customer_id, limit)

    def attention(self, actor: Actor) -> list[LinkAttempt]:
        """The attempts that a person has to look at, the latest first."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._store.attempts.attention()

    def accounts(self, actor: Actor, customer_id: str | None = None) -> list[BankAccount]:
        """The linked accounts, of one customer or of all, newest first."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._store.accounts.list(customer_id)

    def account(self, actor: Actor, id: str) -> BankAccount:
        """One linked account; the look is in the trail. Raises InputError where there is none."""
        require(actor, Permission.VIEW_ACCOUNTS)
        found = require_found(self._store.accounts.get(id), "account")
        self._store.trail.note_view(actor, "account.viewed", id, self._clock.now())
        return found

    def events(self, actor: Actor, attempt_id: str) -> list[dict[str, Any]]:
        """What the browser reported, oldest first, for support: `{id, kind, received_at, detail, events}`."""
        require(actor, Permission.VIEW_ACCOUNTS)
        self._store.trail.note_view(actor, "evidence.viewed", attempt_id, self._clock.now())
        return self._store.attempts.outcomes(attempt_id)

    def mandate_text(self, actor: Actor, customer_id: str, language: Language = Language.ENGLISH) -> str:
        """The authorization that the customer reads before Link opens."""
        require(actor, Permission.LINK_BANK)
        return self._write_text(customer_id, language).text

    def accept(
        self, actor: Actor, customer_id: str, how: str, facts: Mapping[str, object], language: Language
    ) -> Acceptance:
        """What the customer has just accepted, to be given to `open`: `how` is `online` in a browser that they hold,
        `offline` in person before the operator; `facts` are those of the browser.
        """
        require(actor, Permission.LINK_BANK)
        text = self._write_text(customer_id, language)
        return Acceptance(
            how=how,
            text=text.text,
            version=text.version,
            language=text.language,
            business_name=self._settings.business_name,
            accepted_at=self._clock.now(),
            operator=actor.name,
            operator_address=actor.address,
            facts=read_evidence(facts),
        )

    def _write_text(self, customer_id: str, language: Language) -> AuthorizationText:
        settings = self._settings
        return write_text(self._customer(customer_id), settings.business_name, settings.contact, language)

    def _customer(self, id: str) -> Customer:
        return require_found(self._store.customers.get(id), "customer")

    def _attempt(self, id: str) -> LinkAttempt:
        return require_found(self._store.attempts.get(id), "link")
