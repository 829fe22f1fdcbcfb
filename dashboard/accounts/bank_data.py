"""What the bank says of a linked account, asked for by a person: who holds it, and its last transactions.

The balance is asked for by `debits`, which needs it; what it said last is shown here too. Every call is counted before
it is made, since Plaid bills by the call.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.accounts.holder_match import Likeness, compare
from dashboard.accounts.item_state import ItemStateRecorder
from dashboard.domain.clock import Clock
from dashboard.domain.errors import DeskError, ProviderBroken, ProviderRejected, Refused
from dashboard.domain.lookups import require_found
from dashboard.domain.models import (
    Actor,
    Balance,
    BankAccount,
    BankTransaction,
    Customer,
    Generation,
    HolderType,
    Problem,
    Secret,
)
from dashboard.gateways.link_provider import LinkProvider
from dashboard.jobs.worker import Runner
from dashboard.messages.problems import explained
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store
from dashboard.store.accounts.bank_data import KEPT_TRANSACTIONS, Changes, KeptHolder

log = logging.getLogger(__name__)

SHOWN = 100  # transactions on the page; a person looks for one debit or one salary
PAGES = 100  # of 500 in one read; ninety days of the busiest account fit ten times over
TRIES = 5  # of one read: Plaid's advice is to begin again, and a log that never rests must not keep a person waiting
MUTATED = "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"
ASK_SINCE = timedelta(days=7)  # how old a link may be whose holder is asked for at start, after a crash
SAME, OTHER = "same", "other"


@dataclass(frozen=True)
class Holder:
    """Whom the bank names beside the customer's name, how near they are, and what a person decided."""

    customer_name: str
    names: tuple[str, ...]
    likeness: Likeness
    read_at: datetime
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None

    @property
    def needs_decision(self) -> bool:
        """Whether a person has to look: the names differ, or the bank gave none, and nobody has said what it means."""
        return self.likeness in {Likeness.DIFFERENT, Likeness.UNKNOWN} and self.decision is None


@dataclass(frozen=True)
class Statement:
    """The newest transactions that are kept, the latest first; `read_at` is None where they were never read."""

    lines: list[BankTransaction]
    read_at: datetime | None


