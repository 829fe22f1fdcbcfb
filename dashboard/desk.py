"""The composition root: settings in, use cases out. Nothing below makes its own collaborators."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.accounts.bank_data import BankData
from dashboard.accounts.export import AccountExport
from dashboard.accounts.lists import AccountLists
from dashboard.accounts.shared import SharedAccounts
from dashboard.accounts.undecided import UndecidedHolders
from dashboard.approvals import Approvals
from dashboard.approvals.lists import ApprovalLists
from dashboard.batches import Batches
from dashboard.batches.cover import BatchCover, BatchCoverKind
from dashboard.batches.job import BatchKind
from dashboard.batches.lists import BatchRowLists
from dashboard.batches.review import BatchReview
from dashboard.books import MonthBooks
from dashboard.books.closing import MonthClose
from dashboard.books.journal import Journal
from dashboard.cases import Cases
from dashboard.cases.lists import CaseLists
from dashboard.cases.presenting_again import PresentingAgain
from dashboard.cases.write_off import WriteOffKind, WriteOffReview
from dashboard.connections.health import HealthWatch
from dashboard.connections.removal import Removals, RemovalSteps
from dashboard.connections.removal_job import RemovalKind
from dashboard.connections.token_rotation import PlaidTokens, TokenRotationKind
from dashboard.connections.webhooks import Webhooks
from dashboard.customers import Customers
from dashboard.customers.importing import CustomerImport
from dashboard.customers.lists import CustomerLists
from dashboard.customers.merging import Merging
from dashboard.customers.stripe_updates import CustomerUpdateKind, StripeUpdates
from dashboard.debits import Debits
from dashboard.debits.funds import Funds
from dashboard.debits.job import DebitKind
from dashboard.debits.review import DebitReview
from dashboard.debits.risk_report import RiskReportKind
from dashboard.debits.strays import StrayKind
from dashboard.domain.clock import Clock
from dashboard.domain.models import AttemptKind, Generation, LinkAttempt, Mode
from dashboard.evidence import Evidence
from dashboard.gateways.mail import MailServer
from dashboard.gateways.plaid import Plaid
from dashboard.gateways.plaid_classic import PlaidClassic
from dashboard.gateways.plaid_http import make_session
from dashboard.gateways.sandbox_control import SandboxControl
from dashboard.gateways.signatures import PlaidVerifier
from dashboard.gateways.stripe import Stripe
from dashboard.inbox import Inbox
from dashboard.inbox.sources import Sources
from dashboard.jobs import Jobs
from dashboard.jobs.worker import Runner, Worker
from dashboard.limits import Limits
from dashboard.linking import Linking
from dashboard.linking.duplicates import Duplicates
from dashboard.linking.handover import Handover
from dashboard.linking.hosted import HostedLinks
from dashboard.linking.institutions import Institutions
from dashboard.linking.job import LinkKind
from dashboard.linking.unfinished import Attention
from dashboard.mandates import Mandates
from dashboard.mandates.copy_mail import CopyMailKind, CopyMails
from dashboard.mandates.old_accounts import OldAccountLists, OldAccounts
from dashboard.mandates.written import WrittenMandateKind, WrittenMandates
from dashboard.notices import Notices
from dashboard.notices.opening import make_notices
from dashboard.notices.watching import Watch
from dashboard.operations.audit import Audit
from dashboard.operations.open_jobs import OpenJobs
from dashboard.operations.restore_reviews import RestoreReviews
from dashboard.operations.sandbox_controls import SandboxControls
from dashboard.payments import Payments
from dashboard.payments.charts import Charts
from dashboard.payments.detail import PaymentDetails
from dashboard.payments.export_jobs import Exports
from dashboard.payments.lists import PaymentLists
from dashboard.payments.saved_views import SavedViews
from dashboard.payments.since_close import SinceClose
from dashboard.payouts import Payouts
from dashboard.payouts.export import PayoutExport
from dashboard.payouts.lists import PayoutLists
from dashboard.privacy.erasure import Erasures
from dashboard.privacy.erasure_job import ErasureKind
from dashboard.privacy.retention import Retention
from dashboard.refunds import RefundReview, Refunds
from dashboard.refunds.answers import RefundAnswers
from dashboard.refunds.job import RefundKind
from dashboard.reports import Reports
from dashboard.schedules import Schedules
from dashboard.schedules.notice_mail import DebitNoticeKind, DebitNotices
from dashboard.settings import Settings
from dashboard.staff.identity import rules_of
from dashboard.staff.sign_in import SignIn
from dashboard.statements import Statements
from dashboard.statements.lists import LineLists
from dashboard.statements.matching import PayoutMatching
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from dashboard.sync import Sync


@dataclass(frozen=True)
class Desk(SandboxControls):
    """Everything a page or a command may use, wired together once per process.

    `reads_secrets` is False where the stored tokens were written under a key that is not at hand.
    """

    settings: Settings
    clock: Clock
    store: Store
    worker: Runner
    customers: Customers
    customer_lists: CustomerLists
    merging: Merging
    customer_import: CustomerImport
    institutions: Institutions
    linking: Linking
    duplicates: Duplicates
    handover: Handover
    hosted: HostedLinks
    mandates: Mandates
    copy_mails: CopyMails
    old_account_lists: OldAccountLists
    old_accounts: OldAccounts
    written_mandates: WrittenMandates
    removals: Removals
    bank_data: BankData
    account_export: AccountExport
    account_lists: AccountLists
    health: HealthWatch
    shared_accounts: SharedAccounts
    debits: Debits
    schedules: Schedules
    debit_notices: DebitNotices
    batches: Batches
    batch_cover: BatchCover
    batch_row_lists: BatchRowLists
    limits: Limits
    approvals: Approvals
    approval_lists: ApprovalLists
    refunds: Refunds
    refund_answers: RefundAnswers
    cases: Cases
    evidence: Evidence
    presenting_again: PresentingAgain
    case_lists: CaseLists
    jobs: Jobs
    open_jobs: OpenJobs
    inbox: Inbox
    payments: Payments
    payment_details: PaymentDetails
    payment_lists: PaymentLists
    charts: Charts
    saved_views: SavedViews
    since_close: SinceClose
    exports: Exports
    sync: Sync
    payouts: Payouts
    payout_export: PayoutExport
    payout_lists: PayoutLists
    statements: Statements
    line_lists: LineLists
    payout_matching: PayoutMatching
    month_books: MonthBooks
    month_close: MonthClose
    journal: Journal
    reports: Reports
    notices: Notices
    sandbox: SandboxControl | None
    plaid: Plaid | PlaidClassic
    stripe: Stripe
    sign_in: SignIn
    audit: Audit
    attention: Attention
    plaid_tokens: PlaidTokens
    erasures: Erasures
    retention: Retention
    restores: RestoreReviews
    reads_secrets: bool
    webhooks: Webhooks

    @property
    def mode(self) -> Mode:
        """Whose money moves."""
        return self.settings.mode

    def close(self) -> None:
        """Let the running steps end, then close the database."""
        self.exports.close()
        self.sync.close()
        self.worker.close()
        self.store.close()


def stamp_of(settings: Settings) -> dict[str, str]:
    """Whose database this is: a file belongs to one Plaid environment and one mode of one Stripe key's account."""
    stamp = {"mode": settings.mode.value}
    if settings.plaid_client_id:
        stamp["plaid_env"] = settings.plaid_env
    return stamp


