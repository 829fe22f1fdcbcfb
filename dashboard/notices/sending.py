"""Sends what waits in the outbox: a message is a row first, then a call, and what it carries is told once it went out.

A process that dies between the call and its row leaves a message that is sent again, under the same id: somebody may
read a fact twice, and never misses one. The fact itself is one row, whatever happens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from dashboard.domain.clock import Clock
from dashboard.domain.errors import DeskError, ProviderBroken, ProviderError, ProviderUnreachable
from dashboard.domain.ids import new_id
from dashboard.domain.notices import Channel, ChannelState, Message, Notice, NoticeKind
from dashboard.gateways.chat import ChatLine
from dashboard.jobs.leases import new_owner, take
from dashboard.messages.notices import TITLES, NoticeWords, Reader, notice_words, title_of
from dashboard.notices.carriers import Attachment, Carrier, Letter
from dashboard.settings import Settings
from dashboard.store import Store

LEASE = "notices"
LEASED = timedelta(minutes=10)  # longer than a mail server's eight answers of up to 30 s each
GATHERED = timedelta(seconds=20)  # what is noted within so long goes in one message
MOST = 500  # notices a message; more go with the next
TO_BE_READ = frozenset({NoticeKind.SUMMARY, NoticeKind.REPORT})  # in peace: by mail first
MOST_OF_A_KIND = 10  # lines of one kind; how many more there are is said
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)  # after a failure; it doubles
LONGEST_DOUBT = timedelta(hours=6)  # where each try may have arrived: nobody wants it every hour


class Sender:
    """Empties the outbox, by one process at a time."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: Settings,
        carriers: Sequence[Carrier],
        owner: str = "",
        attach: Callable[[Notice], Sequence[Attachment]] = lambda notice: (),
    ) -> None:
        """`carriers` in the order of preference: what the first cannot take goes by the next.

        `attach` makes the files of a notice for a mail; where it raises DeskError, the mail says why there is none.
        """
        self._attach = attach
        self._store, self._clock, self._settings, self._carriers = store, clock, settings, carriers
        self._owner = owner or new_owner()

    def send_due(self) -> int:
        """Send one message where one is due; how many notices it carried to somebody."""
        if not self._lead():
            return 0
        try:
            message = self._find_message()
            return self._send(message) if message else 0
        finally:
            self._store.sync_state.release_lease(LEASE, self._owner)

    def _lead(self) -> bool:
        state, now = self._store.sync_state, int(self._clock.real().timestamp())
        with self._store.transaction():
            return take(state, LEASE, self._owner, now, int(LEASED.total_seconds()))

    def _find_message(self) -> Message | None:
        """The message whose outcome is not known, else a new one of all that waits; None where nothing is due."""
        outbox, now = self._store.outbox, self._clock.real()
        with self._store.transaction():
            if left := outbox.unfinished():
                return left if left.next_at <= now else None
            waiting = outbox.waiting(MOST)
            if not waiting or self._clock.now() - waiting[0].noted_at < GATHERED:
                return None
            ids = [one.id for one in waiting]
            if not self._carriers:
                outbox.keep(ids)
                return None
            return outbox.begin(new_id("message"), ids, now) if self._due(now) else None

    def _due(self, now: datetime) -> list[Carrier]:
        """The carriers that are not left alone for a while after a failure."""
        states = [(one, self._store.outbox.channel(one.channel).next_at) for one in self._carriers]
        return [one for one, next_at in states if next_at is None or next_at <= now]

    def _send(self, message: Message) -> int:
        notices = self._store.outbox.carried(message.id)
        in_doubt, order = message.in_doubt, self._due(self._clock.real()) or self._carriers
        if any(one.fact.kind in TO_BE_READ for one in notices):
            order = sorted(order, key=lambda one: one.channel is not Channel.MAIL)
        for carrier in order:
            try:
                carrier.carry(self._write(message, notices, carrier))
            except ProviderError as error:
                in_doubt |= is_doubtful(error)
                self._note_failure(carrier.channel, error)
            else:
                self._note_success(message, carrier.channel)
                return len(notices)
        now = self._clock.real()
        if in_doubt:
            pause = pause_after(message.tries, LONGEST_DOUBT)
            self._store.outbox.put_off(message.id, message.tries + 1, now + pause)
        else:
            self._store.outbox.failed(message.id, now)
        return 0

    def _write(self, message: Message, notices: Sequence[Notice], carrier: Carrier) -> Letter:
        lines, names = [], self._names(notices) if carrier.says_names else {}
        now, zone = self._clock.now(), self._settings.timezone
        today, counts = now.astimezone(zone).date(), Counter[NoticeKind]()
        for one in notices:
            counts[one.fact.kind] += 1
            if counts[one.fact.kind] <= MOST_OF_A_KIND:
                words = notice_words(one, Reader(zone, today, names.get(one.fact.subject, "")))
                lines += [self._line(part) for part in (words, *words.points)]
        lines += [
            ChatLine(f"And {number - MOST_OF_A_KIND:,} more: {TITLES[kind]}.", link_to(self._settings, "notices", {}))
            for kind, number in counts.items()
            if number > MOST_OF_A_KIND
        ]
        title = title_of(notices, self._settings.business_name)
        files: list[Attachment] = []
        if carrier.channel is Channel.MAIL:
            for one in notices:
                try:
                    files += self._attach(one)
                except DeskError as error:
                    lines.append(ChatLine(error.sentences()))
        return Letter(message.id, title, lines, now, self._say_failing(carrier.channel), files)

    def _line(self, words: NoticeWords) -> ChatLine:
        return ChatLine(words.text, link_to(self._settings, words.page, words.query))

    def _names(self, notices: Sequence[Notice]) -> dict[str, str]:
        """Customers' names by payment, as they are now: of one who was erased it is the pseudonym."""
        found = (self._store.payments.get(one.fact.subject) for one in notices)
        return {row["id"]: row["customer"] for row in found if row is not None}

    def _say_failing(self, used: Channel) -> str:
        """A sentence about each other channel that fails: whoever reads this hears of it at its first failure."""
        states = (self._store.outbox.channel(one.channel) for one in self._carriers if one.channel is not used)
        return " ".join(
            f"Notices by {one.channel.value} fail: {one.problem} {one.action}" for one in states if one.failing_since
        )

    def _note_failure(self, channel: Channel, error: ProviderError) -> None:
        now = self._clock.real()
        state = self._store.outbox.channel(channel)
        self._store.outbox.set_channel(
            replace(
                state,
                failing_since=state.failing_since or now,
                tries=state.tries + 1,
                next_at=now + pause_after(state.tries, LONGEST_PAUSE),
                problem=error.what,
                action=error.action,
            )
        )

    def _note_success(self, message: Message, channel: Channel) -> None:
        now: datetime = self._clock.real()
        with self._store.transaction():
            self._store.outbox.sent(message.id, channel, now)
            self._store.outbox.set_channel(ChannelState(channel, sent_at=now))


def is_doubtful(error: ProviderError) -> bool:
    """Whether the message may have arrived."""
    return isinstance(error, ProviderUnreachable | ProviderBroken) and error.maybe_done


def link_to(settings: Settings, page: str, query: Mapping[str, str]) -> str:
    """A page's address, which asks who comes; empty where there is no sign-in, and so no address for others."""
    if settings.open_id is None:
        return ""
    return f"{settings.open_id.origin}/{page}" + (f"?{urlencode(query)}" if query else "")


def pause_after(tries: int, longest: timedelta) -> timedelta:
    """How long to wait after so many failures before this one; it doubles up to the longest."""
    return min(timedelta(seconds=FIRST_PAUSE.total_seconds() * 2.0 ** min(tries, 16)), longest)
