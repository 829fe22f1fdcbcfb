"""Backfill, limit and resync: our sync beside raw paging and beside dlt, on one server in one run."""

from __future__ import annotations

import importlib.util
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.history import PAGE
from benchmarks.processes import ListServer, log, remove, run_module, sync
from benchmarks.results import Results, middle

ENDPOINT_LIMIT, LATENCY = 25, 0.150  # Stripe: requests a second per endpoint; a round trip with its work
ALLOWED = ENDPOINT_LIMIT * PAGE
CHANGED_SHARE = 0.07
CHARGES = "charges"
Truth = dict[str, tuple[Any, ...]]


class Loading:
    """The parts that share a server and the databases that were filled from it; what a part needs it makes."""

    def __init__(self, server: ListServer, folder: Path, results: Results, *, repeats: int = 3) -> None:
        self.server, self.folder, self.results, self.repeats = server, folder, results, repeats
        self._whole: Path | None = None
        self._dlt: Path | None = None

    def backfill(self) -> None:
        """Only charges for all three, each into an empty file; then everything, for us."""
        count, ours, raw = self.server.count, [], []
        self.server.tune(only=CHARGES)
        for number in range(self.repeats):
            log(f"backfill of {count:,} charges, raw and ours, round {number + 1} of {self.repeats}")
            raw.append(self._raw())
            ours.append(self._ours())
        rate, ceiling = middle(ours), middle(raw)
        dlt = self._load_dlt()
        rival = count / dlt if dlt else None
        self.results.put("backfill", rows_per_s=rate, raw_rows_per_s=ceiling, dlt_rows_per_s=rival)
        say = self.results.say
        say("backfill", "ours, only charges, payments/s", f"{rate:,.0f}", ">= 10,000", rate >= 10_000)
        say("backfill", "raw paging + sqlite3, 20 columns, rows/s", f"{ceiling:,.0f}")
        say("backfill", "ours / raw", f"{rate / ceiling:.2f}", ">= 0.5", rate / ceiling >= 0.5)
        if rival:
            say("backfill", "dlt rest_api merge into SQLite, rows/s", f"{rival:,.0f}")
            say("backfill", "ours / dlt", f"{rate / rival:.1f}", ">= 5", rate / rival >= 5)
        report = self._load_whole()
        seconds = report["resources"][CHARGES]["seconds"]
        whole = f"{count / seconds:,.0f} ({report['reads']:,} reads; {report['wall']:.0f} s with search and start)"
        say("backfill", "ours, all seven resources, payments/s", whole)

    def limit(self) -> None:
        """The same under Stripe's limit and a real round trip."""
        count = self.server.count
        for only, what in ((CHARGES, "only charges"), ("", "all seven resources")):
            log(f"backfill of {count:,} payments at {ENDPOINT_LIMIT}/s and {LATENCY * 1000:.0f} ms, {what}")
            self.server.tune(latency=LATENCY, limit=ENDPOINT_LIMIT, only=only)
            db = self.folder / "limit.db"
            remove(db)
            report = sync(self.server, db, full=True, budget=ENDPOINT_LIMIT)
            refused = self.server.ask("requests")["refused"]
            remove(db)
            share = count / report["resources"][CHARGES]["seconds"] / ALLOWED
            self.results.put("limit", **{"share" if only else "share_all": share})
            reads = report["resources"][CHARGES]["reads"]
            note = f"{share:.2f} ({reads:,} pages of charges, {refused} refused)"
            self.results.say("limit", f"share of {ALLOWED:,} payments/s, {what}", note, ">= 0.9", share >= 0.9)
            if not only:  # which list is the longest depends on how many payments a payout has
                name, longest = max(report["requests"].items(), key=lambda one: one[1])
                note = f"{longest / ENDPOINT_LIMIT / report['seconds']:.2f} ({longest:,} pages of {name})"
                self.results.say(
                    "limit", "  the whole history, of the pace at which its longest list may be read", note
                )
        self.server.tune()

    def resync(self) -> None:
        """Change statuses, sync again, and compare every row with the provider's."""
        if self._whole is None:
            self._load_whole()
        if self._dlt is None:
            self.server.tune(only=CHARGES)
            self._load_dlt()
        self.server.tune()
        changed = self.server.ask("change", share=CHANGED_SHARE)
        log(f"resync after {len(changed):,} changed statuses")
        whole = self._whole
        assert whole is not None
        report = sync(self.server, whole)
        counted = self.server.ask("requests")["requests"]
        truth: Truth = {row[0]: tuple(row[1:]) for row in self.server.ask("truth")}
        equal = share_equal(truth, read_ours(whole))
        reads, event_pages = sum(counted.values()), counted.get("events", 0)
        window_pages = count_window_pages(sorted(truth, reverse=True), set(changed))
        self.results.put(
            "resync",
            rows_equal=equal,
            reads=reads,
            changed=len(changed),
            window_pages=window_pages,
            event_pages=event_pages,
            seconds=report["seconds"],
        )
        allowed = event_pages + min(len(changed), window_pages) + 10
        say = self.results.say
        say("resync", "rows equal to the provider's, ours", f"{equal:.2%}", "100 %", equal == 1)
        what = f"reads ({event_pages} pages of events, {len(changed):,} changed, {window_pages:,} pages of windows)"
        say("resync", what, f"{reads:,}", f"<= {allowed:,}", reads <= allowed)
        say("resync", "seconds, ours", f"{report['seconds']:.1f}")
        if self._dlt is not None:
            seconds = self._run_dlt(self._dlt)
            dlt_equal = share_equal({id: row[:5] for id, row in truth.items()}, read_dlt(self._dlt))
            self.results.put("resync", dlt_rows_equal=dlt_equal, dlt_seconds=seconds)
            say("resync", "rows equal, dlt incremental by `created`", f"{dlt_equal:.2%}")
            say("resync", "seconds, dlt", f"{seconds:.1f}")

    def _raw(self) -> float:
        db = self.folder / "raw.db"
        remove(db)
        found = run_module("benchmarks.peers.raw", [self.server.url, str(db)])
        remove(db)
        return float(found["rows"] / found["seconds"])

    def _ours(self) -> float:
        db = self.folder / "ours.db"
        remove(db)
        report = sync(self.server, db, full=True)
        charges = report["resources"][CHARGES]
        if charges["seen"] < self.server.count:
            raise RuntimeError(f"only {charges['seen']:,} charges came")
        remove(db)
        return float(self.server.count / charges["seconds"])

    def _load_whole(self) -> dict[str, Any]:
        log(f"backfill of {self.server.count:,} payments, all seven resources")
        self.server.tune()
        self._whole = self.folder / "whole.db"
        remove(self._whole)
        return sync(self.server, self._whole, full=True)

    def _load_dlt(self) -> float | None:
        if importlib.util.find_spec("dlt") is None:
            log("dlt is not installed (requirements-bench.lock): its numbers stay null")
            return None
        log(f"backfill of {self.server.count:,} charges by dlt")
        self._dlt = self.folder / "dlt"
        self._dlt.mkdir()
        return self._run_dlt(self._dlt)

    def _run_dlt(self, folder: Path) -> float:
        return float(run_module("benchmarks.peers.dlt_rest", [self.server.url, str(folder)])["seconds"])


