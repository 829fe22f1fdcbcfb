"""The steps of a link attempt, each a row first and a call second; a worker runs them under a lease.

received -> exchanged -> tokenized -> customer -> attached -> authorized. A crash between any two lines leaves a row
from which `run` goes on (brandur: recovery points); what Stripe is asked for lives in `stripe_steps`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

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
from dashboard.gateways.provider import LinkProvider
from dashboard.gateways.replies import Exchange
from dashboard.item_notes import ItemNotes
from dashboard.leases import LEASE, new_owner
from dashboard.models import (
    Actor,
    AttemptKind,
    AttemptState,
    BankAccount,
    Generation,
    Item,
    ItemState,
    OfferedAccount,
    Problem,
    Secret,
)
from dashboard.onboarding.mending import Mending
from dashboard.onboarding.questions import QuestionKind
from dashboard.onboarding.stripe_steps import StripeSteps
from dashboard.problems import explain
from dashboard.store.attempts import DUE, AttemptWork
from dashboard.store.core import CoreStore
from dashboard.store.rows import new_id

SPENT = frozenset({"INVALID_PUBLIC_TOKEN", "1106"})  # the public token is used up or expired: nothing to resume
TOKEN_LIFE = timedelta(minutes=30)  # Plaid: a public token expires after 30 minutes

BROKEN = frozenset(  # Plaid: an Item that needs a new sign-in or is gone, in both generations
    {"ITEM_LOGIN_REQUIRED", "ITEM_NOT_FOUND", "INVALID_ACCESS_TOKEN", "USER_PERMISSION_REVOKED", "1105", "1215", "1610"}
)


class Steps:
    """Takes attempts as far as they go without a person's answer."""

    def __init__(self, store: CoreStore, plaid: LinkProvider, stripe_steps: StripeSteps, clock: Clock) -> None:
        self._store, self._plaid, self._clock = store, plaid, clock
        self.mending, self._notes = Mending(store, plaid, clock), ItemNotes(store, clock)
        self._steps: dict[AttemptState, Callable[[AttemptWork, str], None]] = {
            AttemptState.RECEIVED: self._receive,
            AttemptState.EXCHANGED: self._tokenize,
            AttemptState.TOKENIZED: stripe_steps.find_customer,
            AttemptState.CUSTOMER: stripe_steps.attach,
            AttemptState.ATTACHED: stripe_steps.authorize,
        }

    def run(self, attempt_id: str) -> None:
        """Run step after step until the attempt is ready, asks a question or meets a problem.

        Does nothing where another worker holds the attempt.
        """
        owner = new_owner()
        try:
            while self._take(attempt_id, owner):
                work = self._store.attempts.work(attempt_id)
                if work is None or work.question or work.attempt.state.value not in DUE:
                    return
                try:
                    self._steps[work.attempt.state](work, owner)
                except (LeaseLost, StoreUnavailable):
                    raise
                except DeskError as error:
                    self._stop(work, owner, error)
                    return
        except LeaseLost:
            return
        finally:
            self._store.attempts.drop(attempt_id, owner)

    def _take(self, attempt_id: str, owner: str) -> bool:
        now = self._clock.real()
        return self._store.attempts.take(attempt_id, owner, now, now + LEASE)

    def _stop(self, work: AttemptWork, owner: str, error: DeskError) -> None:
        """Keep the problem: a definite no fails the attempt, anything else leaves it where it stands, to be resumed."""
        attempt, problem = work.attempt, explain(error)
        if isinstance(error, ProviderError) and attempt.item_id is not None:
            self._notes.note_error(Actor(attempt.operator, frozenset(), work.operator_address), attempt.item_id, error)
        failed, spent = isinstance(error, ProviderRejected), problem.code in SPENT
        with self._store.transaction():
            self._store.attempts.save(
                attempt.id,
                owner=owner,
                state=AttemptState.FAILED if failed else None,
                problem=problem,
                secrets={"public_token": None} if failed and spent else None,
                resume_state=attempt.state.value if failed and not spent else None,
            )
            self._note(work, "link.failed" if failed else "link.stopped", problem, step=attempt.state.value)

    def _receive(self, work: AttemptWork, owner: str) -> None:
        """What Link brought: a token to spend, or, in update mode, the news that the customer has signed in again."""
        if work.attempt.kind is AttemptKind.RELINK:
            for id in self.mending.check(work, owner, self._note):
                self.run(id)
        else:
            self._exchange(work, owner)

    # The exchange: the one call that must not be made twice and cannot be taken back.

    def _exchange(self, work: AttemptWork, owner: str) -> None:
        attempt, attempts = work.attempt, self._store.attempts
        if work.public_token is None:
            self._give_up(work, owner, LOST_TOKEN)
            return
        if self._ask_about_twin(work, owner):
            return
        if work.exchange_started_at is not None and not self._may_try_again(work, owner):
            return
        now = self._clock.now()
        with self._store.transaction():
            attempts.save(attempt.id, owner=owner, times={"exchange_started_at": now})
            self._note(work, "link.exchange_started")
        try:
            result = self._plaid.exchange(work.public_token, attempt.account_id)
        except (ProviderUnreachable, ProviderBroken) as error:
            if not error.maybe_done:
                self._not_started(work, owner)
                raise
            if work.exchange_started_at is None:  # once: the second run looks at the session, and tries or gives up
                fresh = attempts.work(attempt.id)
                if fresh is not None:
                    self._exchange(fresh, owner)
                    return
            self._give_up(work, owner, lost_reply(explain(error)), AttemptState.UNKNOWN)
        except ProviderLimited:
            self._not_started(work, owner)
            raise
        except ProviderRejected as error:
            if error.code in SPENT and (work.exchange_started_at is not None or self._is_fresh(work)):
                problem = lost_reply(explain(error)) if work.exchange_started_at else used_already(explain(error))
                self._give_up(work, owner, problem, AttemptState.UNKNOWN)
                return
            self._not_started(work, owner)
            raise
        else:
            self._keep_exchange(work, result)

    def _is_fresh(self, work: AttemptWork) -> bool:
        """Whether the public token cannot have expired: refused all the same, it was spent, as by a repeating proxy."""
        received = work.evidence.get("received_at")
        return isinstance(received, int) and self._clock.now().timestamp() - received < TOKEN_LIFE.total_seconds()

    def _keep_exchange(self, work: AttemptWork, result: Exchange) -> None:
        """Commit the tokens before anything else, even where the lease was lost: nobody else can have them."""
        attempt, now = work.attempt, self._clock.now()
        item = Item(
            id=new_id("item"),
            customer_id=attempt.customer_id,
            generation=attempt.generation,
            institution_id=attempt.institution_id,
            institution_name=attempt.institution_name or "Bank",
            state=ItemState.HEALTHY,
            created_at=now,
        )
        secrets: dict[str, Secret | None] = {"public_token": None}
        state = AttemptState.EXCHANGED
        if result.bank_token is not None and attempt.account_id is not None:
            secrets["bank_token"], state = result.bank_token, AttemptState.TOKENIZED
        with self._store.transaction():
            self._store.items.add(item, result.access_token, result.item_id)
            self._store.attempts.save(attempt.id, state=state, secrets=secrets, item_id=item.id)
            self._note(
                work,
                f"link.{state.value}",
                item=item.id,
                plaid_item=result.item_id,
                request_id=result.request_id,
            )

    def _may_try_again(self, work: AttemptWork, owner: str) -> bool:
        """After an exchange whose reply is lost: whether Plaid still has the session, so that one more try is right.

        A token that was spent is refused then, which does no harm; without the session the attempt is `unknown`.
        """
        if work.exchange_checked_at is None and work.link_token is not None:
            with self._store.transaction():
                self._store.attempts.save(
                    work.attempt.id, owner=owner, times={"exchange_checked_at": self._clock.now()}
                )
                self._note(work, "link.session_checked")
            try:
                sessions = self._plaid.read_link_token(work.link_token)
            except ProviderError:
                sessions = None
            if sessions is not None and any(one.public_token == work.public_token for one in sessions.results):
                return True
        self._give_up(work, owner, lost_reply(None), AttemptState.UNKNOWN)
        return False

    def _not_started(self, work: AttemptWork, owner: str) -> None:
        """The exchange surely had no effect, so a later one is the first."""
        self._store.attempts.save(work.attempt.id, owner=owner, times={"exchange_started_at": None})

    def _ask_about_twin(self, work: AttemptWork, owner: str) -> bool:
        """Ask before the exchange where the customer's account looks linked already (Plaid: duplicate Items)."""
        attempt = work.attempt
        picked = next((one for one in attempt.accounts if one.id == attempt.account_id), None)
        if picked is None or work.duplicate_allowed or work.exchange_started_at is not None:
            return False
        twin = self._store.accounts.find_twin(attempt.customer_id, attempt.institution_id, picked.name, picked.mask)
        if twin is None:
            return False
        if self._is_broken(work, twin):  # some banks end the old one once the customer has signed in anew
            with self._store.transaction():
                self._store.attempts.save(attempt.id, owner=owner, duplicate_allowed=1, replaces=twin.id)
                self._note(work, "link.twin_broken", twin=twin.id)
            return False
        with self._store.transaction():
            self._store.attempts.save(
                attempt.id, owner=owner, question=QuestionKind.DUPLICATE.value, duplicate_of=twin.id
            )
            self._note(work, "link.already_linked", twin=twin.id)
        return True

    def _is_broken(self, work: AttemptWork, twin: BankAccount) -> bool:
        """Whether Plaid says that the connection of an account no longer works; where it says nothing, it does."""
        actor = Actor(work.attempt.operator, frozenset(), work.operator_address)
        try:
            found = self._plaid.item(self._store.items.access_token(twin.item_id))
        except ProviderRejected as error:
            return self._notes.note_error(actor, twin.item_id, error) and error.code in BROKEN
        except (ProviderError, Refused):
            return False
        self._notes.note_answer(actor, twin.item_id, found)
        return found.error_code in BROKEN

    # The account and its bank token.

    def _tokenize(self, work: AttemptWork, owner: str) -> None:
        attempt = work.attempt
        if attempt.generation is Generation.CLASSIC:
            self._give_up(work, owner, NO_BANK_TOKEN)
            return
        access_token = self._store.items.access_token(str(attempt.item_id))
        if attempt.account_id is None:
            self._find_account(work, owner, [one.offered() for one in self._plaid.accounts(access_token)])
            return
        made = self._plaid.make_stripe_token(access_token, attempt.account_id)
        with self._store.transaction():
            self._store.attempts.save(
                attempt.id,
                owner=owner,
                state=AttemptState.TOKENIZED,
                secrets={"bank_token": made.token},
                attach_key=None,
                times={"attach_started_at": None},
            )
            self._note(work, "link.tokenized", request_id=made.request_id)

    def _find_account(self, work: AttemptWork, owner: str, offered: list[OfferedAccount]) -> None:
        """Link named no account (a session without account metadata): take the one there is, or ask."""
        usable = [account for account in offered if account.is_depository]
        if not usable:
            self._give_up(work, owner, not_depository(offered))
            return
        with self._store.transaction():
            if len(usable) == 1:
                self._store.attempts.save(work.attempt.id, owner=owner, accounts=offered, account_id=usable[0].id)
            else:
                self._store.attempts.save(
                    work.attempt.id,
                    owner=owner,
                    state=AttemptState.CHOOSING,
                    accounts=offered,
                    question=QuestionKind.ACCOUNT.value,
                )
            self._note(work, "link.accounts_read", accounts=len(offered))

    def _give_up(
        self, work: AttemptWork, owner: str, problem: Problem, state: AttemptState = AttemptState.FAILED
    ) -> None:
        with self._store.transaction():
            self._store.attempts.save(
                work.attempt.id,
                owner=owner,
                state=state,
                problem=problem,
                secrets={"public_token": None},
                resume_state=None,
            )
            self._note(work, f"link.{state.value}", problem)

    def _note(self, work: AttemptWork, action: str, problem: Problem | None = None, **facts: object) -> None:
        note(self._store, work, action, self._clock.now(), problem, **facts)


