"""Closing a month: one person asks, another one signs, and what was signed never changes; two people reopen it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from dashboard.books import MonthBooks
from dashboard.books.journal import Journal
from dashboard.domain.approvals import digest_of
from dashboard.domain.books import (
    OLD_RAIL,
    AfterClose,
    Balance,
    Books,
    CloseState,
    Movement,
    after_close,
    figures_of,
    read_month,
)
from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError, Refused
from dashboard.domain.formatting import count, month_of
from dashboard.domain.ids import new_id
from dashboard.domain.models import Actor
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require, require_proof
from dashboard.store import Store
from dashboard.store.engine.dialect import IntegrityError
from dashboard.store.sql import from_epoch, maybe_from_epoch, to_epoch, to_json

LONGEST_REASON = 300
CLOSING = "|Closing balance"  # how such a figure's name ends
ONCE_CLOSED = "After the close of the month before"


@dataclass(frozen=True)
class ClosedMonth:
    """A month as it stands and as it was signed: `close` is its row or None, `late` what has changed since.

    `digest` is that of what a second person answers: of the inputs as they are now while a close waits to be signed, of
    the question while a reopening waits; else it is empty.
    """

    books: Books
    close: Mapping[str, Any] | None
    late: tuple[AfterClose, ...]
    digest: str

    @property
    def state(self) -> CloseState | None:
        """Where its close is; None where nobody has asked for one."""
        return CloseState(self.close["state"]) if self.close else None

    @property
    def asked_at(self) -> datetime | None:
        """When somebody asked for the close."""
        return from_epoch(self.close["asked_at"]) if self.close else None

    @property
    def closed_at(self) -> datetime | None:
        """When it was signed; None where it waits."""
        return maybe_from_epoch(self.close["closed_at"]) if self.close else None


class MonthClose:
    """Closes and reopens months."""

    def __init__(self, store: Store, clock: Clock, settings: Settings, books: MonthBooks) -> None:
        self._store, self._clock, self._settings, self._books = store, clock, settings, books
        self._journal = Journal(store, clock, settings)

    def look(self, actor: Actor, month: str) -> ClosedMonth:
        """A month with its close; what came after the close of the one before is a movement of its own here."""
        require(actor, Permission.VIEW_STATEMENTS)
        books = self._carry_over(self._books.look(actor, month))
        close = self._store.month_closes.live(month)
        late: tuple[AfterClose, ...] = ()
        if close and CloseState(close["state"]).is_in_force:
            late = after_close(json.loads(close["inputs"])["figures"], figures_of(books))
        digest = ""
        if close and close["state"] == CloseState.WAITING:
            digest = digest_of(self._inputs(actor, books))
        elif close and close["state"] == CloseState.REOPENING:
            digest = _question_of(close)
        return ClosedMonth(books, close, late, digest)

    def ask(self, actor: Actor, month: str) -> None:
        """Ask for a close. Raises Refused where anything stands in the way, InputError where one waits."""
        require(actor, Permission.CLOSE_MONTH)
        with self._store.transaction():
            seen = self.look(actor, month)
            _require_clear(seen.books)
            inputs = self._inputs(actor, seen.books)
            now, id = self._clock.now(), new_id("close")
            who: dict[str, object] = {"asked_by": actor.name, "asked_key": actor.key, "asked_at": to_epoch(now)}
            values = {"id": id, "month": month, "state": CloseState.WAITING.value, "inputs": to_json(inputs)}
            try:
                self._store.month_closes.add({**values, "digest": digest_of(inputs), **who})
            except IntegrityError:
                raise _moved() from None
            self._store.trail.append(actor, "month.close_asked", month, now, digest=digest_of(inputs))

    def sign(self, actor: Actor, month: str, digest: str) -> None:
        """Close a month as the second person, with the digest that was shown.

        Raises AccessDenied without proof, Refused for one's own question or where anything stands in the way,
        InputError where it has changed.
        """
        require(actor, Permission.CLOSE_MONTH)
        require_proof(actor, "Closing a month", self._clock.real())
        with self._deciding(actor, month):
            close = self._live(month, CloseState.WAITING)
            _require_another(actor, close["asked_by"], close["asked_key"])
            seen = self.look(actor, month)
            _require_clear(seen.books)
            if not digest == close["digest"] == seen.digest:
                raise InputError(
                    "The month has changed since the close was asked for.",
                    meaning="Nothing was closed.",
                    action="Withdraw the question, look at the month, and ask again.",
                    code="changed",
                )
            now = self._clock.now()
            values = {"state": CloseState.CLOSED.value, "closed_by": actor.name, "closed_key": actor.key}
            self._store.month_closes.move(close["id"], {**values, "closed_at": to_epoch(now)})
            self._store.trail.append(actor, "month.closed", month, now, digest=digest, asked_by=close["asked_by"])

    def withdraw(self, actor: Actor, month: str) -> None:
        """End a question that nobody has answered. Raises InputError."""
        require(actor, Permission.CLOSE_MONTH)
        with self._store.transaction():
            close = self._live(month, CloseState.WAITING)
            self._end(actor, close, CloseState.WITHDRAWN, "month.close_withdrawn")

    def ask_reopening(self, actor: Actor, month: str, reason: str) -> None:
        """Ask for a month to be reopened. Raises InputError without a reason, Refused where a later one is closed."""
        require(actor, Permission.CLOSE_MONTH)
        words = " ".join(reason.split())
        if not words or len(words) > LONGEST_REASON or not words.isprintable():
            raise InputError(
                f"The reason is empty or longer than {LONGEST_REASON} characters.",
                meaning="Nothing was reopened.",
                action="Write in a sentence why.",
                code="invalid_reason",
            )
        with self._store.transaction():
            close = self._live(month, CloseState.CLOSED)
            self._require_last(month)
            values = {"state": CloseState.REOPENING.value, "reason": words}
            who = {"reopen_by": actor.name, "reopen_key": actor.key}
            self._store.month_closes.move(close["id"], {**values, **who})
            self._store.trail.append(actor, "month.reopen_asked", month, self._clock.now(), reason=words)

    def reopen(self, actor: Actor, month: str, digest: str) -> None:
        """Reopen a month as the second person, with the digest that was shown; the signed statement is kept.

        Raises AccessDenied without proof, Refused for one's own question or where a later month is closed, InputError
        where another question has taken its place.
        """
        require(actor, Permission.CLOSE_MONTH)
        require_proof(actor, "Reopening a month", self._clock.real())
        with self._deciding(actor, month):
            close = self._live(month, CloseState.REOPENING)
            _require_another(actor, close["reopen_by"], close["reopen_key"])
            self._require_last(month)
            if digest != _question_of(close):
                raise InputError(
                    "Another question has taken the place of the one you saw.",
                    meaning="Nothing was reopened.",
                    action="Reload the page, read why, then decide.",
                    code="changed",
                )
            self._end(actor, close, CloseState.REOPENED, "month.reopened")

    def keep_closed(self, actor: Actor, month: str) -> None:
        """Say no to a reopening, as its asker or anybody who may close. Raises InputError."""
        require(actor, Permission.CLOSE_MONTH)
        with self._store.transaction():
            close = self._live(month, CloseState.REOPENING)
            self._store.month_closes.move(close["id"], {"state": CloseState.CLOSED.value})
            self._store.trail.append(actor, "month.reopen_declined", month, self._clock.now(), reason=close["reason"])

    # Parts.

    def _inputs(self, actor: Actor, books: Books) -> dict[str, Any]:
        """The figures, what is on its way, and a digest of every row that they are made of."""
        month = books.month
        days = month.first.isoformat(), month.after.isoformat()
        sources = self._store.month_closes.sources(month.begins_at, month.ends_at, days)
        names = ("balance_transactions", "payouts", "bank_lines", "matches")
        return {
            "month": month.name,
            "figures": figures_of(books),
            "journal": [one.as_list() for one in self._journal.entries_now(actor, month)],
            "on_their_way": [[one.id, one.cents, one.currency, one.arrival.isoformat()] for one in books.on_their_way],
            "sources": {
                name: {"rows": len(rows), "sha256": hashlib.sha256(to_json(rows).encode()).hexdigest()}
                for name, rows in zip(names, sources, strict=True)
            },
        }

    def _carry_over(self, books: Books) -> Books:
        """Where the month before was signed, this one opens with its closing balance, and shows what came since."""
        before = self._store.month_closes.live((books.month.first - timedelta(days=1)).isoformat()[:7])
        if before is None or not CloseState(before["state"]).is_in_force:
            return books
        signed = json.loads(before["inputs"])["figures"]
        balances = []
        for one in (*books.balances, *_vanished(signed, books)):
            opening = int(signed.get(f"{one.rail}|{one.currency}{CLOSING}", 0))
            since = one.opening - opening
            late = (Movement(ONCE_CLOSED, 1, since, 0, since),) if since else ()
            balances.append(replace(one, opening=opening, movements=(*late, *one.movements)))
        return replace(books, balances=tuple(balances))

    def _live(self, month: str, state: CloseState) -> dict[str, Any]:
        read_month(month, self._settings.timezone)
        close = self._store.month_closes.live(month)
        if close is None or close["state"] != state:
            raise _moved()
        return close

    @contextmanager
    def _deciding(self, actor: Actor, month: str) -> Iterator[None]:
        """A second person's decision in one transaction: of two at one instant the second sees the first.

        What is refused stands in the trail.
        """
        try:
            with self._store.transaction():
                yield
        except Refused as error:
            self._store.trail.append(actor, "month.close_refused", month, self._clock.now(), code=error.code)
            raise

    def _require_last(self, month: str) -> None:
        later = self._store.month_closes.closed_after(month)
        if later is not None:
            name = month_of(read_month(later, self._settings.timezone).first)
            raise Refused(
                f"{name} is closed, and begins with the balance that this month was closed with.",
                meaning="Nothing was reopened.",
                action=f"Reopen {name} first.",
                code="later_month_closed",
            )

    def _end(self, actor: Actor, close: Mapping[str, Any], state: CloseState, action: str) -> None:
        now = self._clock.now()
        values = {"state": state.value, "ended_by": actor.name, "ended_at": to_epoch(now)}
        self._store.month_closes.move(close["id"], values)
        self._store.trail.append(actor, action, close["month"], now, digest=close["digest"], reason=close["reason"])


def _vanished(signed: Mapping[str, int], books: Books) -> list[Balance]:
    """Balances that were signed and have nothing now: what they were made of belongs to another rail, by news of it."""
    present = {f"{one.rail}|{one.currency}{CLOSING}" for one in books.balances}
    gone = [
        name.split("|") for name, cents in signed.items() if name.endswith(CLOSING) and cents and name not in present
    ]
    return [Balance(rail == OLD_RAIL, currency, 0, (), 0, 0) for rail, currency, _ in gone]


def _question_of(close: Mapping[str, Any]) -> str:
    """What stands for a question to reopen: of which close, by whom, and why."""
    return digest_of({name: close[name] for name in ("id", "reopen_by", "reopen_key", "reason")})


def _require_another(actor: Actor, name: str, key: str) -> None:
    """The same person under another address is no second one. Raises Refused."""
    if {actor.key, actor.name} & {name, key}:
        raise Refused(
            "You asked for this yourself.",
            meaning="A second person signs; the same person under another address is not one.",
            action="Ask a colleague who may close a month.",
            code="own_request",
        )


def _require_clear(books: Books) -> None:
    if books.blockers:
        raise Refused(
            f"{count(len(books.blockers), 'thing')} still to be done, the first: {books.blockers[0].what}",
            meaning="Nothing was closed.",
            action="See the list on the page.",
            code="month_blocked",
        )


def _moved() -> InputError:
    return InputError(
        "The close of this month is not where you saw it.",
        meaning="Nothing was changed.",
        action="Reload the page.",
        code="close_moved",
    )
