"""The composition root: settings in, use cases out. Nothing below makes its own collaborators."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.access import Permission, require
from dashboard.account_export import AccountExport
from dashboard.attention import Attention
from dashboard.audit import Audit
from dashboard.bank_data import BankData
from dashboard.clock import Clock
from dashboard.customer_import import CustomerImport
from dashboard.customer_merging import Merging
from dashboard.customers import Customers
from dashboard.debits import Debits
from dashboard.erasing import Erasing
from dashboard.errors import Refused
from dashboard.export_jobs import Exports
from dashboard.figures import Figures
from dashboard.gateways.plaid import Plaid
from dashboard.gateways.plaid_classic import PlaidClassic
from dashboard.gateways.sandbox_control import SandboxControl
from dashboard.gateways.signatures import PlaidVerifier
from dashboard.gateways.stripe import Stripe
from dashboard.gateways.wire import make_session
from dashboard.handover import Handover
from dashboard.health import HealthWatch
from dashboard.hosted import HostedLinks
from dashboard.institutions import Institutions
from dashboard.mandates import Mandates
from dashboard.models import Actor, AttemptKind, Generation, LinkAttempt, Mode
from dashboard.onboarding import Onboarding
from dashboard.payment_story import PaymentStories
from dashboard.payments import Payments
from dashboard.plaid_tokens import PlaidTokens
from dashboard.reconcile import Reconcile
from dashboard.removals import Removals, RemovalSteps
from dashboard.retention import Retention
from dashboard.saved_views import SavedViews
from dashboard.settings import Settings
from dashboard.shared_accounts import SharedAccounts
from dashboard.sign_in import RoleRules, SignIn, read_rules
from dashboard.store import Store
from dashboard.store.vault import Vault
from dashboard.stripe_tellings import StripeTellings
from dashboard.sync import Sync
from dashboard.webhooks import Webhooks
from dashboard.worker import Runner, Worker


@dataclass(frozen=True)
class Desk:
    """Everything a page or a command may use, wired together once per process.

    `reads_secrets` is False where the stored tokens were written under a key that is not at hand.
    """

    settings: Settings
    clock: Clock
    store: Store
    worker: Runner
    customers: Customers
    merging: Merging
    customer_import: CustomerImport
    tellings: StripeTellings
    institutions: Institutions
    onboarding: Onboarding
    handover: Handover
    hosted: HostedLinks
    mandates: Mandates
    removals: Removals
    bank_data: BankData
    account_export: AccountExport
    health: HealthWatch
    shared_accounts: SharedAccounts
    debits: Debits
    payments: Payments
    stories: PaymentStories
    figures: Figures
    saved_views: SavedViews
    exports: Exports
    sync: Sync
    reconcile: Reconcile
    sandbox: SandboxControl | None
    plaid: Plaid | PlaidClassic
    stripe: Stripe
    sign_in: SignIn
    audit: Audit
    attention: Attention
    plaid_tokens: PlaidTokens
    erasing: Erasing
    retention: Retention
    reads_secrets: bool
    webhooks: Webhooks

    @property
    def mode(self) -> Mode:
        """Whose money moves."""
        return self.settings.mode

    def follow_sandbox(self) -> None:
        """In the demo, set the desk's clock by the sandbox's; elsewhere nothing."""
        if self.sandbox:
            self.clock.follow(self.sandbox.now())

    def move_sandbox_clock(self, actor: Actor, business_days: int) -> None:
        """Move the sandbox's clock, follow it, and read what came due. Raises Refused outside the demo."""
        require(actor, Permission.MOVE_SANDBOX_CLOCK)
        if self.sandbox is None:
            raise Refused("There is no sandbox whose clock could be moved.", action="Start one with `make demo`.")
        self.clock.follow(self.sandbox.advance(business_days))
        self.store.trail.append(actor, "sandbox.clock_moved", "sandbox", self.clock.now(), days=business_days)
        self.sync.run(patience=60)  # the demo's own sync may be at it

    def choose_sandbox_outcome(self, actor: Actor, outcome: str) -> None:
        """How the sandbox's next debits end. Raises Refused outside the demo."""
        require(actor, Permission.MOVE_SANDBOX_CLOCK)
        if self.sandbox is None:
            raise Refused("There is no sandbox that could be told.", action="Start one with `make demo`.")
        self.sandbox.set_outcome(outcome)
        self.store.trail.append(actor, "sandbox.outcome_chosen", "sandbox", self.clock.now(), outcome=outcome)

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


def rules_of(settings: Settings) -> RoleRules:
    """Who has which role by the settings; nobody has one where no sign-in is configured."""
    if settings.open_id is None:
        return read_rules({})
    return read_rules(settings.open_id.members, settings.open_id.groups_claim)


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
    removal_steps = RemovalSteps(store, plaid, stripe, clock, worker)
    shared_accounts = SharedAccounts(store, clock, settings)

    def finish(attempt: LinkAttempt) -> None:
        removal_steps.replace_wanted()
        if attempt.bank_account_id is not None:
            shared_accounts.look(attempt.bank_account_id)
            if attempt.kind is AttemptKind.LINK:
                bank_data.welcome(attempt.bank_account_id)

    onboarding = Onboarding(store, plaid, stripe, vault, clock, settings, worker, on_ready=finish)
    hosted = HostedLinks(store, plaid, onboarding, clock)
    sign_in = SignIn(store.people, store.trail, clock, rules_of(settings))
    health = HealthWatch(store, plaid, stripe, onboarding, shared_accounts, clock, settings)
    verifier = PlaidVerifier(plaid.webhook_key, clock.now) if isinstance(plaid, Plaid) else None
    payments = Payments(store, clock, settings)
    tellings = StripeTellings(store, stripe, clock, worker)
    desk = Desk(
        settings=settings,
        clock=clock,
        store=store,
        worker=worker,
        customers=Customers(store, clock, tellings.soon),
        merging=Merging(store, clock, tellings.soon),
        customer_import=CustomerImport(store, clock),
        tellings=tellings,
        institutions=Institutions(store, plaid, clock),
        onboarding=onboarding,
        handover=Handover(store, onboarding, hosted, sign_in, clock),
        hosted=hosted,
        mandates=Mandates(store, clock, settings),
        removals=Removals(store, removal_steps, clock),
        bank_data=bank_data,
        account_export=AccountExport(store, clock),
        health=health,
        shared_accounts=shared_accounts,
        debits=Debits(store, plaid, stripe, clock, settings, worker),
        payments=payments,
        stories=PaymentStories(store, clock, settings),
        figures=Figures(store, clock, settings),
        saved_views=SavedViews(store, clock),
        exports=Exports(store, payments, clock, settings.db.with_name(f"{settings.db.name}.exports"), exporter),
        sync=Sync(store, stripe, clock, settings, runner=syncer),
        reconcile=Reconcile(store),
        sandbox=sandbox,
        plaid=plaid,
        stripe=stripe,
        sign_in=sign_in,
        attention=Attention(store, clock),
        webhooks=Webhooks(store, verifier, hosted, health, clock, settings),
        audit=Audit(store, clock, settings.timezone),
        plaid_tokens=PlaidTokens(store, plaid, clock, worker),
        erasing=Erasing(store, stripe, removal_steps, clock, worker),
        retention=Retention(store, clock, settings.timezone),
        reads_secrets=store.sealed.are_readable(),
    )
    desk.follow_sandbox()
    return desk
