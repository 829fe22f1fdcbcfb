"""What stands in the inbox: for each kind of line, who sees it and how it is found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from dashboard.accounts.shared import SharedAccounts
from dashboard.accounts.undecided import UndecidedHolders
from dashboard.approvals import Approvals
from dashboard.batches import Batches
from dashboard.cases.lists import CaseLists
from dashboard.connections.health import HealthWatch
from dashboard.connections.removal import Removals
from dashboard.connections.token_rotation import PlaidTokens
from dashboard.debits import Debits
from dashboard.domain.business_days import count_business_days
from dashboard.domain.case_filter import CaseFilter
from dashboard.domain.cases import UNDECIDED
from dashboard.domain.clock import Clock
from dashboard.domain.inbox import InboxKind
from dashboard.domain.lists import ListOrder
from dashboard.domain.models import Actor
from dashboard.domain.payment_filter import PaymentFilter
from dashboard.domain.periods import last_close
from dashboard.evidence import Evidence
from dashboard.linking import Linking
from dashboard.linking.unfinished import Attention
from dashboard.mandates.old_accounts import OldAccounts
from dashboard.operations.open_jobs import OpenJobs
from dashboard.payments import read_row
from dashboard.privacy.erasure import Erasures
from dashboard.refunds import Refunds
from dashboard.schedules import Schedules
from dashboard.settings import Settings
from dashboard.staff.access import Permission
from dashboard.statements.overview import read_payout
from dashboard.store import Store

MOST = 20  # lines of a kind that can be thousands; the kind's own list has them all
MISSING_AFTER = 3  # business days after a payout's arrival


@dataclass(frozen=True)
class Found:
    """What there is of a kind: each with its id, the state it is in, and the feature's own row; `count` is of all."""

    lines: Sequence[tuple[str, str, object]]
    count: int


@dataclass(frozen=True)
class Source:
    """Where the lines of a kind come from, and who sees them; `is_ready` is False while that takes long."""

    kind: InboxKind
    permission: Permission
    find: Callable[[Actor], Found]
    is_ready: Callable[[], bool] = lambda: True


