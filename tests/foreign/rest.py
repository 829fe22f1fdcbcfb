"""dlt's `rest_api` source against the sandbox; runs in its own environment and prints how many rows each table has.

`python rest.py URL KEY`
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
os.environ.setdefault("RUNTIME__LOG_LEVEL", "ERROR")

TABLES = ("charges", "customers", "payment_intents", "balance_transactions", "payouts", "refunds", "disputes", "events")


def load(url: str, key: str, folder: Path) -> dict[str, int]:
    """One load of every list, page after page by its own cursor paginator."""
    import dlt
    from dlt.sources.rest_api import rest_api_source

    pages = {"type": "cursor", "cursor_path": "data[-1].id", "cursor_param": "starting_after"}
    source = rest_api_source(
        {
            "client": {
                "base_url": f"{url}/v1/",
                "auth": {"type": "bearer", "token": key},
                "paginator": {**pages, "has_more_path": "has_more"},
            },
            "resource_defaults": {"primary_key": "id", "write_disposition": "merge", "max_table_nesting": 0},
            "resources": [
                {"name": name, "endpoint": {"path": name, "data_selector": "data", "params": {"limit": 100}}}
                for name in TABLES
            ],
        }
    )
    pipeline = dlt.pipeline(
        pipeline_name="foreign",
        pipelines_dir=str(folder / "pipelines"),
        destination=dlt.destinations.sqlalchemy(f"sqlite:///{folder / 'dlt.db'}"),
        dataset_name="stripe",
    )
    pipeline.run(source)
    with sqlite3.connect(folder / "dlt__stripe.db") as db:
        return {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as scratch:
        sys.stdout.write(json.dumps(load(sys.argv[1], sys.argv[2], Path(scratch))))
