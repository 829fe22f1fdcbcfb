"""The `ach-desk` command: one verb for each thing that is done outside the browser."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from dashboard.errors import DeskError
from dashboard.settings import Need, load_settings

SECRETS = Path(".streamlit/secrets.toml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; the exit status is 0 where it did what was asked, 1 where it could not, 2 for a wrong call."""
    chosen = build_parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except DeskError as error:
        print(error.sentences(), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def build_parser() -> argparse.ArgumentParser:
    """Every verb with its options."""
    parser = argparse.ArgumentParser(
        prog="ach-desk", description="ACH Desk: link a bank in person, debit it, see the status."
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    demo = verbs.add_parser("demo", help="start the sandbox, the app and a sync, and print one address")
    demo.add_argument("--port", type=int, help="the app's port (default 8501, or a free one)")
    demo.add_argument("--payments", type=int, help="seed this many payments instead of a few weeks of them")
    demo.set_defaults(run=_demo)

    serve = verbs.add_parser("serve", help="serve the app, with a sync beside it")
    serve.add_argument("--port", type=int, default=8501)
    serve.add_argument("--no-sync", action="store_true", help="do not keep a sync going beside the app")
    serve.set_defaults(run=_serve)

    sync = verbs.add_parser("sync", help="read what is new at Stripe into the database")
    sync.add_argument("--full", action="store_true", help="read everything again, from the first payment")
    sync.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    sync.add_argument("--watch", action="store_true", help="go on, at an interval that Stripe's read allowance bears")
    sync.set_defaults(run=_sync)

    sandbox = verbs.add_parser("sandbox", help="run the stand-in for Plaid, Stripe and Link alone")
    sandbox.add_argument("--port", type=int, default=0)
    sandbox.add_argument("--state", type=Path, required=True, help="its own SQLite file")
    sandbox.add_argument("--payments", type=int, help="seed this many payments")
    sandbox.add_argument("--rate-limit", type=int, help="refuse more requests a second than this, per endpoint")
    sandbox.set_defaults(run=_sandbox)

    keys = verbs.add_parser("keys", help="make an encryption key for ACH_DESK_KEY")
    keys.add_argument("what", choices=["init"])
    keys.set_defaults(run=_keys)
    return parser


def _demo(chosen: argparse.Namespace) -> int:
    from dashboard.demo import run_demo

    return run_demo(os.environ, port=chosen.port, payments=chosen.payments)


def _serve(chosen: argparse.Namespace) -> int:
    from dashboard.processes import Child, stopping

    load_settings(os.environ, SECRETS, needs=frozenset(Need))  # say what is missing here, not in a browser
    children: list[Child] = []
    with stopping(children):
        if not chosen.no_sync:
            children.append(Child("sync", ["-m", "dashboard", "sync", "--watch"], os.environ))
            children[-1].drain()
        from dashboard.app import serve

        serve(chosen.port)
    return 0


def _sync(chosen: argparse.Namespace) -> int:
    from dashboard.desk import open_desk

    settings = load_settings(os.environ, SECRETS, needs=frozenset({Need.STRIPE, Need.KEY}))
    desk = open_desk(settings)
    full = chosen.full
    while True:
        report = desk.sync.run(full=full)
        print(json.dumps(report.as_dict()) if chosen.json else report.sentence(), flush=True)
        if not chosen.watch:
            return 0
        full = False
        time.sleep(desk.sync.interval())


def _sandbox(chosen: argparse.Namespace) -> int:
    from dashboard.sandbox.server import run

    run(port=chosen.port, state_path=chosen.state, payments=chosen.payments, rate_limit=chosen.rate_limit)
    return 0


def _keys(chosen: argparse.Namespace) -> int:
    from dashboard.store.vault import make_key

    print(make_key().reveal())
    return 0
