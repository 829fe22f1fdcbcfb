"""Whether the audit trail is as the desk wrote it: its rows, their order and times, its end, and what guards it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlite_utils

from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.dialect import definitions
from dashboard.store.migrations import define_all

GENESIS = "0" * 64
_TABLES = ("audit", "audit_head")


@dataclass(frozen=True)
class TrailEnd:
    """Where the trail ends: kept elsewhere, it proves later that nothing was cut off."""

    seq: int
    digest: str


def digest_row(previous: str, row: dict[str, Any]) -> str:
    """The chain's link: SHA-256 over the previous digest and this row's own fields."""
    body = json.dumps(
        [previous, *(row[key] for key in ("seq", "at", "actor", "address", "action", "subject", "facts"))]
    )
    return hashlib.sha256(body.encode()).hexdigest()


def make_seal(end: TrailEnd, vault: Vault) -> str:
    """An end, and what proves that the desk wrote it: nobody can make that without a key."""
    return f"{end.seq}:{end.digest}:{vault.sign(f'audit {end.seq}:{end.digest}')}"


def read_seal(handle: sqlite_utils.Database, vault: Vault) -> TrailEnd | None:
    """The end that was sealed last; None where there is no seal under one of the keys at hand."""
    seals = [str(row["seal"]) for row in handle.query("SELECT seal FROM audit_head")]
    seq, _, rest = (seals[0] if seals else "").partition(":")
    digest, _, mark = rest.partition(":")
    if not seq.isdecimal() or not vault.has_signed(f"audit {seq}:{digest}", mark):
        return None
    return TrailEnd(int(seq), digest)


def is_in_trail(handle: sqlite_utils.Database, end: TrailEnd) -> bool:
    """Whether this row is still there as it was."""
    found = [row["digest"] for row in handle.query("SELECT digest FROM audit WHERE seq = ?", [end.seq])]
    return found == [end.digest] or end == TrailEnd(0, GENESIS)


def find_changes(handle: sqlite_utils.Database, vault: Vault, noted: TrailEnd | None) -> Iterator[str]:
    """What an edit, a removal, a reorder or a change of the guards left behind, a sentence each.

    `noted` is an end that was kept elsewhere: it also finds a whole file that was put back as it was earlier.
    """
    found = list(_check_schema(handle))
    yield from (finding for _, finding in found)
    if any(kind == "table" for kind, _ in found):
        return  # what stands in their place need not have the columns
    end, last_at = TrailEnd(0, GENESIS), 0
    for row in handle.query("SELECT * FROM audit ORDER BY seq"):
        seq = row["seq"]
        if seq != end.seq + 1:
            yield f"Rows {end.seq + 1} to {seq - 1} are missing."
        if digest_row(end.digest, row) != row["digest"]:
            yield f"Row {seq} was changed, or follows a different row."
        if row["at"] < last_at:
            yield f"Row {seq} is dated before the row in front of it."
        end, last_at = TrailEnd(seq, row["digest"]), row["at"]
    if noted is not None and not is_in_trail(handle, noted):
        yield f"The row that was noted, {noted.seq}, is not in the audit trail."
    yield from _check_head(handle, end)
    yield from _check_seal(handle, vault, end)


def _check_head(handle: sqlite_utils.Database, end: TrailEnd) -> Iterator[str]:
    rows = handle.query("SELECT seq, digest FROM audit_head")
    head = next((TrailEnd(row["seq"], row["digest"] or GENESIS) for row in rows), TrailEnd(0, GENESIS))
    if head.seq > end.seq:
        yield f"Rows {end.seq + 1} to {head.seq} are missing from the end."
    elif head != end:
        yield f"The trail's head is at row {head.seq}, but the trail ends with row {end.seq}."


def _check_seal(handle: sqlite_utils.Database, vault: Vault, end: TrailEnd) -> Iterator[str]:
    sealed = read_seal(handle, vault)
    if sealed is None:
        yield "The trail's end is not sealed, or not under a key that is in ACH_DESK_KEY."
    elif not is_in_trail(handle, sealed):
        yield f"The trail was sealed with row {sealed.seq} as its last, and that row is not in it as it was."
    elif sealed != end:
        yield f"Rows {sealed.seq + 1} to {end.seq} were written without a key that is in ACH_DESK_KEY."


def _check_schema(handle: sqlite_utils.Database) -> Iterator[tuple[str, str]]:
    """What of tables, indexes and triggers is not word by word as the migrations make it: its kind, and a sentence."""
    there = {(row["type"], row["name"]): row["sql"] for row in definitions(handle, _TABLES)}
    wanted = _read_schema()
    for kind, name in sorted(wanted.keys() | there.keys()):
        if (kind, name) not in there:
            yield kind, f"The {kind} {name} is missing."
        elif (kind, name) not in wanted:
            yield kind, f"The {kind} {name} is not the desk's."
        elif there[kind, name] != wanted[kind, name]:
            yield kind, f"The {kind} {name} was replaced."


@lru_cache(maxsize=1)
def _read_schema() -> dict[tuple[str, str], str]:
    handle = sqlite_utils.Database(memory=True)
    try:
        for migrations in define_all():
            migrations.apply(handle)
        return {(row["type"], row["name"]): row["sql"] for row in definitions(handle, _TABLES)}
    finally:
        handle.close()
