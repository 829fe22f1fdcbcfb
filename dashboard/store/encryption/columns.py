"""Where sealed secrets lie, and their renewal under the newest key while the desk runs."""

from __future__ import annotations

from collections.abc import Iterator

from dashboard.domain.errors import UnreadableSecret
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.database import Database
from dashboard.store.engine.dialect import ADDED

# Every column that holds a sealed secret. A test finds the BLOB columns of the schema and compares.
SEALED = {
    "customer_key": ("key",),
    "evidence_pack": ("sealed",),
    "item": ("access_token",),
    "link_attempt": ("link_token", "public_token", "bank_token"),
    "link_hosted": ("url",),
    "retained_proof": ("sealed",),
}
LOST_KEY = UnreadableSecret(
    "Stored bank tokens cannot be read with the keys in ACH_DESK_KEY.",
    meaning="The key that they were written with is missing. Payments are shown and synced as before, but no balance"
    " can be asked for and no bank connection used, changed or removed.",
    action="Add the old key after the new one in ACH_DESK_KEY, separated by a comma, and start again. If it is lost for"
    " good, every bank has to be linked again.",
    code="unreadable_secret",
)
BATCH = 100  # a rotation holds the write lock for one batch at a time, a few milliseconds


class SealedColumns:
    """Counts, samples and renews the stored secrets."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    def sample(self, count: int = 20) -> list[bytes]:
        """Some stored secrets of each column, the oldest first: those that a lost key would hit."""
        found: list[bytes] = []
        for table, column in _columns():
            query = f"SELECT {column} AS sealed FROM {table} WHERE {column} IS NOT NULL ORDER BY {ADDED} LIMIT ?"
            found += [row["sealed"] for row in self._database.handle.query(query, [count])]
        return found

    def are_readable(self) -> bool:
        """Whether the keys at hand open what is stored."""
        try:
            for sealed in self.sample():
                self._vault.open(sealed)
        except UnreadableSecret:
            return False
        return True

    def renew_batch(self, after: str = "") -> tuple[str, int]:
        """Renew the next batch after this place; returns the new place (empty at the end) and how many were renewed.

        Renewing twice does no harm, so an interrupted rotation starts again from its last place or from the beginning.
        Raises UnreadableSecret.
        """
        table_at, row_at = after.split("/") if after else ("", "0")
        with self._database.transaction() as db:
            for table, columns in SEALED.items():
                if table < table_at:
                    continue
                start = int(row_at) if table == table_at else 0
                names = ", ".join(columns)
                query = f"SELECT {ADDED} AS place, {names} FROM {table} WHERE {ADDED} > ? ORDER BY {ADDED} LIMIT ?"
                rows = list(db.query(query, [start, BATCH]))
                if not rows:
                    continue
                renewed = 0
                for row in rows:
                    new = {name: self._vault.renew(row[name]) for name in columns if row[name] is not None}
                    if new:
                        setting = ", ".join(f"{name} = :{name}" for name in new)
                        db.execute(
                            f"UPDATE {table} SET {setting} WHERE {ADDED} = :place", {**new, "place": row["place"]}
                        )
                        renewed += len(new)
                return f"{table}/{rows[-1]['place']}", renewed
        return "", 0


def _columns() -> Iterator[tuple[str, str]]:
    for table, columns in SEALED.items():
        for column in columns:
            yield table, column
