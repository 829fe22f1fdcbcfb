"""The only code that speaks SQL: one table class for each table, and transactions. Callers never see a connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dashboard.store.engine.lean import sqlite_utils  # isort: skip  # before all that imports it too

from dashboard.domain.clock import Clock
from dashboard.store.accounts.bank_data import BankDataTable
from dashboard.store.accounts.rows import AccountTable
from dashboard.store.accounts.shared import SharedAccountTable
from dashboard.store.approvals.at_stripe import StripeApprovalTable
from dashboard.store.approvals.rows import ApprovalTable
from dashboard.store.audit_trail import Trail
from dashboard.store.batches.covers import BatchCoverTable
from dashboard.store.batches.reading import BatchReading
from dashboard.store.batches.rows import BatchTable
from dashboard.store.books.balances import StripeBalanceTable
from dashboard.store.books.closes import MonthCloseTable
from dashboard.store.books.exported import ExportedRows
from dashboard.store.books.journal import JournalTable
from dashboard.store.books.listed import ListedTable
from dashboard.store.books.reports import ReportTable
from dashboard.store.books.rows import BooksTable
from dashboard.store.cases.opening import CaseOpening
from dashboard.store.cases.representments import RepresentmentTable
from dashboard.store.cases.rows import CaseTable
from dashboard.store.connections.health import HealthTable
from dashboard.store.connections.items import ItemTable
from dashboard.store.connections.removals import RemovalTable
from dashboard.store.connections.token_rotations import TokenRotationTable
from dashboard.store.customers.merging import CustomerFiles
from dashboard.store.customers.rows import CustomerTable
from dashboard.store.debits.risk import RiskTable
from dashboard.store.debits.rows import DebitTable
from dashboard.store.encryption.columns import SealedColumns
from dashboard.store.encryption.customer_keys import PrivateFacts
from dashboard.store.encryption.key_use import note_key
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.database import Database
from dashboard.store.evidence.rows import EvidenceTable
from dashboard.store.inbox import InboxMarkTable
from dashboard.store.jobs import JobTable
from dashboard.store.limits.rows import LimitTable
from dashboard.store.linking.attempts import AttemptTable
from dashboard.store.linking.handovers import HandoverTable
from dashboard.store.linking.hosted import HostedLinkTable
from dashboard.store.linking.institutions import InstitutionTable
from dashboard.store.mandates.acceptances import AcceptanceTable
from dashboard.store.mandates.old_accounts import OldAccountTable
from dashboard.store.mandates.revocations import RevocationTable
from dashboard.store.mandates.rows import MandateTable
from dashboard.store.migrations import migrate
from dashboard.store.migrations.audit_and_privacy import SEALED
from dashboard.store.notices.noting import NoticeNoting
from dashboard.store.notices.outbox import OutboxTable
from dashboard.store.notices.reading import NoticeReadTable
from dashboard.store.notices.waiting import WaitingReader
from dashboard.store.payments.charts import ChartTable
from dashboard.store.payments.exports import ExportTable
from dashboard.store.payments.projection import PaymentProjection
from dashboard.store.payments.saved_views import SavedViewTable
from dashboard.store.payments.ticks import PaymentTickTable
from dashboard.store.payouts.rows import PayoutTable
from dashboard.store.privacy.erasures import ErasureTable
from dashboard.store.privacy.retention import RetentionTable
from dashboard.store.privacy.wiping import Wiping
from dashboard.store.processes import ProcessTable
from dashboard.store.refunds.rows import RefundTable
from dashboard.store.restores import RestoreTable
from dashboard.store.schedules.rows import ScheduleTable
from dashboard.store.staff import StaffTable
from dashboard.store.statements.lines import BankLineTable
from dashboard.store.statements.matches import PayoutMatchTable
from dashboard.store.statements.rows import StatementTable
from dashboard.store.sync.state import SyncStateTable
from dashboard.store.sync.webhook_events import WebhookTable

if TYPE_CHECKING:
    from dashboard.store.payments.columns import PaymentColumns
    from dashboard.store.payments.reader import PaymentTable

NEW_YORK = ZoneInfo("America/New_York")  # the business zone where none is set


def prepare(database: Database, vault: Vault) -> None:
    """Bring the schema up to date, and seal the end of an audit trail that is new or from before ends were sealed."""
    with database.transaction():
        if SEALED in migrate(database):
            Trail(database, vault).seal_end()


class Store:
    """Every aggregate of one database file."""

    def __init__(self, database: Database, vault: Vault, clock: Clock, zone: tzinfo = NEW_YORK) -> None:
        self.database, self._zone = database, zone
        self._key_noted: Callable[[], object] | None = None
        self.trail = Trail(database, vault)
        self.private = PrivateFacts(database, vault)
        self.customers = CustomerTable(database)
        self.customer_files = CustomerFiles(database)
        self.attempts = AttemptTable(database, vault, clock)
        self.items = ItemTable(database, vault)
        self.accounts = AccountTable(database)
        self.bank_data = BankDataTable(database, self.private)
        self.mandates = MandateTable(database)
        self.old_accounts = OldAccountTable(database)
        self.debits = DebitTable(database, clock)
        self.schedules = ScheduleTable(database)
        self.batches = BatchTable(database)
        self.batch_reading = BatchReading(database)
        self.batch_covers = BatchCoverTable(database)
        self.risk = RiskTable(database)
        self.limits = LimitTable(database)
        self.approvals = ApprovalTable(database)
        self.at_stripe = StripeApprovalTable(database)
        self.refunds = RefundTable(database, clock)
        self.jobs = JobTable(database)
        self.institutions = InstitutionTable(database)
        self.acceptances = AcceptanceTable(database)
        self.handovers = HandoverTable(database)
        self.revocations = RevocationTable(database)
        self.health = HealthTable(database)
        self.shared_accounts = SharedAccountTable(database)
        self.removals = RemovalTable(database)
        self.hosted = HostedLinkTable(database, vault)
        self.erasures = ErasureTable(database, vault)
        self.token_rotations = TokenRotationTable(database)
        self.noting = NoticeNoting(database, clock.now)
        self.outbox = OutboxTable(database)
        self.notices_read = NoticeReadTable(database)
        self.waiting = WaitingReader(database)
        self.case_opening = CaseOpening(database, clock.now, zone, self.noting)
        self.cases = CaseTable(database)
        self.representments = RepresentmentTable(database)
        self.projection = PaymentProjection(database, zone, self.case_opening, self.noting)
        self.saved_views = SavedViewTable(database)
        self.ticks = PaymentTickTable(database)
        self.evidence = EvidenceTable(database, vault)
        self.inbox = InboxMarkTable(database)
        self.payouts = PayoutTable(database)
        self.statements = StatementTable(database)
        self.bank_lines = BankLineTable(database)
        self.payout_matches = PayoutMatchTable(database)
        self.books = BooksTable(database)
        self.stripe_balance = StripeBalanceTable(database)
        self.exported = ExportedRows(database)
        self.listed = ListedTable(database)
        self.reports = ReportTable(database)
        self.journal = JournalTable(database)
        self.month_closes = MonthCloseTable(database)
        self.sync_state = SyncStateTable(database)
        self.people = StaffTable(database)
        self.sealed = SealedColumns(database, vault)
        self.retention = RetentionTable(database)
        self.restores = RestoreTable(database)
        self.webhooks = WebhookTable(database)
        self.processes = ProcessTable(database)
        self.exports = ExportTable(database)
        self.wiping = Wiping(database, self.projection)

    # What holds payments in memory is loaded with the first question about them: a sync has none.

    @cached_property
    def columns(self) -> PaymentColumns:
        """What is asked of all payments at once."""
        from dashboard.store.payments.columns import PaymentColumns

        return PaymentColumns(self.database, self._zone)

    @cached_property
    def payments(self) -> PaymentTable:
        """The reader of payments."""
        from dashboard.store.payments.reader import PaymentTable

        return PaymentTable(self.database, self.columns)

    @cached_property
    def charts(self) -> ChartTable:
        """The numbers behind the charts."""
        return ChartTable(self.database, self.columns, self._zone)

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[sqlite_utils.Database]:
        """Everything inside commits together or not at all; `durable` as `Database.transaction` says."""
        with self.database.transaction(durable=durable) as handle:
            yield handle

    def close(self) -> None:
        """Close every connection."""
        if "columns" in vars(self):
            self.columns.close()
        self.database.close()
        if self._key_noted:
            self._key_noted()

    @classmethod
    def open(cls, path: Path, vault: Vault, clock: Clock, zone: tzinfo | None = None) -> Store:
        """Open the file, made where it does not exist, with its schema brought up to date. Raises StoreUnavailable."""
        database = Database(path)
        store = cls(database, vault, clock, zone or NEW_YORK)
        try:
            prepare(database, vault)
            store._key_noted = note_key(store, path, vault)
        except BaseException:
            store.close()
            raise
        return store