class Sources:
    """Every source, in the order of the page."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: Settings,
        *,
        debits: Debits,
        approvals: Approvals,
        cases: CaseLists,
        refunds: Refunds,
        linking: Linking,
        attention: Attention,
        health: HealthWatch,
        removals: Removals,
        tokens: PlaidTokens,
        erasures: Erasures,
        shared: SharedAccounts,
        jobs: OpenJobs,
        schedules: Schedules,
        batches: Batches,
        old_accounts: OldAccounts,
        holders: UndecidedHolders,
        evidence: Evidence,
    ) -> None:
        self._store, self._clock, self._zone = store, clock, settings.timezone
        self._debits, self._approvals, self._cases, self._refunds = debits, approvals, cases, refunds
        self._linking, self._attention, self._health, self._removals = linking, attention, health, removals
        self._old_accounts, self._holders, self._evidence = old_accounts, holders, evidence
        self._batches = batches
        self._tokens, self._erasures, self._shared, self._jobs, self._schedules = (
            tokens,
            erasures,
            shared,
            jobs,
            schedules,
        )

    def all(self) -> tuple[Source, ...]:
        """One for each kind."""
        money, accounts, customers = Permission.VIEW_PAYMENTS, Permission.VIEW_ACCOUNTS, Permission.VIEW_CUSTOMERS
        return (
            Source(InboxKind.DEBIT, money, self._find_debits),
            Source(InboxKind.APPROVAL, money, self._find_approvals),
            Source(InboxKind.CASE, money, self._find_cases),
            Source(InboxKind.OVERDUE, money, self._find_overdue, lambda: self._store.payments.is_read),
            Source(InboxKind.EVIDENCE, money, self._find_asked),
            Source(InboxKind.BATCH, money, self._find_batches),
            Source(InboxKind.REFUND, money, self._find_refunds),
            Source(InboxKind.TELL, money, self._find_to_tell),
            Source(InboxKind.PAYOUT, Permission.VIEW_STATEMENTS, self._find_payouts),
            Source(InboxKind.LINK, accounts, self._find_links),
            Source(InboxKind.WALKED_AWAY, Permission.LINK_BANK, self._find_walked_away),
            Source(InboxKind.CONNECTION, accounts, self._find_connections),
            Source(InboxKind.RELINK, Permission.LINK_BANK, self._find_broken),
            Source(InboxKind.NAME, Permission.CHECK_HOLDER, self._find_names),
            Source(InboxKind.MANDATE, Permission.LINK_BANK, self._find_needed),
            Source(InboxKind.REMOVAL, accounts, self._find_removals),
            Source(InboxKind.TOKEN, accounts, self._find_lost),
            Source(InboxKind.ERASURE, customers, self._find_erasures),
            Source(InboxKind.SHARED, Permission.ADMIN, self._find_shared),
            Source(InboxKind.OPERATION, customers, self._find_operations),
        )

    def _find_debits(self, actor: Actor) -> Found:
        return _every([(one.id, one.state.value, one) for one in self._debits.attention(actor)])

    def _find_approvals(self, actor: Actor) -> Found:
        return _every([(one.id, one.state.value, (one, title)) for one, title in self._approvals.waiting(actor)])

    def _find_cases(self, actor: Actor) -> Found:
        wanted = CaseFilter(states=UNDECIDED)
        block = self._cases.block(actor, ListOrder(wanted, "due", descending=False), start=0, size=MOST)
        lines = [(one.id, f"{one.state.value} {one.due_on}", one) for one in block.rows if one is not None]
        return Found(lines, block.total)

    def _find_overdue(self, _actor: Actor) -> Found:
        today = self._clock.now().astimezone(self._zone).date()
        found = self._store.payments.block(
            PaymentFilter(overdue=True), today, sort="created", descending=False, start=0, size=MOST, mark=None
        )
        rows = [read_row(row, today) for row in found.rows if row is not None]
        return Found([(row.id, row.state.value, row) for row in rows], found.total)

    def _find_asked(self, actor: Actor) -> Found:
        return _every([(one.case_id, f"due {one.due_on}", one) for one in self._evidence.requests(actor)])

    def _find_batches(self, actor: Actor) -> Found:
        """Those that ended with rows that were not sent, of which nobody has made another batch."""
        found = [(one, left, left.not_sent + left.left_out) for one, left in self._batches.attention(actor)]
        return _every([(one.id, f"{one.state.value} {count}", (one, left)) for one, left, count in found if count])

    def _find_refunds(self, actor: Actor) -> Found:
        return _every([(one.id, one.state.value, one) for one in self._refunds.failed(actor)])

    def _find_to_tell(self, actor: Actor) -> Found:
        found = self._schedules.due_notices(actor)
        return _every([(notice.id, str(schedule.collect_on), (schedule, debit)) for notice, schedule, debit in found])

    def _find_payouts(self, _actor: Actor) -> Found:
        """Payouts that should have arrived days ago, inside of what the imported statements cover, and did not."""
        covered = self._store.payout_matches.covered()
        if covered is None:
            return Found([], 0)
        today = self._clock.now().astimezone(self._zone).date()
        last = date.fromisoformat(covered[1])
        since = datetime.combine(datetime.fromisoformat(covered[0]), time(), UTC)
        rows = self._store.payout_matches.free_payouts(int(since.timestamp()))
        paid = [read_payout(row) for row in rows if row["status"] == "paid"]
        missing = [
            one for one in paid if one.arrival <= last and count_business_days(one.arrival, today) >= MISSING_AFTER
        ]
        return Found([(one.id, "paid", one) for one in missing[:MOST]], len(missing))

    def _find_links(self, actor: Actor) -> Found:
        return _every([(one.id, one.state.value, one) for one in self._linking.attention(actor)])

    def _find_walked_away(self, _actor: Actor) -> Found:
        day = last_close(self._clock.now().astimezone(self._zone).date()) + timedelta(days=1)
        since = datetime.combine(day, time(), self._zone)
        return _every([(one.id, one.state.value, one) for one in self._store.attempts.walked_away(since)])

    def _find_connections(self, actor: Actor) -> Found:
        listed = {attempt.item_id for attempt in self._linking.attention(actor)}
        loose = [item for item in self._attention.loose_items(actor) if item.id not in listed]
        return _every([(item.id, "loose", item) for item in loose])

    def _find_broken(self, actor: Actor) -> Found:
        found = self._health.work_list(actor)
        return _every([(one.item.id, one.problem.code or one.problem.what, one) for one in found])

    def _find_names(self, actor: Actor) -> Found:
        found = self._holders.list(actor)
        return Found([(one.account.id, one.state, one) for one in found[:MOST]], len(found))

    def _find_needed(self, actor: Actor) -> Found:
        first, count = self._old_accounts.worklist(actor, MOST)
        return Found([(one.id, one.state.value, one) for one in first], count)

    def _find_removals(self, actor: Actor) -> Found:
        return _every([(item.id, job.state.value, (job, item)) for job, item in self._removals.asking(actor)])

    def _find_lost(self, actor: Actor) -> Found:
        return _every([(item.id, job.id, (job, item)) for job, item in self._tokens.lost(actor)])

    def _find_erasures(self, actor: Actor) -> Found:
        found = [(erasure, job) for erasure, job in self._erasures.unfinished(actor) if job.problem is not None]
        return _every([(erasure.id, job.state.value, (erasure, job)) for erasure, job in found])

    def _find_shared(self, actor: Actor) -> Found:
        return _every([(pair.one.id, pair.other.id, pair) for pair in self._shared.unseen(actor)])

    def _find_operations(self, actor: Actor) -> Found:
        return _every([(job.id, job.state.value, job) for job in self._jobs.attention(actor)])


def _every(lines: Sequence[tuple[str, str, object]]) -> Found:
    return Found(lines, len(lines))
