"""The steps at Plaid: the exchange, which cannot be taken back, and the bank token that it is for."""

from __future__ import annotations

from datetime import datetime, timedelta

from dashboard.accounts.eligibility import DELETED, Eligibility
from dashboard.accounts.item_state import ItemStateRecorder
from dashboard.domain.clock import Clock
from dashboard.domain.errors import (
    ProviderBroken,
    ProviderError,
    ProviderRejected,
    ProviderUnreachable,
    Refused,
)
from dashboard.domain.ids import new_id
from dashboard.domain.lookups import require_found
from dashboard.domain.models import BankAccount, Generation, Item, ItemState, OfferedAccount, Problem, Secret
from dashboard.gateways.link_provider import LinkProvider
from dashboard.gateways.plaid_replies import Exchange
from dashboard.jobs import Run
from dashboard.jobs.kinds import Ask, Canceled, Done, Failed, To
from dashboard.linking.questions import QuestionKind
from dashboard.messages.problems import explain
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.store.linking.attempts import AttemptWork

SPENT = frozenset({"INVALID_PUBLIC_TOKEN", "1106"})  # the public token is used up or expired
LOST = "exchange_lost"  # the code of the problem that makes an attempt `unknown`
NOT_RESUMABLE = SPENT | {
    LOST,
    "no_public_token",
    "NO_BANK_TOKEN",
    "not_depository",
    "item_removed",
    "not_there",
    DELETED,
}
TOKEN_LIFE = timedelta(minutes=30)  # Plaid: a public token expires after 30 minutes

BROKEN = frozenset(  # Plaid: an Item that needs a new sign-in or is gone, in both generations
    {"ITEM_LOGIN_REQUIRED", "ITEM_NOT_FOUND", "INVALID_ACCESS_TOKEN", "USER_PERMISSION_REVOKED", "1105", "1215", "1610"}
)


