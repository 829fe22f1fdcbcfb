"""`make doubles`: run seeded sequences and print what they showed; the last line is JSON. 0 where nothing was wrong."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from dashboard.debits.job import DebitKind
from dashboard.domain.clock import FixedClock
from dashboard.refunds.job import RefundKind
from dashboard.settings import load_settings
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault, make_key
from tests.doubles.sequence import Findings, Sequence, Template
from tests.unit.conftest import TUESDAY
from tests.unit.desk_fixture import DeskFixture

FIGURES = ("sequences", "second_movements", "false_refusals", "late_sends", "invisible")


def make_template(folder: Path) -> Template:
    """One customer with one linked account, in a file that each sequence starts from."""
    key, clock = make_key(), FixedClock(TUESDAY)
    environ = {
        "PLAID_CLIENT_ID": "id",
        "PLAID_SECRET": "secret",
        "STRIPE_SECRET_KEY": "sk_test_doubles",
        "ACH_DESK_KEY": key.reveal(),
        "ACH_DESK_DB": str(folder / "template.db"),
    }
    settings, vault = load_settings(environ, None), Vault([key])
    store = Store.open(folder / "template.db", vault, clock, ZoneInfo("America/New_York"))
    given = DeskFixture(store, clock, vault, settings)
    account = given.link().bank_account_id
    store.database.fold()
    store.close()
    return Template(
        folder / "template.db", str(account), settings, [key], TUESDAY, given.stripe.customers, given.stripe.sources
    )


def run(seeds: range, kind: type[DebitKind] = DebitKind, refund_kind: type[RefundKind] = RefundKind) -> Findings:
    """Every seed of the range, one after the other; a kind may be one that does wrong, to see that it is found out."""
    total = Findings()
    with tempfile.TemporaryDirectory() as folder:
        template = replace(make_template(Path(folder)), kind=kind, refund_kind=refund_kind)
        for seed in seeds:
            place = Path(folder) / str(seed)
            place.mkdir()
            total.add(Sequence(template, place, seed).run())
            for path in place.iterdir():
                path.unlink()
    return total


def run_shares(first: int, count: int, jobs: int) -> dict[str, int]:
    """The same in several processes; their figures added up."""
    share = -(-count // jobs)
    command = [sys.executable, "-m", "tests.doubles", "--jobs", "1"]
    children = []
    for start in range(first, first + count, share):
        many = min(share, first + count - start)
        arguments = [*command, "--first", str(start), "--sequences", str(many)]
        children.append(subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True))
    totals = dict.fromkeys(FIGURES, 0)
    for child in children:
        said = child.communicate()[0].strip().splitlines()
        for name, value in json.loads(said[-1]).items():
            totals[name] += value
    return totals


def main() -> int:
    """Print the figures; what was wrong goes to stderr, a line each with its seed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sequences", type=int, default=2_000)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--jobs", type=int, default=0, help="processes beside each other; 0 for one per core")
    chosen = parser.parse_args()
    jobs = chosen.jobs or os.cpu_count() or 1
    if jobs > 1:
        totals = run_shares(chosen.first, chosen.sequences, jobs)
    else:
        found = run(range(chosen.first, chosen.first + chosen.sequences))
        for line in found.broken:
            print(line, file=sys.stderr, flush=True)
        print(dict(found.events.most_common()), file=sys.stderr)
        totals = {name: getattr(found, name) for name in FIGURES}
    print(json.dumps(totals))
    return 1 if any(value for name, value in totals.items() if name != "sequences") else 0


if __name__ == "__main__":
    sys.exit(main())
