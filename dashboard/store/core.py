"""The core's part of the store: one database, its trail, and a door for each aggregate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlite_utils

from dashboard.clock import Clock
from dashboard.store.acceptances import AcceptanceRows
from dashboard.store.accounts import AccountRows
from dashboard.store.attempts import AttemptRows
from dashboard.store.bank_data import BankDataRows
from dashboard.store.customer_files import CustomerFiles
from dashboard.store.customers import CustomerRows
from dashboard.store.database import Database
from dashboard.store.debits import DebitRows
from dashboard.store.erasures import ErasureRows
from dashboard.store.health import HealthRows
from dashboard.store.hosted import HostedRows
from dashboard.store.institutions import InstitutionRows
from dashboard.store.items import ItemRows
from dashboard.store.locks import LockRows
from dashboard.store.mandates import MandateRows
from dashboard.store.private import PrivateFacts
from dashboard.store.removals import RemovalRows
from dashboard.store.revocations import RevocationRows
from dashboard.store.shared_accounts import SharedAccountRows
from dashboard.store.tellings import TellingRows
from dashboard.store.token_rotations import TokenRotationRows
from dashboard.store.trail import Trail
from dashboard.store.vault import Vault


class CoreStore:
    """What onboarding and debits keep. The database is migrated already."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self.database = database
        self.trail = Trail(database)
        self.private = PrivateFacts(database, vault)
        self.customers = CustomerRows(database)
        self.customer_files = CustomerFiles(database)
        self.tellings = TellingRows(database)
        self.attempts = AttemptRows(database, vault, clock)
        self.items = ItemRows(database, vault)
        self.accounts = AccountRows(database)
        self.bank_data = BankDataRows(database, self.private)
        self.mandates = MandateRows(database)
        self.debits = DebitRows(database, clock)
        self.institutions = InstitutionRows(database)
        self.acceptances = AcceptanceRows(database)
        self.locks = LockRows(database)
        self.revocations = RevocationRows(database)
        self.health = HealthRows(database)
        self.shared_accounts = SharedAccountRows(database)
        self.removals = RemovalRows(database)
        self.hosted = HostedRows(database, vault)
        self.erasures = ErasureRows(database, vault)
        self.token_rotations = TokenRotationRows(database)

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[sqlite_utils.Database]:
        """Everything inside commits together or not at all; `durable` as `Database.transaction` says."""
        with self.database.transaction(durable=durable) as handle:
            yield handle

    def close(self) -> None:
        """Close every connection."""
        self.database.close()