class PlaidSteps:
    """From Link's outcome to a bank token for Stripe."""

    def __init__(self, store: Store, plaid: LinkProvider, clock: Clock, settings: Settings) -> None:
        self._store, self._plaid, self._clock = store, plaid, clock
        self._recorder = ItemStateRecorder(store, clock)
        self._eligibility = Eligibility(store, clock, settings.timezone)

    # The exchange: the one call that must not be made twice and cannot be taken back.

    def exchange(self, run: Run) -> None:
        """Change the public token for the access token, once; after a lost answer once more where that does no harm."""
        work = read_work(self._store, run)
        if work.attempt.item_id is not None:  # kept by a worker whose lease ran out meanwhile
            run.move(To("customer" if work.bank_token else "tokenize"))
            return
        if work.public_token is None:
            fail(run, work, LOST_TOKEN)
            return
        doubtful = [one for one in self._store.jobs.tries(run.job.id, "exchange") if one.is_doubtful]
        if not doubtful and self._asks(run, work):
            return
        if len(doubtful) > 1 or (doubtful and not self._has_session(work)):
            self._lose(run, work, lost_reply(None))
            return
        self._send(run, work, work.public_token, is_doubtful=bool(doubtful))

    def _send(self, run: Run, work: AttemptWork, token: Secret, *, is_doubtful: bool) -> None:
        """The call. A refusal after a doubtful try may be of a token that our own try has spent."""
        account_id = work.attempt.account_id
        with run.committing("link.exchange_started", customer=work.attempt.customer_id):
            pass
        try:
            run.attempt(new_id("try"), lambda: self._keep(run, work, self._plaid.exchange(token, account_id)), _no_time)
        except ProviderRejected as error:
            if is_doubtful:
                self._lose(run, work, lost_reply(explain(error)))
            elif error.code in SPENT and (self._is_fresh(work) or not run.is_own):
                self._lose(run, work, used_already(explain(error)))
            else:
                raise
        except (ProviderUnreachable, ProviderBroken) as error:
            if not error.maybe_done:
                raise
            problem = explain(error)
            run.move(
                To("exchange", problem=problem),
                "link.exchange_in_doubt",
                customer=work.attempt.customer_id,
                code=problem.code,
                request_id=problem.request_id,
            )
        else:
            kept = read_work(self._store, run)
            run.move(To("customer" if kept.bank_token else "tokenize"))

    def _keep(self, run: Run, work: AttemptWork, result: Exchange) -> None:
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
        action = "link.exchanged"
        if result.bank_token is not None and attempt.account_id is not None:
            secrets["bank_token"], action = result.bank_token, "link.tokenized"
        with self._store.transaction():
            self._store.items.add(item, result.access_token, result.item_id)
            self._store.attempts.save(attempt.id, secrets=secrets, item_id=item.id)
            self._store.trail.append(
                run.job.actor,
                action,
                attempt.id,
                now,
                customer=attempt.customer_id,
                item=item.id,
                plaid_item=result.item_id,
                request_id=result.request_id,
            )

    def _has_session(self, work: AttemptWork) -> bool:
        """Whether Plaid still has the session, so that one more try is right: a token that was spent is refused then,
        which does no harm. An outage of the question is waited for while the token can be good.
        """
        if work.link_token is None:
            return False
        try:
            sessions = self._plaid.read_link_token(work.link_token)
        except ProviderRejected:
            return False
        except ProviderError:
            if self._is_fresh(work):
                raise
            return False
        return any(one.public_token == work.public_token for one in sessions.results)

    def _is_fresh(self, work: AttemptWork) -> bool:
        """Whether the public token cannot have expired: refused all the same, it was spent, as by a repeating proxy."""
        received = work.evidence.get("received_at")
        return isinstance(received, int) and self._clock.now().timestamp() - received < TOKEN_LIFE.total_seconds()

    def _lose(self, run: Run, work: AttemptWork, problem: Problem) -> None:
        """End as `unknown`, unless a worker whose lease ran out has kept the tokens meanwhile."""
        with self._store.transaction():
            if read_work(self._store, run).attempt.item_id is not None:
                run.move(To("exchange"))
            else:
                fail(run, work, problem, "link.unknown")

    # What is asked before it.

    def _asks(self, run: Run, work: AttemptWork) -> bool:
        """Ask which of several accounts, and about an account that looks linked already (Plaid: duplicate Items)."""
        attempt = work.attempt
        if attempt.account_id is None and len(attempt.accounts) > 1:
            run.move(Ask(QuestionKind.ACCOUNT), "link.asks_account", customer=attempt.customer_id)
            return True
        picked = next((one for one in attempt.accounts if one.id == attempt.account_id), None)
        if picked is None or work.duplicate_allowed:
            return False
        duplicate = self._store.accounts.find_duplicate(
            attempt.customer_id, attempt.institution_id, picked.name, picked.mask
        )
        if duplicate is None:
            return False
        facts = {"customer": attempt.customer_id, "duplicate": duplicate.id}
        if self._is_broken(run, duplicate):  # some banks end the old one once the customer has signed in anew
            with run.committing("link.twin_broken", **facts):
                self._store.attempts.save(attempt.id, duplicate_allowed=1, replaces=duplicate.id)
            return False
        with run.moving(Ask(QuestionKind.DUPLICATE), "link.already_linked", **facts):
            self._store.attempts.save(attempt.id, duplicate_of=duplicate.id)
        return True

    def _is_broken(self, run: Run, duplicate: BankAccount) -> bool:
        """Whether Plaid says that the connection of an account no longer works; where it says nothing, it does."""
        try:
            found = self._plaid.item(self._store.items.access_token(duplicate.item_id))
        except ProviderRejected as error:
            return self._recorder.record_error(run.job.actor, duplicate.item_id, error) and error.code in BROKEN
        except (ProviderError, Refused):
            return False
        self._recorder.record_answer(run.job.actor, duplicate.item_id, found)
        return found.error_code in BROKEN

    def use_linked(self, run: Run) -> None:
        """End with the account that was linked already, where it can be debited; nothing is exchanged."""
        work, now = read_work(self._store, run), self._clock.now()
        account = self._store.accounts.get(work.duplicate_of or "")
        blocker = self._eligibility.of([account])[account.id] if account else NOT_THERE
        next = Canceled(blocker) if blocker else Done()
        with run.moving(next, "link.not_used" if blocker else "link.used", customer=work.attempt.customer_id):
            if account is not None:  # at some banks the sign-in that has just been made has ended it
                self._store.health.ask_soon(account.item_id, now)
                self._store.attempts.save(work.attempt.id, bank_account_id=account.id, item_id=account.item_id)

    # The account and its bank token.

    def tokenize(self, run: Run) -> None:
        """Have Plaid make a bank token for Stripe; harmless to repeat, the newest counts."""
        work = read_work(self._store, run)
        attempt = work.attempt
        if attempt.generation is Generation.CLASSIC:
            fail(run, work, NO_BANK_TOKEN)
            return
        access_token = self._store.items.access_token(str(attempt.item_id))
        if attempt.account_id is None:
            self._find_account(run, work, [one.offered() for one in self._plaid.accounts(access_token)])
            return
        made = self._plaid.make_stripe_token(access_token, attempt.account_id)
        with run.moving(To("customer"), "link.tokenized", customer=attempt.customer_id, request_id=made.request_id):
            self._store.attempts.save(attempt.id, secrets={"bank_token": made.token})

    def _find_account(self, run: Run, work: AttemptWork, offered: list[OfferedAccount]) -> None:
        """Link named no account (a session without account metadata): take the one there is, or ask."""
        usable = [account for account in offered if account.is_depository]
        if not usable:
            fail(run, work, not_depository(offered))
            return
        next = To("tokenize") if len(usable) == 1 else Ask(QuestionKind.ACCOUNT)
        with run.moving(next, "link.accounts_read", customer=work.attempt.customer_id, accounts=len(offered)):
            self._store.attempts.save(work.attempt.id, accounts=offered)
            if len(usable) == 1:
                self._store.attempts.save(work.attempt.id, account_id=usable[0].id)