def share_equal(truth: Truth, kept: Truth) -> float:
    """The share of rows that are exactly as at the provider, over all rows that either has."""
    every = truth.keys() | kept.keys()
    return sum(truth.get(id) == kept.get(id) for id in every) / len(every)


def count_window_pages(newest_first: list[str], changed: set[str]) -> int:
    """The fewest pages of 100, each the newest of a window, that show every changed charge."""
    pages, covered = 0, 0
    for place, id in enumerate(newest_first):
        if id in changed and place >= covered:
            pages, covered = pages + 1, place + PAGE
    return pages


def read_ours(db: Path) -> Truth:
    """Our charges' facts and the state that the page shows."""
    query = (
        "SELECT c.id, c.status, c.amount, c.refunded, c.disputed, coalesce(c.failure_code, ''), p.state"
        " FROM payment p LEFT JOIN charge c ON c.id = p.id"
    )
    return _read(db, query)


def read_dlt(folder: Path) -> Truth:
    """What dlt keeps of the same facts, without a state."""
    query = "SELECT id, status, amount, amount_refunded, disputed, coalesce(failure_code, '') FROM charges"
    return _read(folder / "dlt__stripe.db", query)


def _read(db: Path, query: str) -> Truth:
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    rows: Iterable[tuple[Any, ...]] = connection.execute(query).fetchall()
    connection.close()
    return {row[0]: tuple(int(value) if isinstance(value, bool) else value for value in row[1:]) for row in rows}
