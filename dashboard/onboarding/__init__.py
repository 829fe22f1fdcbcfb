"""Onboarding: Link is opened, its outcome claimed once, and durable steps make of it an account ready to debit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dashboard.access import Permission, require
from dashboard.clock import Clock
from dashboard.customer_words import Language
from dashboard.customers import unknown_customer
from dashboard.errors import InputError, Refused
from dashboard.gateways.provider import LinkProvider
from dashboard.gateways.stripe import Stripe
from dashboard.leases import is_dead
from dashboard.models import (
    Actor,
    AttemptKind,
    AttemptState,
    BankAccount,
    Customer,
    Generation,
    LinkAttempt,
    LinkOpening,
)
from dashboard.onboarding.authorization import write_text
from dashboard.onboarding.claims import Claims
from dashboard.onboarding.openings import Openings
from dashboard.onboarding.outcome import read_evidence
from dashboard.onboarding.questions import DuplicateAnswer, ExistingStripeCustomer, Question, QuestionKind
from dashboard.onboarding.steps import Steps
from dashboard.onboarding.stripe_steps import StripeSteps
from dashboard.problems import explained
from dashboard.settings import Settings
from dashboard.store.acceptances import Acceptance
from dashboard.store.core import CoreStore
from dashboard.store.vault import Vault
from dashboard.worker import Runner

__all__ = ["DuplicateAnswer", "ExistingStripeCustomer", "Onboarding", "Question", "QuestionKind"]


def _ignore(attempt: LinkAttempt) -> None:
    """Nobody else has to hear of it."""


class Onboarding:
    """Link -> exchange -> bank account -> mandate, for one customer at a time."""

    def __init__(
        self,
        store: CoreStore,
        plaid: LinkProvider,
        stripe: Stripe,
        vault: Vault,
        clock: Clock,
        settings: Settings,
        worker: Runner,
        on_ready: Callable[[LinkAttempt], object] = _ignore,
    ) -> None:
        """The vault is the store's own: what onboarding keeps is sealed there.

        `on_ready` is told, on the worker, of each attempt whose account has become ready to debit.
        """
        self._on_ready = on_ready
        self._store, self._plaid, self._clock = store, plaid, clock
        self._settings, self._worker = settings, worker
        self._stripe_steps = StripeSteps(store, plaid, stripe, clock)
        self._steps = Steps(store, plaid, self._stripe_steps, clock)
        self._claims = Claims(store, clock, settings)
        self._openings = Openings(store, plaid, clock, settings)

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
        self._customer(customer_id)
        return self._openings.open(actor, customer_id, hint=hint, accepted=accepted, hosted=hosted)

    def relink(self, actor: Actor, item_id: str, *, hosted: bool = False) -> LinkOpening:
        """Open Link for signing in to a connection again (Plaid: update mode); its token stays, none is exchanged.

        `hosted` as for `open`. Raises InputError for an unknown connection, Refused where it has ended or is of the
        classic generation, ProviderError.
        """
        require(actor, Permission.LINK_BANK)
        item = self._store.items.get(item_id)
        if item is None:
            raise InputError("There is no such connection.", action="Reload the page.", code="unknown_item")
        return self._openings.open(actor, item.customer_id, hosted=hosted, mends=item)

    def opening(self, actor: Actor, attempt_id: str) -> LinkOpening:
        """What opens Link for an attempt that was started before: the same token, so a reload goes on where it was.

        Raises Refused where the token has expired or the attempt is past Link.
        """
        require(actor, Permission.LINK_BANK)
        return self._openings.reopen(attempt_id)

    def listing_config(self, actor: Actor) -> dict[str, object] | None:
        """What makes a classic handler for its `institutions` alone; None in the current generation, which has none."""
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
        self._worker.submit(self._run, id)
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
            twin = self._store.accounts.get(work.duplicate_of or "")
            return Question(kind, already_linked=twin)
        with explained():
            email = self._customer(work.attempt.customer_id).email
            return Question(kind, customers=tuple(self._stripe_steps.list_same_email(email)))

    def choose(self, actor: Actor, attempt_id: str, account_id: str) -> LinkAttempt:
        """Take one of several accounts that Link offered. Raises InputError, or Refused for a non-depository one."""
        require(actor, Permission.LINK_BANK)
        with self._store.transaction():
            attempt = self._attempt(attempt_id)
            if attempt.state is not AttemptState.CHOOSING:
                return attempt
            self._claims.choose(actor, attempt, account_id)
        self._worker.submit(self._run, attempt_id)
        return self._attempt(attempt_id)

    def answer_duplicate(self, actor: Actor, attempt_id: str, answer: DuplicateAnswer) -> LinkAttempt:
        """Use the account that is linked already, replace it by this link, or keep both."""
        require(actor, Permission.LINK_BANK)
        with self._store.transaction():
            attempt = self._attempt(attempt_id)
            if self._store.attempts.question(attempt_id) != QuestionKind.DUPLICATE.value:
                return attempt
            self._claims.answer_duplicate(actor, attempt, answer)
        self._worker.submit(self._run, attempt_id)
        return self._attempt(attempt_id)

    def same_email(self, actor: Actor, id: str) -> list[ExistingStripeCustomer]:
        """Stripe customers with the e-mail of this customer, or of this attempt's customer. Raises ProviderError."""
        require(actor, Permission.LINK_BANK)
        attempt = self._store.attempts.get(id)
        with explained():
            return self._stripe_steps.list_same_email(self._customer(attempt.customer_id if attempt else id).email)

    def adopt(self, actor: Actor, customer_id: str, stripe_customer_id: str | None) -> None:
        """Decide which Stripe customer this one is; None makes a new one. Attempts that waited for it go on.

        Raises Refused where it was decided otherwise before, or where the e-mail is another.
        """
        require(actor, Permission.LINK_BANK)
        customer = self._customer(customer_id)
        if stripe_customer_id is not None:
            with explained():
                offered = {one.id for one in self._stripe_steps.list_same_email(customer.email)}
            if stripe_customer_id not in offered:
                raise Refused(
                    "This Stripe customer has another e-mail.", action="Pick one that is offered.", code="not_offered"
                )
        now = self._clock.now()
        with self._store.transaction():
            decision = self._store.customers.decision(customer_id)
            if decision.stripe_customer_id not in {None, stripe_customer_id}:
                raise Refused(
                    f"{customer.name} is Stripe's {decision.stripe_customer_id} already.",
                    action="Reload the page.",
                    code="decided",
                )
            waiting = self._store.attempts.waiting_for(customer_id, QuestionKind.STRIPE_CUSTOMER.value)
            self._store.customers.decide(customer_id, stripe_customer_id, now)
            for id in waiting:
                self._store.attempts.save(id, question=None)
            before = {"stripe_customer": decision.stripe_customer_id}
            after = {"stripe_customer": stripe_customer_id or "a new one"}
            self._store.trail.append(actor, "customer.adopted", customer_id, now, before=before, after=after)
        for id in waiting:
            self._worker.submit(self._run, id)

    # Going on.

    def can_resume(self, attempt: LinkAttempt) -> bool:
        """Whether *Resume* makes sense: a problem stands in the way, and the attempt still has what it needs."""
        if attempt.problem is None:
            return False
        if attempt.state is AttemptState.FAILED:
            work = self._store.attempts.work(attempt.id)
            return work is not None and work.resume_state is not None
        return not attempt.state.is_final and attempt.state is not AttemptState.OPENED

    def resume(self, actor: Actor, attempt_id: str) -> LinkAttempt:
        """Try the step again that met a problem. Raises Refused where only a new link helps."""
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
            work = self._store.attempts.work(attempt_id)
            state = work.resume_state if work and attempt.state is AttemptState.FAILED else None
            self._store.attempts.save(attempt_id, state=state, resume_state=None)
            self._store.trail.append(actor, "link.resumed", attempt_id, self._clock.now())
        self._worker.submit(self._run, attempt_id)
        return self._attempt(attempt_id)

    def resume_all(self) -> int:
        """At start: go on with everything that a stop left in the middle. Returns how many."""
        for id in self._store.attempts.leased():  # also those that wait for a person: the answer must not wait
            self._free(id)
        due = self._store.attempts.due()
        for id in due:
            self._worker.submit(self._run, id)
        return len(due)

    def _free(self, attempt_id: str) -> None:
        work = self._store.attempts.work(attempt_id)
        if work is not None and work.lease_owner is not None and is_dead(work.lease_owner):
            self._store.attempts.drop(attempt_id, work.lease_owner)

    def _run(self, attempt_id: str) -> None:
        """On the worker: the attempt's steps, and what its end means for the customer's other connections."""
        before = self._store.attempts.get(attempt_id)
        self._steps.run(attempt_id)
        attempt = self._store.attempts.get(attempt_id)
        if before is None or attempt is None or attempt.state is not AttemptState.AUTHORIZED:
            return
        if before.state is AttemptState.AUTHORIZED:
            return
        if attempt.kind is AttemptKind.LINK:  # at some banks a new link ends an older one of the same sign-in
            for item in self._store.items.list(attempt.customer_id):
                if item.institution_id == attempt.institution_id and not item.state.is_ended:
                    self._store.health.ask_soon(item.id, self._clock.now())
        self._on_ready(attempt)

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
            id = self._steps.mending.begin_renewal(actor, bank_account_id)
        if id is None:
            raise Refused(
                "This account cannot be renewed at Stripe.",
                meaning="It has ended, or its authorization was taken back.",
                action="Link the bank again with the customer.",
                code="not_renewable",
            )
        self._worker.submit(self._run, id)

    # Looking.

    def get(self, actor: Actor, attempt_id: str) -> LinkAttempt:
        """One attempt as it stands; one whose worker died goes on. Raises InputError where there is none."""
        require(actor, Permission.VIEW_ACCOUNTS)
        attempt = self._attempt(attempt_id)
        if attempt.working:
            work = self._store.attempts.work(attempt_id)
            if work is not None and work.lease_until is not None and work.lease_until < self._clock.real():
                self._worker.submit(self._run, attempt_id)
        return attempt

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
        found = self._store.accounts.get(id)
        if found is None:
            raise InputError("There is no such account.", action="Pick one from the list.", code="unknown_account")
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
        return write_text(self._customer(customer_id), self._settings.business_name, language).text

    def accept(
        self, actor: Actor, customer_id: str, how: str, facts: Mapping[str, object], language: Language
    ) -> Acceptance:
        """What the customer has just accepted, to be given to `open`: `how` is `online` in a browser that they hold,
        `offline` in person before the operator; `facts` are those of the browser.
        """
        require(actor, Permission.LINK_BANK)
        text = write_text(self._customer(customer_id), self._settings.business_name, language)
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

    def _customer(self, id: str) -> Customer:
        found = self._store.customers.get(id)
        if found is None:
            raise unknown_customer()
        return found

    def _attempt(self, id: str) -> LinkAttempt:
        found = self._store.attempts.get(id)
        if found is None:
            raise InputError("There is no such link.", action="Open Link again.", code="unknown_link")
        return found