class BankData:
    """Asks banks about linked accounts, and keeps what they said."""

    def __init__(self, store: Store, plaid: LinkProvider, clock: Clock, settings: Settings, worker: Runner) -> None:
        self._store, self._plaid, self._clock = store, plaid, clock
        self._recorder = ItemStateRecorder(store, clock)
        self._settings, self._worker = settings, worker

    def is_offered(self, product: str) -> bool:
        """Whether this desk asks for the product (`identity`, `transactions`); the classic generation has neither."""
        return product in self._settings.plaid_products and self._plaid.generation is Generation.CURRENT

    def calls(self, actor: Actor) -> dict[str, int]:
        """How often Plaid was asked this month: `balance`, `identity` and pages of `transactions`."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._store.bank_data.calls(self._clock.now())

    def last_balance(self, actor: Actor, bank_account_id: str) -> Balance | None:
        """What the bank said when it was last asked; None where it never was."""
        require(actor, Permission.VIEW_BALANCE)
        return self._store.bank_data.balance(self._account(bank_account_id).id)

    # Who holds the account.

    def holder(self, actor: Actor, bank_account_id: str) -> Holder | None:
        """Whom the bank named; None where it was not asked yet."""
        require(actor, Permission.VIEW_ACCOUNTS)
        account = self._account(bank_account_id)
        return self._holder(account, self._customer(account))

    def read_holder(self, actor: Actor, bank_account_id: str) -> Holder:
        """Ask the bank who holds the account; kept for every account of its Item. Raises ProviderError, Refused."""
        require(actor, Permission.CHECK_HOLDER)
        return self._read_holder(actor, bank_account_id)

    def decide_holder(self, actor: Actor, bank_account_id: str, *, same: bool) -> Holder:
        """Keep that the bank's names are the customer's after all, or somebody else's: then nothing is debited.

        Raises Refused where the bank was not asked.
        """
        require(actor, Permission.CHECK_HOLDER)
        account = self._account(bank_account_id)
        customer, now = self._customer(account), self._clock.now()
        decision = SAME if same else OTHER
        with self._store.transaction():
            found = self._store.bank_data.holder(account, customer.name)
            if found is None:
                raise Refused("The bank has not been asked yet.", action="Press Ask the bank first.", code="no_holder")
            self._store.bank_data.decide_holder(account, found, customer.name, decision, actor.name, now)
            self._note_to_decide(account)
            facts = {"customer_name": customer.name, "bank_names": list(found.names)}
            private = self._store.private.seal(customer.id, facts)
            before, after = {"decision": found.decision}, {"decision": decision}
            self._store.trail.append(
                actor,
                "holder.decided",
                account.id,
                now,
                customer=customer.id,
                before=before,
                after=after,
                private=private,
            )
        return self._known(account, customer)

    def welcome(self, bank_account_id: str) -> None:
        """Right after an account was linked: ask the bank who holds it, where this desk asks for that at all."""
        if self.is_offered("identity"):
            self._worker.submit(self._ask_quietly, bank_account_id)

    def resume_all(self) -> int:
        """At start: ask about the holders of new accounts that a stop left unasked. Returns how many."""
        if not self.is_offered("identity"):
            return 0
        due = self._store.bank_data.without_holder(self._clock.now() - ASK_SINCE)
        for id in due:
            self._worker.submit(self._ask_quietly, id)
        return len(due)

    def _ask_quietly(self, bank_account_id: str) -> None:
        """The account is linked whatever comes of this; the page offers to ask again."""
        try:
            self._read_holder(Actor.system(), bank_account_id)
        except DeskError as error:
            log.warning("Asking who holds a new account ended with %s.", error.code or type(error).__name__)

    def _read_holder(self, actor: Actor, bank_account_id: str) -> Holder:
        account = self._account(bank_account_id)
        self._refuse_absent("identity", "Compare the customer's name with a statement or a check instead.")
        token = self._store.items.access_token(account.item_id)
        self._store.bank_data.count_call("identity", self._clock.now())
        with explained(), self._recorder.recording(actor, account.item_id):
            owners = self._plaid.identity(token)
        now = self._clock.now()
        with self._store.transaction():
            for one in self._store.accounts.list(account.customer_id):
                if one.item_id != account.item_id:
                    continue
                found = [name for owner in owners.get(one.plaid_account_id, []) for name in owner.names]
                self._store.bank_data.keep_holder(one, list(dict.fromkeys(found)), now)
                self._note_to_decide(one)
            holder = self._known(account, self._customer(account))
            self._store.trail.append(actor, "holder.read", account.id, now, likeness=holder.likeness.value)
        return holder

    def _note_to_decide(self, account: BankAccount) -> None:
        holder = self._holder(account, self._customer(account))
        self._store.bank_data.note_to_decide(account.id, needed=holder is not None and holder.needs_decision)

    def _known(self, account: BankAccount, customer: Customer) -> Holder:
        found = self._holder(account, customer)
        if found is None:
            raise Refused("The customer has been erased in the meantime.", action="Reload the page.", code="erased")
        return found

    def _holder(self, account: BankAccount, customer: Customer) -> Holder | None:
        return find_holder(self._store, account, customer)

    # Transactions.

    def statement(self, actor: Actor, bank_account_id: str) -> Statement:
        """The newest transactions that are kept; the look is in the trail."""
        require(actor, Permission.VIEW_TRANSACTIONS)
        account = self._account(bank_account_id)
        read_at = self._store.bank_data.transactions_read_at(account.item_id)
        if read_at is None:
            return Statement([], None)
        self._store.trail.note_view(actor, "transactions.viewed", account.id, self._clock.now())
        return Statement(self._store.bank_data.transactions(account, SHOWN), read_at)

    def read_transactions(self, actor: Actor, bank_account_id: str) -> Statement:
        """Read on from the kept cursor to the end, and keep lines and cursor together.

        Raises ProviderError, and Refused where the product is not asked for or Plaid has nothing of the bank yet.
        """
        require(actor, Permission.VIEW_TRANSACTIONS)
        account = self._account(bank_account_id)
        self._refuse_absent("transactions", "Ask the customer for a statement instead.")
        token = self._store.items.access_token(account.item_id)
        with explained(), self._recorder.recording(actor, account.item_id):
            first, last, changes = self._walk(account, token)
        now = self._clock.now()
        with self._store.transaction():
            if self._store.bank_data.apply(account, first, last, changes, now):
                kept, removed = len(changes.kept), len(changes.removed)
                self._store.trail.append(actor, "transactions.read", account.id, now, kept=kept, removed=removed)
        return self.statement(actor, bank_account_id)

    def _walk(self, account: BankAccount, token: Secret) -> tuple[str, str, Changes]:
        """Every page from the kept cursor on; begun anew from there where the log changed between two pages."""
        first, tries = self._store.bank_data.cursor(account.item_id), 0
        while True:
            tries += 1
            try:
                return first, *self._read_pages(first, token)
            except ProviderRejected as error:
                if error.code != MUTATED or tries == TRIES:
                    raise

    def _read_pages(self, first: str, token: Secret) -> tuple[str, Changes]:
        cursor, kept, removed = first, dict[str, BankTransaction](), dict[str, None]()
        for _ in range(PAGES):
            self._store.bank_data.count_call("transactions", self._clock.now())
            page = self._plaid.transactions(token, cursor)
            if not page.ready:
                raise Refused(
                    "Plaid is still fetching this bank's transactions.",
                    meaning="The first request takes seconds, for some banks minutes.",
                    action="Try again in a minute.",
                    code="transactions_not_ready",
                )
            for one in (*page.added, *page.modified):
                kept[one.id] = one
            for gone in page.removed:  # last: a page may say that something came and went
                kept.pop(gone, None)
                removed[gone] = None
            cursor = page.next_cursor
            if not page.has_more:
                return cursor, Changes(list_newest(kept.values()), list(removed))
        raise ProviderBroken(
            "Plaid's list of transactions does not end.",
            maybe_done=False,
            provider="plaid",
            code="broken_reply",
            meaning="None of them was saved.",
            action="Give Plaid's support the time and the Item id.",
        )

    def _refuse_absent(self, product: str, action: str) -> None:
        if not self.is_offered(product):
            raise Refused(
                f"This desk does not request {product} from banks.",
                meaning=f"`{product}` is not in PLAID_PRODUCTS, or the classic generation is in use.",
                action=action,
                code="product_off",
            )

    def _account(self, id: str) -> BankAccount:
        return require_found(self._store.accounts.get(id), "account")

    def _customer(self, account: BankAccount) -> Customer:
        return require_found(self._store.customers.get(account.customer_id), "customer")


def list_newest(lines: Iterable[BankTransaction]) -> list[BankTransaction]:
    """The newest lines of each account, as many as are kept, oldest first and pending ones last within their day."""
    seen, newest = Counter[str](), []
    for one in sorted(lines, key=lambda one: (one.on, one.pending), reverse=True):
        seen[one.account_id] += 1
        if seen[one.account_id] <= KEPT_TRANSACTIONS:
            newest.append(one)
    return newest[::-1]


def find_holder(store: Store, account: BankAccount, customer: Customer) -> Holder | None:
    """Whom the bank named, beside this customer; None where it was not asked, or the customer was erased."""
    found = store.bank_data.holder(account, customer.name)
    if found is None:
        return None
    likeness = compare(customer.name, found.names, company=customer.holder_type is HolderType.COMPANY)
    return Holder(
        customer.name, found.names, likeness, found.read_at, found.decision, found.decided_by, found.decided_at
    )


def other_holder_problem(found: KeptHolder | None) -> Problem | None:
    """Why nothing is debited where a person decided that it is somebody else's account; None where nobody did."""
    if found is None or found.decision != OTHER:
        return None
    return Problem(
        "The account belongs to somebody else.",
        f"{found.decided_by} compared the bank's names with the customer's and decided this.",
        "Link the customer's own account, or change the decision on the account's page.",
        "other_holder",
    )
