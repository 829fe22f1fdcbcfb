"""The store: the only code that speaks SQL. Callers see aggregates and a transaction, never a connection."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from dashboard.clock import Clock
from dashboard.store.core import CoreStore
from dashboard.store.database import Database
from dashboard.store.figures import FigureRows
from dashboard.store.ledger import Ledger
from dashboard.store.migrations import migrate
from dashboard.store.payments import PaymentRows
from dashboard.store.payouts import PayoutRows
from dashboard.store.people import PeopleRows
from dashboard.store.retention import RetentionRows
from dashboard.store.saved_views import SavedViewRows
from dashboard.store.sealed import SealedRows
from dashboard.store.sync_state import SyncRows
from dashboard.store.vault import Vault
from dashboard.store.webhooks import WebhookRows
from dashboard.store.wiping import Wiping


class Store(CoreStore):
    """Every aggregate of one database file."""

    def __init__(self, database: Database, vault: Vault, clock: Clock, zone: tzinfo) -> None:
        super().__init__(database, vault, clock)
        self.ledger = Ledger(database, zone)
        self.payments = PaymentRows(database, zone)
        self.figures = FigureRows(database, zone)
        self.saved_views = SavedViewRows(database)
        self.payouts = PayoutRows(database)
        self.sync_state = SyncRows(database)
        self.people = PeopleRows(database)
        self.sealed = SealedRows(database, vault)
        self.retention = RetentionRows(database)
        self.webhooks = WebhookRows(database)
        self.wiping = Wiping(database, self.ledger)

    @classmethod
    def open(cls, path: Path, vault: Vault, clock: Clock, zone: tzinfo | None = None) -> Store:
        """Open the file, made where it does not exist, with its schema brought up to date. Raises StoreUnavailable."""
        database = Database(path)
        migrate(database)
        return cls(database, vault, clock, zone or ZoneInfo("America/New_York"))
