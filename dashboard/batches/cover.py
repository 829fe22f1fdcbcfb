"""Live balance cover of a batch, where somebody wants it: a durable job that asks one bank after the other.

Nothing is asked by itself, and nothing moves money: what a bank said is shown beside the rows, and every row's balance
is asked again when it is sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from dashboard.debits.checks import BALANCE_LIFE
from dashboard.debits.funds import Funds
from dashboard.domain.batch_cover import (
    MOST_ACCOUNTS,
    PER,
    AccountAsk,
    AskState,
    Covered,
    CoverReport,
    RowCover,
)
from dashboard.domain.batches import BatchRow, BatchState, RowState
from dashboard.domain.clock import Clock
from dashboard.domain.errors import (
    InputError,
    ProviderBroken,
    ProviderRejected,
    ProviderUnreachable,
    Refused,
)
from dashboard.domain.formatting import money
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, Balance, Problem
from dashboard.jobs import Jobs, Run
from dashboard.jobs.kinds import BaseKind, Canceled, Done, Step, To, pause_doubling
from dashboard.messages.problems import explain
from dashboard.staff.access import Permission, require
from dashboard.store import Store

KIND = "batch_cover"
ASKED_IN = frozenset({BatchState.DRAFT, BatchState.REVIEW})
ROWS = (RowState.VALID, RowState.QUEUED)
MOST_TRIES = 2  # of a bank that does not answer; then the others go on
LOOK_AGAIN = timedelta(seconds=10)  # where every connection that is left was asked as often as Plaid allows
BREATH = 10  # accounts after which the worker is given back, so that a stop of the server waits for no bank
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=1)
OVER = Problem(
    "The batch went on before this bank was asked.", "Nothing was asked.", "Its rows say what became of them.", "over"
)


class BatchCoverKind(BaseKind):
    """`ask` asks the next bank, `stop` ends it. The subject is the batch."""

    name = KIND

    def __init__(self, store: Store, clock: Clock, funds: Funds) -> None:
        self._store, self._clock, self._funds = store, clock, funds

    @property
    def steps(self) -> Mapping[str, Step]:
        """Two steps."""
        return {"ask": self._ask, "stop": self._stop}

    @property
    def moves(self) -> Mapping[str, frozenset[str]]:
        """It ends by itself, or by a person."""
        return {"ask": frozenset({"stop", JobState.DONE, JobState.FAILED}), "stop": frozenset({JobState.CANCELED})}

    def pause(self, tries: int) -> timedelta:
        """5 seconds, doubling to a minute: also where Plaid asks for fewer requests."""
        return pause_doubling(tries, FIRST_PAUSE, LONGEST_PAUSE)

    def title(self, job: Job) -> str:
        """Whose banks are asked."""
        batch = self._store.batches.get(job.subject)
        return f"Balances of the batch {batch.name}" if batch else "Balances of a batch"

    def _ask(self, run: Run) -> None:
        batch, now = require_found(self._store.batches.get(run.job.subject), "batch"), self._clock.now()
        if batch.state not in ASKED_IN:
            with run.moving(Done(), "batch_cover.done"):
                self._store.batch_covers.leave(batch.id, OVER)
            return
        if not self._store.batch_covers.is_waiting(batch.id):
            run.move(Done(), "batch_cover.done", accounts=len(self._store.batch_covers.all(batch.id)))
            return
        one = self._store.batch_covers.next(batch.id, now - PER)
        if one is None:
            run.move(To("ask", after=LOOK_AGAIN))
            return
        problem = self._read(run, one)
        state = AskState.ASKED if problem is None else AskState.FAILED
        breath = timedelta(seconds=int(one.place % BREATH == BREATH - 1))
        with run.moving(To("ask", after=breath)):
            self._store.batch_covers.end(batch.id, one.bank_account_id, state, problem, self._clock.now())

    def _read(self, run: Run, one: AccountAsk) -> Problem | None:
        """Ask one bank; why its answer is not known. Raises ProviderError where it is worth to wait."""
        account = require_found(self._store.accounts.get(one.bank_account_id), "account")
        try:
            self._funds.balance(run.job.actor, account)
        except (ProviderRejected, Refused, InputError) as error:
            return explain(error)
        except (ProviderUnreachable, ProviderBroken) as error:
            if run.job.tries < MOST_TRIES:
                raise
            return explain(error)
        return None

    def _stop(self, run: Run) -> None:
        run.move(Canceled(), "batch_cover.canceled")


class BatchCover:
    """Orders it, stops it, and says what is known of each row."""

    def __init__(self, store: Store, clock: Clock, jobs: Jobs, funds: Funds) -> None:
        self._store, self._clock, self._jobs, self._funds = store, clock, jobs, funds

    @property
    def is_offered(self) -> bool:
        """Whether the desk asks balances at all: with Plaid's Signal it does not."""
        return not self._funds.risk.is_on

    def plan(self, actor: Actor, batch_id: str) -> tuple[int, int]:
        """How many banks would be asked now, and how many accounts of the batch are left out as they are too many."""
        require(actor, Permission.VIEW_BALANCE)
        asks, more = self._plan(batch_id)
        return sum(one.state is AskState.WAITING for one in asks), more

    def ask(self, actor: Actor, batch_id: str) -> None:
        """Ask the banks of a batch's rows, at most `MOST_ACCOUNTS`; what is younger than ten minutes is not asked.

        Raises InputError where it is being asked, or the batch was decided; Refused with Plaid's Signal.
        """
        require(actor, Permission.VIEW_BALANCE)
        if not self.is_offered:
            raise Refused(
                "This desk asks Plaid's Signal, and no balances.",
                meaning="Nobody was asked.",
                action="The risk of each row is asked when it is sent.",
                code="signal",
            )
        with self._store.transaction():
            batch = require_found(self._store.batches.get(batch_id), "batch")
            asks, more = self._plan(batch_id)
            if batch.state not in ASKED_IN or not asks:
                raise InputError(
                    "No row of this batch waits.",
                    meaning="Nobody was asked.",
                    action="Reload the page.",
                    code="already_decided",
                )
            facts = {"accounts": sum(one.state is AskState.WAITING for one in asks), "left_out": more}
            job = self._jobs.order(KIND, batch_id, actor, step="ask", action="batch_cover.ordered", **facts)
            if job is None:
                raise InputError(
                    "The banks of this batch are being asked.",
                    meaning="Nothing more was ordered.",
                    action="Wait for it, or stop it.",
                    code="already_decided",
                )
            self._store.batch_covers.begin(batch_id, asks)
        self._jobs.start(job.id)

    def stop(self, actor: Actor, batch_id: str) -> None:
        """Ask no further bank; what is known stays. Raises InputError where nobody is being asked."""
        require(actor, Permission.VIEW_BALANCE)
        with self._store.transaction():
            job = self._store.jobs.find(KIND, batch_id)
            if job is None:
                raise InputError("Nobody is being asked.", action="Reload the page.", code="already_decided")
            job = self._jobs.redirect(actor, job.id, "stop", at="ask", action="batch_cover.stopped")
            self._store.batch_covers.leave(batch_id)
        self._jobs.start(job.id)

    def report(self, actor: Actor, batch_id: str) -> CoverReport | None:
        """What is known of each row; None where nobody asked."""
        require(actor, Permission.VIEW_BALANCE)
        asks = self._asks(batch_id)
        job = self._store.jobs.find(KIND, batch_id)
        if job is None or not asks:
            return None
        known = self._judge_all(self._store.batches.rows(batch_id, *ROWS), asks)
        return CoverReport(
            accounts=len(asks),
            done=sum(one.state is not AskState.WAITING for one in asks.values()),
            is_running=not job.state.is_ended,
            was_stopped=any(one.state is AskState.LEFT for one in asks.values()),
            problem=job.problem,
            rows=known,
        )

    def of_accounts(self, actor: Actor, batch_id: str, bank_account_ids: Sequence[str]) -> Mapping[str, RowCover]:
        """What is known of the rows of these accounts, by the rows' ids; nothing where nobody asked."""
        require(actor, Permission.VIEW_BALANCE)
        asks = self._asks(batch_id)
        return self._judge_all(self._store.batches.rows_of(batch_id, bank_account_ids, ROWS), asks) if asks else {}

    # Parts of them.

    def _asks(self, batch_id: str) -> dict[str, AccountAsk]:
        return {one.bank_account_id: one for one in self._store.batch_covers.all(batch_id)}

    def _judge_all(self, rows: Sequence[BatchRow], asks: Mapping[str, AccountAsk]) -> dict[str, RowCover]:
        by_account = defaultdict[str, list[BatchRow]](list)
        for row in rows:
            by_account[str(row.bank_account_id)].append(row)
        known: dict[str, RowCover] = {}
        for account, own in by_account.items():
            known |= self._judge(account, own, asks.get(account))
        return known

    def _plan(self, batch_id: str) -> tuple[list[AccountAsk], int]:
        """The accounts of the rows that wait, in the file's order; those that are fresh are asked already."""
        ids = list(dict.fromkeys(str(row.bank_account_id) for row in self._store.batches.rows(batch_id, *ROWS)))
        owned = self._store.accounts.several(ids[:MOST_ACCOUNTS])
        asks = []
        for place, id in enumerate(ids[:MOST_ACCOUNTS]):
            if id in owned:
                fresh = self._fresh(id)
                state = AskState.ASKED if fresh else AskState.WAITING
                at = fresh.at if fresh else None
                asks.append(AccountAsk(id, owned[id].account.item_id, place, state, at=at))
        return asks, max(0, len(ids) - MOST_ACCOUNTS)

    def _fresh(self, bank_account_id: str) -> Balance | None:
        known = self._store.bank_data.balance(bank_account_id)
        return known if known is not None and self._clock.now() - known.at < BALANCE_LIFE else None

    def _judge(self, bank_account_id: str, rows: list[BatchRow], asked: AccountAsk | None) -> dict[str, RowCover]:
        """One account's rows in the file's order: each beside those before it and our debits on their way."""
        if asked is None:
            why = f"Only the first {MOST_ACCOUNTS} accounts of a batch are asked."
            return {row.id: RowCover(Covered.NOT_ASKED, why) for row in rows}
        if asked.state in {AskState.WAITING, AskState.LEFT}:
            why = asked.problem.what if asked.problem else ""
            why = why or ("It was stopped before." if asked.state is AskState.LEFT else "Its turn has not come.")
            return {row.id: RowCover(Covered.NOT_ASKED, why) for row in rows}
        balance = self._store.bank_data.balance(bank_account_id) if asked.state is AskState.ASKED else None
        if balance is None:
            why = asked.problem.what if asked.problem else "What the bank said is not kept any more."
            return {row.id: RowCover(Covered.UNKNOWN, why, asked.at) for row in rows}
        left = self._funds.own.left(balance, bank_account_id)
        if left is None:
            why = "The bank gives no available balance."
            return {row.id: RowCover(Covered.UNKNOWN, why, balance.at) for row in rows}
        known = {}
        for row in rows:
            cents = row.amount_cents or 0
            why = "" if cents <= left else f"{money(max(left, 0))} are left for it."
            known[row.id] = RowCover(Covered.YES if cents <= left else Covered.NO, why, balance.at)
            left -= cents if cents <= left else 0
        return known
