"""The ceiling: pages over one kept connection, json, and sqlite3; 20 columns, a transaction per page, WAL and FULL.

`python -m benchmarks.peers.raw URL FILE` prints `{"rows", "seconds"}`. It keeps no index, derives nothing and remembers
no place to resume from.
"""

from __future__ import annotations

import http.client
import json
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

COLUMNS = (
    *(
        "id",
        "created",
        "amount",
        "currency",
        "status",
        "amount_refunded",
        "disputed",
        "failure_code",
        "failure_message",
    ),
    *("rail", "payment_intent", "payment_method", "customer", "balance_transaction", "bank", "last4", "fingerprint"),
    *("descriptor", "reference", "description"),
)


def row_of(charge: dict[str, Any]) -> tuple[Any, ...]:
    """A charge's 20 columns."""
    details = charge["payment_method_details"]
    bank = details[details["type"]]
    return (
        *(charge["id"], charge["created"], charge["amount"], charge["currency"], charge["status"]),
        *(charge["amount_refunded"], charge["disputed"], charge["failure_code"], charge["failure_message"]),
        *(details["type"], charge["payment_intent"], charge["payment_method"], charge["customer"]),
        *(charge["balance_transaction"], bank["bank_name"], bank["last4"], bank["fingerprint"]),
        *(charge["statement_descriptor"], charge["metadata"].get("invoice_reference"), charge["description"]),
    )


def fill(url: str, file: Path) -> int:
    """Page all charges into a new file; returns the number of rows."""
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute(f"CREATE TABLE charge ({', '.join(COLUMNS)}, PRIMARY KEY (id)) WITHOUT ROWID")
    updates = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])
    marks = ", ".join("?" * len(COLUMNS))
    upsert = f"INSERT INTO charge VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {updates}"
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    headers, path, count = {"Authorization": "Bearer sk_test_bench"}, "/v1/charges?limit=100", 0
    after = ""
    while True:
        connection.request("GET", path + after, headers=headers)
        page = json.loads(connection.getresponse().read())
        db.execute("BEGIN IMMEDIATE")
        db.executemany(upsert, [row_of(charge) for charge in page["data"]])
        db.execute("COMMIT")
        count += len(page["data"])
        if not page["has_more"]:
            break
        after = f"&starting_after={page['data'][-1]['id']}"
    db.close()
    return count


if __name__ == "__main__":
    started = time.monotonic()
    rows = fill(sys.argv[1], Path(sys.argv[2]))
    print(json.dumps({"rows": rows, "seconds": time.monotonic() - started}))
