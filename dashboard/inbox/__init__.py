"""One inbox for each role: what is to be done, each line given to somebody, noted, and put away when it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError
from dashboard.domain.inbox import NOTE_LIMIT, InboxGroup, InboxKind, InboxLine, InboxMark
from dashboard.domain.models import Actor
from dashboard.inbox.sources import Found, Source
from dashboard.operations.open_jobs import OpenJob
from dashboard.staff.access import Permission, can, require
from dashboard.store import Store

LONGEST_NAME = 100


class Inbox:
    """Reads the lines that a person may see, and keeps what the team makes of them."""

    def __init__(self, store: Store, clock: Clock, sources: Sequence[Source]) -> None:
        self._store, self._clock, self._sources = store, clock, sources
        self.changes = 0  # made by this process: what was counted before one is not true any more

    def list(self, actor: Actor, *, waits: bool = True) -> list[InboxGroup]:
        """Every kind that has something, money in doubt first; what is done stands apart, never unsaid.

        Where it does not wait, what cannot be told at once is left out: a million payments are read after a start.
        """
        require(actor, Permission.VIEW_CUSTOMERS)
        groups, subjects = list[InboxGroup](), set[str]()
        for source in self._sources:
            if not can(actor, source.permission) or not (waits or source.is_ready()):
                continue
            found = source.find(actor)
            if source.kind is InboxKind.OPERATION:  # those of what is listed already are no line of their own
                found = _without(found, subjects)
            marks = self._store.inbox.of(source.kind, [subject for subject, _, _ in found.lines])
            lines = [
                InboxLine(source.kind, subject, state, about, marks.get(subject))
                for subject, state, about in found.lines
            ]
            subjects |= {line.subject for line in lines}
            done = [line for line in lines if line.is_done]
            if lines:
                groups.append(
                    InboxGroup(source.kind, found.count - len(done), [one for one in lines if not one.is_done], done)
                )
        return groups

    def people(self, actor: Actor) -> Sequence[str]:
        """To whom a line can be given: this person, and who works on cases and lines already."""
        require(actor, Permission.VIEW_CUSTOMERS)
        others = {*self._store.inbox.assignees(), *self._store.cases.assignees()} - {actor.name}
        return [actor.name, *sorted(others)]

    def assign(self, actor: Actor, kind: InboxKind, subject: str, person: str) -> None:
        """Give a line to somebody; an empty name takes it back. A case keeps that itself.

        Raises InputError, AccessDenied.
        """
        require(actor, Permission.WORK_INBOX)
        if len(person) > LONGEST_NAME:
            raise InputError("The name is too long.", action=f"Write at most {LONGEST_NAME} characters.")
        self._change(actor, kind, subject, "inbox.assigned", lambda mark: replace(mark, assignee=person.strip()))

    def note(self, actor: Actor, kind: InboxKind, subject: str, text: str) -> None:
        """Write a note at a line in the place of the one before. Raises InputError, AccessDenied."""
        require(actor, Permission.WORK_INBOX)
        text = text.strip()
        if len(text) > NOTE_LIMIT:
            raise InputError("The note is too long.", action=f"Write at most {NOTE_LIMIT} characters.")
        self._change(actor, kind, subject, "inbox.noted", lambda mark: replace(mark, note=text))

    def done(self, actor: Actor, kind: InboxKind, subject: str, state: str) -> None:
        """Put a line away as it stands; in another state it comes back. Raises InputError, AccessDenied."""
        require(actor, Permission.WORK_INBOX)
        self._change(actor, kind, subject, "inbox.done", lambda mark: replace(mark, done_as=state))

    def undo(self, actor: Actor, kind: InboxKind, subject: str) -> None:
        """Bring back what was put away. Raises InputError, AccessDenied."""
        require(actor, Permission.WORK_INBOX)
        self._change(actor, kind, subject, "inbox.undone", lambda mark: replace(mark, done_as=None))

    def _change(
        self, actor: Actor, kind: InboxKind, subject: str, action: str, change: Callable[[InboxMark], InboxMark]
    ) -> None:
        source = next((one for one in self._sources if one.kind is kind), None)
        if source is None or kind is InboxKind.CASE or not subject or len(subject) > LONGEST_NAME:
            raise InputError("The line is not known.", action="Reload the page.")
        require(actor, source.permission)
        now = self._clock.now()
        with self._store.transaction():
            mark = change(self._store.inbox.get(kind, subject))
            self._store.inbox.put(mark, actor.name, now)
            facts = {"to": mark.assignee} if action == "inbox.assigned" else {}
            self._store.trail.append(actor, action, subject, now, about=kind.value, **facts)
        self.changes += 1


def _without(found: Found, subjects: set[str]) -> Found:
    lines = [line for line in found.lines if isinstance(line[2], OpenJob) and line[2].subject not in subjects]
    return Found(lines, len(lines))