def note(
    store: CoreStore, work: AttemptWork, action: str, at: datetime, problem: Problem | None = None, **facts: object
) -> None:
    """The audit row of a step, in the name of the person who opened Link."""
    if problem is not None:
        facts |= {"problem": problem.what, "code": problem.code, "request_id": problem.request_id}
    actor = Actor(name=work.attempt.operator, roles=frozenset(), address=work.operator_address)
    store.trail.append(actor, action, work.attempt.id, at, customer=work.attempt.customer_id, **facts)


def lost_reply(cause: Problem | None) -> Problem:
    """Why an attempt is `unknown`, with the way out."""
    return Problem(
        "Plaid's answer to the exchange was lost, so it is not known whether the bank was linked.",
        "A link from the bank is good once; the desk holds no token for it, and nothing was charged.",
        "Open Link again with the customer; Plaid's support ends what is left over, by the link session id.",
        "exchange_lost",
        "plaid",
        cause.request_id if cause else None,
    )


def used_already(cause: Problem) -> Problem:
    """Why a token that came moments ago and is refused as spent makes an attempt `unknown`."""
    return Problem(
        "Plaid says that this link was used already, and the desk has no token of it.",
        "The request may have arrived twice on the way. Nothing was charged.",
        "Open Link again with the customer; Plaid's support ends what is left over, by the link session id.",
        "exchange_lost",
        "plaid",
        cause.request_id,
    )


def not_depository(offered: list[OfferedAccount] | tuple[OfferedAccount, ...]) -> Problem:
    """Why an account is refused before any token is made of it."""
    named = ", ".join(f"{account.name} ({account.subtype or account.type})" for account in offered[:3])
    return Problem(
        f"{named or 'This account'} is not a checking or savings account.",
        "ACH can debit depository accounts alone; nothing was linked and nothing is kept at Plaid.",
        "Open Link again and pick a checking or savings account.",
        "not_depository",
    )


LOST_TOKEN = Problem(
    "There is no link from the bank to go on with.",
    "It was used up, or never came.",
    "Open Link again with the customer.",
    "no_public_token",
)
NO_BANK_TOKEN = Problem(
    "Plaid gave no bank token for Stripe.",
    "The bank is connected, but no account was picked, or Stripe is not connected in Plaid's Dashboard.",
    "Connect Stripe in Plaid's Dashboard, or pick an account in Link, then link the bank again.",
    "NO_BANK_TOKEN",
    "plaid",
)