def read_work(store: Store, run: Run) -> AttemptWork:
    """The attempt of a run, with its secrets opened. Raises InputError where there is none, UnreadableSecret."""
    return require_found(store.attempts.work(run.job.subject), "link")


def fail(run: Run, work: AttemptWork, problem: Problem, action: str = "link.failed") -> None:
    """End an attempt that nothing but a new link helps."""
    run.move(
        Failed(problem),
        action,
        customer=work.attempt.customer_id,
        problem=problem.what,
        code=problem.code,
        request_id=problem.request_id,
    )


def _no_time() -> datetime | None:
    """Plaid's clock does not matter: it takes no idempotency keys."""
    return None


def lost_reply(cause: Problem | None) -> Problem:
    """Why an attempt is `unknown`, with the way out."""
    return Problem(
        "Plaid's answer to the exchange was lost, so it is not known whether the bank was linked.",
        "A link from the bank is good once; the desk holds no token for it, and nothing was charged.",
        "Open Link again with the customer; Plaid's support ends what is left over, by the link session id.",
        LOST,
        "plaid",
        cause.request_id if cause else None,
    )


def used_already(cause: Problem) -> Problem:
    """Why a token that came moments ago and is refused as spent makes an attempt `unknown`."""
    return Problem(
        "Plaid says that this link was used already, and the desk has no token of it.",
        "The request may have arrived twice on the way. Nothing was charged.",
        "Open Link again with the customer; Plaid's support ends what is left over, by the link session id.",
        LOST,
        "plaid",
        cause.request_id,
    )


def not_depository(offered: list[OfferedAccount] | tuple[OfferedAccount, ...]) -> Problem:
    """Why an account is refused before any token is made of it."""
    named = ", ".join(f"{account.name} ({account.subtype or account.type})" for account in offered[:3])
    return Problem(
        f"{named or 'This account'} is not a checking or savings account.",
        "ACH can debit only depository accounts; nothing was linked and nothing is kept at Plaid.",
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
NOT_THERE = Problem(
    "The account that was linked already is gone.",
    "It was removed while this was asked.",
    "Link the bank again.",
    "not_there",
)