def open_desk(
    settings: Settings,
    *,
    clock: Clock | None = None,
    worker: Runner | None = None,
    plaid: Plaid | PlaidClassic | None = None,
    stripe: Stripe | None = None,
) -> Desk:
    """Open the database, wire the use cases, and finish what a crash left behind.

    Raises ConfigError, WrongDatabase, StoreUnavailable.
    """
    exporter = worker or Worker(threads=1)  # a long export must never keep a debit waiting
    syncer = worker or Worker(threads=1)  # nor a long sync
    clock, worker = clock or Clock(), worker or Worker()
    vault = Vault(settings.keys)
    store = Store.open(settings.db, vault, clock, settings.timezone)
    store.database.stamp(stamp_of(settings))
    stripe = stripe or Stripe(settings)
    if plaid is None:
        make = PlaidClassic if settings.generation is Generation.CLASSIC else Plaid
        plaid = make(settings, make_session(settings.plaid_base_url))
    sandbox = SandboxControl(settings.sandbox_url, make_session(settings.sandbox_url)) if settings.sandbox_url else None
    bank_data = BankData(store, plaid, clock, settings, worker)
    payout_matching = PayoutMatching(store, clock, settings)
    month_books = MonthBooks(store, clock, settings, payout_matching)
    jobs, mandates = Jobs(store, clock, worker), Mandates(store, clock, settings)
    mailer = MailServer(settings.mail) if settings.mail else None
    funds = Funds(store, plaid, stripe, clock, settings, jobs)
    jobs.register(
        DebitKind(store, stripe, clock, settings, funds),
        StrayKind(stripe),
        RefundKind(store, stripe, clock, settings),
        WriteOffKind(store, clock, settings),
        RiskReportKind(store, plaid, clock),
        CustomerUpdateKind(store, stripe),
        RemovalKind(store, plaid, stripe, clock),
        TokenRotationKind(store, plaid, clock),
        CopyMailKind(store, mandates, mailer, clock, settings),
        DebitNoticeKind(store, mailer, clock, settings),
        WrittenMandateKind(store, stripe, clock, settings),
    )
    removal_steps = RemovalSteps(store, clock, jobs)
    stripe_updates = StripeUpdates(store, jobs)
    jobs.register(ErasureKind(store, stripe, removal_steps, stripe_updates, clock))
    shared_accounts = SharedAccounts(store, clock, settings)

    def finish(attempt: LinkAttempt) -> None:
        removal_steps.replace_requested()
        if attempt.bank_account_id is not None:
            shared_accounts.compare(attempt.bank_account_id)
            if attempt.kind is AttemptKind.LINK:
                bank_data.welcome(attempt.bank_account_id)

    jobs.register(LinkKind(store, plaid, stripe, clock, settings, jobs, worker, finish))
    linking = Linking(store, plaid, stripe, clock, settings, jobs)
    hosted = HostedLinks(store, plaid, linking, clock)
    sign_in = SignIn(store.people, store.trail, clock, rules_of(settings), settings.timezone)
    health = HealthWatch(store, plaid, stripe, linking, shared_accounts, clock, settings)
    verifier = PlaidVerifier(plaid.webhook_key, clock.now) if isinstance(plaid, Plaid) else None
    debits = Debits(store, plaid, stripe, clock, settings, jobs)
    jobs.register(BatchKind(store, clock, settings, jobs, debits, funds), BatchCoverKind(store, clock, funds))
    refunds = Refunds(store, clock, settings, jobs)
    reviewed = (DebitReview(store, stripe, clock, settings), RefundReview(store, refunds), WriteOffReview(store))
    approvals = Approvals(store, jobs, clock, settings, *reviewed, BatchReview(store, clock, settings))
    payments, charts = Payments(store, clock, settings), Charts(store, clock, settings)
    sync = Sync(store, stripe, clock, settings, runner=syncer)
    reports = Reports(store, clock, settings, month_books)
    watch = Watch(store, clock, settings, sync, charts, payout_matching, reports)
    attention = Attention(store, clock)
    removals, plaid_tokens = Removals(store, removal_steps, clock, jobs), PlaidTokens(store, clock, jobs)
    erasures, open_jobs = Erasures(store, removal_steps, clock, jobs), OpenJobs(store, jobs, clock)
    over = sign_in.why_over if settings.open_id else None
    case_lists, schedules = CaseLists(store, clock, settings), Schedules(store, clock, settings, jobs, debits)
    customers, old_account_lists = Customers(store, clock, stripe_updates), OldAccountLists(store, clock)
    holders, evidence = UndecidedHolders(store), Evidence(store, clock, settings)
    old_accounts = OldAccounts(store, stripe, clock, old_account_lists, customers)
    batches = Batches(store, clock, settings, jobs, debits)
    sources = Sources(
        store,
        clock,
        settings,
        debits=debits,
        approvals=approvals,
        cases=case_lists,
        refunds=refunds,
        linking=linking,
        attention=attention,
        health=health,
        removals=removals,
        tokens=plaid_tokens,
        erasures=erasures,
        shared=shared_accounts,
        jobs=open_jobs,
        schedules=schedules,
        old_accounts=old_accounts,
        holders=holders,
        evidence=evidence,
        batches=batches,
    )
    desk = Desk(
        settings=settings,
        clock=clock,
        store=store,
        worker=worker,
        customers=customers,
        customer_lists=CustomerLists(store, clock),
        merging=Merging(store, clock, stripe_updates),
        customer_import=CustomerImport(store, clock),
        institutions=Institutions(store, plaid, clock, by_id=settings.plaid_names_bank),
        linking=linking,
        duplicates=Duplicates(store),
        handover=Handover(store, linking, hosted, sign_in, clock),
        hosted=hosted,
        mandates=mandates,
        copy_mails=CopyMails(store, mandates, jobs, settings),
        old_account_lists=old_account_lists,
        old_accounts=old_accounts,
        written_mandates=WrittenMandates(store, clock, settings, jobs),
        removals=removals,
        bank_data=bank_data,
        account_export=AccountExport(store, clock),
        account_lists=AccountLists(store, clock, settings.timezone, debits.blockers),
        health=health,
        shared_accounts=shared_accounts,
        debits=debits,
        schedules=schedules,
        debit_notices=DebitNotices(store, clock, settings, jobs),
        batches=batches,
        batch_cover=BatchCover(store, clock, jobs, funds),
        batch_row_lists=BatchRowLists(store, clock),
        limits=Limits(store, clock, settings),
        approvals=approvals,
        approval_lists=ApprovalLists(store, clock, settings.timezone, approvals.title_of),
        refunds=refunds,
        refund_answers=RefundAnswers(store, settings),
        cases=Cases(store, clock, settings, jobs),
        evidence=evidence,
        presenting_again=PresentingAgain(store, clock, settings, debits),
        case_lists=case_lists,
        jobs=jobs,
        open_jobs=open_jobs,
        inbox=Inbox(store, clock, sources.all()),
        payments=payments,
        payment_details=PaymentDetails(store, clock, settings),
        payment_lists=PaymentLists(store, clock, settings),
        charts=charts,
        saved_views=SavedViews(store, clock),
        since_close=SinceClose(store, clock, settings),
        exports=Exports(store, payments, clock, settings.db.with_name(f"{settings.db.name}.exports"), exporter, over),
        sync=sync,
        payouts=Payouts(store),
        payout_export=PayoutExport(store, clock),
        payout_lists=PayoutLists(store, clock),
        statements=Statements(store, clock),
        line_lists=LineLists(store, clock, payout_matching),
        payout_matching=payout_matching,
        month_books=month_books,
        month_close=MonthClose(store, clock, settings, month_books),
        journal=Journal(store, clock, settings),
        reports=reports,
        notices=make_notices(settings, store, clock, watch, reports),
        sandbox=sandbox,
        plaid=plaid,
        stripe=stripe,
        sign_in=sign_in,
        attention=attention,
        webhooks=Webhooks(store, verifier, hosted, health, clock, settings),
        audit=Audit(store, clock, settings.timezone),
        plaid_tokens=plaid_tokens,
        erasures=erasures,
        retention=Retention(store, clock, settings.timezone),
        restores=RestoreReviews(store, clock),
        reads_secrets=store.sealed.are_readable(),
    )
    desk.follow_sandbox()
    desk.limits.note_start()
    desk.cases.catch_up()
    holders.catch_up()
    return desk
