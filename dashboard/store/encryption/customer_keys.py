"""Personal facts in the audit trail: sealed under a key per customer, so that they can be forgotten."""

from __future__ import annotations

import json
from collections.abc import Mapping

from dashboard.domain.models import Secret
from dashboard.store.encryption.vault import Vault, make_key
from dashboard.store.engine.database import Database


class PrivateFacts:
    """Seals and opens what the trail says about one customer; the table `customer_key`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def seal(self, customer_id: str, facts: Mapping[str, object]) -> str:
        """The facts as sealed text, under the customer's key, which is made at first use: call it in a transaction."""
        vault = self._own_vault(customer_id)
        if vault is None:
            key = make_key()
            with self._database.transaction() as db:
                sealed = self._vault.seal(key)
                db.execute("INSERT INTO customer_key (customer_id, key) VALUES (?, ?)", [customer_id, sealed])
            vault = Vault([key])
        return vault.seal(Secret(json.dumps(facts, sort_keys=True))).decode()

    def open(self, customer_id: str, sealed: str) -> dict[str, object] | None:
        """The facts back; None where the customer was erased. Raises UnreadableSecret."""
        vault = self._own_vault(customer_id)
        if vault is None:
            return None
        facts: dict[str, object] = json.loads(vault.open(sealed.encode()).reveal())
        return facts

    def forget(self, customer_id: str) -> None:
        """Destroy the customer's key; what was sealed under it can never be read again."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM customer_key WHERE customer_id = ?", [customer_id])

    def _own_vault(self, customer_id: str) -> Vault | None:
        rows = self._database.handle.query("SELECT key FROM customer_key WHERE customer_id = ?", [customer_id])
        return next((Vault([self._vault.open(row["key"])]) for row in rows), None)
