"""A database of a million payments, made from the history without a server, and kept in `.bench/`.

The key of the file is the history's version, its size and the schema, so a change of any makes a new one.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks import history as generator
from benchmarks.history import DAY, History
from benchmarks.processes import ROOT, desk_environ, log, remove
from dashboard.domain.clock import Clock
from dashboard.domain.models import Secret
from dashboard.store import Store, migrations
from dashboard.store.encryption.vault import Vault
from dashboard.store.payments import projection, stripe_objects
from dashboard.sync.changes import CURSOR
from dashboard.sync.sweep import SWEPT

CACHE = ROOT / ".bench"
SLICE = 5_000  # objects in one transaction
ORDER = ("customers", "payouts", "refunds", "disputes", "payment_intents", "charges")


def key_of(count: int) -> str:
    """What the file was made of."""
    sources = (migrations.core, migrations.payments, stripe_objects, projection)
    digest = hashlib.sha256(b"".join(inspect.getsource(module).encode() for module in sources))
    digest.update(f"{generator.VERSION} {count}".encode())
    return digest.hexdigest()[:12]


def prepare(count: int, folder: Path = CACHE) -> tuple[Path, int]:
    """The database of `count` payments and the end of its history in epoch seconds; made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    db = folder / f"payments-{count}-{key_of(count)}.db"
    note = db.with_suffix(".json")
    if note.exists() and db.exists():
        return db, int(json.loads(note.read_text())["end"])
    for stale in folder.glob(f"payments-{count}-*.json"):
        remove(stale.with_suffix(".db"))
    remove(db)
    end, started = int(time.time()) // DAY * DAY, time.monotonic()
    log(f"making a database of {count:,} payments in {folder}/ (kept for the next run)")
    fill(db, History(count, end=end))
    note.write_text(json.dumps({"end": end, "seconds": time.monotonic() - started}))
    return db, end


def fill(db: Path, history: History) -> None:
    """Apply the whole history with the projection, as a finished backfill would have left it."""
    key = desk_environ("http://127.0.0.1:9", db)["ACH_DESK_KEY"]
    store = Store.open(db, Vault([Secret(key)]), Clock(), ZoneInfo("America/New_York"))
    try:
        store.database.handle.execute("PRAGMA synchronous=OFF")  # a cache that a power cut spoils is made again
        store.database.handle.execute("PRAGMA cache_size=-262144")
        for payout_id, batch in balance_transactions_of(history):
            store.projection.apply("balance_transactions", batch, payout_id=payout_id)
        for resource in ORDER:
            listing = history.resources[resource]
            for start in range(0, len(listing), SLICE):
                places = range(start, min(start + SLICE, len(listing)))
                store.projection.apply(resource, [json.loads(listing.body(place)) for place in places])
                log(f"{resource} {places[-1] + 1:,} of {len(listing):,}") if start % (SLICE * 40) == 0 else None
        for payout in history.payouts:
            store.projection.mark_itemized(f"po_{payout:020d}")
        now = int(time.time())
        with store.transaction():
            store.sync_state.end_run(store.sync_state.begin_run("backfill", now), now, {})
            store.sync_state.set_cursor(CURSOR, str(now))
            store.sync_state.set_cursor(SWEPT, str(now))
        store.database.handle.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        store.close()


def balance_transactions_of(history: History) -> Iterator[tuple[str | None, list[dict[str, Any]]]]:
    """Balance transactions by the payout that paid them out, then those in none."""
    listing, paid = history.resources["balance_transactions"], set[int]()
    for day in history.payouts:
        payout = f"po_{day:020d}"
        places = history.paid_in(payout)
        paid.update(places)
        yield payout, [json.loads(listing.body(place)) for place in places]
    rest = [place for place in range(len(listing)) if place not in paid]
    for start in range(0, len(rest), SLICE):
        yield None, [json.loads(listing.body(place)) for place in rest[start : start + SLICE]]


if __name__ == "__main__":
    print(prepare(int(sys.argv[1])))
