"""Items: the connections to banks, with their sealed access tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dashboard.domain.errors import Refused
from dashboard.domain.models import Generation, Item, ItemState, Secret
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED
from dashboard.store.sql import Row, from_epoch, insert, select, select_one, to_epoch, update


class ItemTable:
    """The table `item`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def add(self, item: Item, access_token: Secret, plaid_item_id: str | None) -> None:
        """Insert a new Item with its access token, sealed. The classic generation has no Plaid item id."""
        with self._database.transaction() as db:
            insert(
                db,
                "item",
                {
                    "id": item.id,
                    "plaid_item_id": plaid_item_id,
                    "customer_id": item.customer_id,
                    "generation": item.generation.value,
                    "institution_id": item.institution_id,
                    "institution_name": item.institution_name,
                    "state": item.state.value,
                    "access_token": self._vault.seal(access_token),
                    "created_at": to_epoch(item.created_at),
                    "updated_at": to_epoch(item.created_at),
                },
            )

    def get(self, id: str) -> Item | None:
        """One Item by our id."""
        row = select_one(self._database.handle, "SELECT * FROM item WHERE id = ?", [id])
        return _item(row) if row else None

    def plaid_id(self, id: str) -> str | None:
        """What Plaid calls an Item; None in the classic generation, which has no such id."""
        row = select_one(self._database.handle, "SELECT plaid_item_id FROM item WHERE id = ?", [id])
        return row["plaid_item_id"] if row else None

    def find_plaid(self, plaid_item_id: str) -> str | None:
        """Our id of what Plaid calls by this one; None where the desk has no such connection."""
        row = select_one(self._database.handle, "SELECT id FROM item WHERE plaid_item_id = ?", [plaid_item_id])
        return row["id"] if row else None

    def list(self, customer_id: str | None = None) -> list[Item]:
        """The Items of one customer or of all, newest first."""
        rows = select(
            self._database.handle,
            "SELECT * FROM item WHERE :customer IS NULL OR customer_id = :customer"
            f" ORDER BY created_at DESC, {ADDED} DESC",
            {"customer": customer_id},
        )
        return [_item(row) for row in rows]

    def access_token(self, id: str) -> Secret:
        """The access token. Raises Refused where the connection was removed, UnreadableSecret where no key fits."""
        row = select_one(self._database.handle, "SELECT access_token FROM item WHERE id = ?", [id])
        if row is None or row["access_token"] is None:
            raise Refused(
                "This bank connection was removed.",
                meaning="The desk no longer has a token for it.",
                action="Link the bank again.",
                code="item_removed",
            )
        return self._vault.open(row["access_token"])

    def without_account(self, limit: int = 200) -> Sequence[Item]:
        """Connections that hold a token but have no bank account, and no attempt that somebody can go on with."""
        rows = select(
            self._database.handle,
            "SELECT i.* FROM item i WHERE i.access_token IS NOT NULL AND i.state NOT IN ('removing', 'removed')"
            " AND NOT EXISTS (SELECT 1 FROM bank_account a WHERE a.item_id = i.id)"
            " AND NOT EXISTS (SELECT 1 FROM link_attempt l WHERE l.item_id = i.id AND (l.state NOT IN"
            " ('failed', 'exited', 'authorized', 'unknown') OR l.resumable))"
            " ORDER BY i.created_at DESC LIMIT ?",
            [limit],
        )
        return [_item(row) for row in rows]

    def replace_token(self, id: str, access_token: Secret, at: datetime) -> None:
        """Keep a new access token in place of the old one."""
        with self._database.transaction() as db:
            update(db, "item", id, {"access_token": self._vault.seal(access_token), "updated_at": to_epoch(at)})

    def set_state(self, id: str, state: ItemState, at: datetime) -> None:
        """Keep whether the connection works; a removed one loses its token."""
        values: dict[str, object] = {"state": state.value, "updated_at": to_epoch(at)}
        if state is ItemState.REMOVED:
            values["access_token"] = None
        with self._database.transaction() as db:
            update(db, "item", id, values)


def _item(row: Row) -> Item:
    return Item(
        id=row["id"],
        customer_id=row["customer_id"],
        generation=Generation(row["generation"]),
        institution_id=row["institution_id"],
        institution_name=row["institution_name"],
        state=ItemState(row["state"]),
        created_at=from_epoch(row["created_at"]),
    )
