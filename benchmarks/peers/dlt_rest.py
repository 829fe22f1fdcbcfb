"""The rival: dlt's `rest_api` source, merged into SQLite, as its documentation sets it up.

`python -m benchmarks.peers.dlt_rest URL FOLDER` loads, or loads what is new into the same folder, and prints
`{"rows", "seconds"}`. Pages come by its own cursor paginator, the next load starts at the newest `created` that it has
(`incremental`): Stripe's objects have no `updated` that it could go by. A charge holds no list, so it is one table.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
os.environ.setdefault("RUNTIME__LOG_LEVEL", "ERROR")


def load(url: str, folder: Path) -> float:
    """Run the pipeline once; returns the seconds it took, imports not counted."""
    import dlt
    from dlt.sources.rest_api import rest_api_source

    source = rest_api_source(
        {
            "client": {
                "base_url": f"{url}/v1/",
                "auth": {"type": "bearer", "token": "sk_test_bench"},
                "paginator": {
                    "type": "cursor",
                    "cursor_path": "data[-1].id",
                    "cursor_param": "starting_after",
                    "has_more_path": "has_more",
                },
            },
            "resource_defaults": {
                "primary_key": "id",
                "write_disposition": "merge",
            },
            "resources": [
                {
                    "name": "charges",
                    "endpoint": {
                        "path": "charges",
                        "data_selector": "data",
                        "params": {"limit": 100},
                        "incremental": {"cursor_path": "created", "start_param": "created[gte]", "initial_value": 0},
                    },
                }
            ],
        }
    )
    pipeline = dlt.pipeline(
        pipeline_name="bench",
        pipelines_dir=str(folder / "pipelines"),
        destination=dlt.destinations.sqlalchemy(f"sqlite:///{folder / 'dlt.db'}"),
        dataset_name="stripe",
    )
    started = time.monotonic()
    pipeline.run(source)
    return time.monotonic() - started


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    seconds = load(sys.argv[1], Path(sys.argv[2]))
    print(json.dumps({"seconds": seconds}))
