"""`python -m dashboard.sandbox`: the stand-in for Plaid, Stripe and Link, by itself."""

from __future__ import annotations

import argparse
from pathlib import Path

from dashboard.sandbox.server import run


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(prog="python -m dashboard.sandbox", description="The ACH Desk sandbox.")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--state", type=Path, required=True, help="its own SQLite file")
    parser.add_argument("--rate-limit", type=int, help="requests a second per endpoint (off)")
    parser.add_argument("--payments", type=int, help="seed this many payments (about 400)")
    parser.add_argument("--seed", type=int, default=1, help="of the history's random numbers")
    parser.add_argument("--no-history", action="store_true", help="start empty")
    chosen = parser.parse_args()
    run(
        port=chosen.port,
        state_path=chosen.state,
        payments=chosen.payments,
        rate_limit=chosen.rate_limit,
        seed=chosen.seed,
        history_wanted=not chosen.no_history,
    )


if __name__ == "__main__":
    main()
