"""A full sync under a stated budget: `python -m benchmarks.paced 25`, settings from the environment, one JSON line."""

from __future__ import annotations

import json
import os
import sys

from dashboard.desk import open_desk
from dashboard.gateways.stripe import Stripe
from dashboard.settings import Need, load_settings
from dashboard.sync import Sync


def main(per_endpoint: float) -> None:
    """Sync once. The overall budget is four times an endpoint's, as a live account's limit of 100 a second allows."""
    settings = load_settings(os.environ, None, needs=frozenset({Need.STRIPE, Need.KEY}))
    desk = open_desk(settings)
    sync = Sync(desk.store, Stripe(settings), desk.clock, settings, per_endpoint=per_endpoint, overall=4 * per_endpoint)
    report = sync.run(full=True)
    desk.close()
    print(json.dumps(report.as_dict()), flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]))
