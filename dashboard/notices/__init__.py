"""Notices: facts that somebody has to hear of, told once, in the desk, by mail and in a chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dashboard.domain.clock import Clock
from dashboard.domain.errors import Refused
from dashboard.domain.ids import new_id
from dashboard.domain.models import Actor
from dashboard.domain.notices import Channel, ChannelState, Notice, NoticeKind
from dashboard.gateways.chat import ChatLine, Poster
from dashboard.gateways.mail import Mailer
from dashboard.messages.notices import NoticeWords, Reader, notice_words
from dashboard.notices.carriers import Attachment, Carrier, ChatCarrier, Letter, MailCarrier
from dashboard.notices.sending import Sender
from dashboard.notices.watching import Watch
from dashboard.reports import Reports
from dashboard.settings import Settings
from dashboard.staff.access import Permission, can, require
from dashboard.store import Store

__all__ = ["Notices", "ShownNotice"]
PAGE_SIZE = 50
LOOK_EVERY = timedelta(minutes=1)
# What a person must be allowed to read a notice in the desk; whoever sees payments may read the others.
NEEDS = {
    NoticeKind.LINE_UNMATCHED: Permission.VIEW_STATEMENTS,
    NoticeKind.PAYOUT_UNMATCHED: Permission.VIEW_STATEMENTS,
}


UNREAD_FOR = timedelta(days=30)  # an older notice counts as read: what it was about has an end by then


@dataclass(frozen=True)
class ShownNotice:
    """A notice with its words, and whether this person has read it."""

    notice: Notice
    words: NoticeWords
    is_read: bool = True


class Notices:
    """What was noted, how the channels do, and the ticker's turn."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        settings: Settings,
        mailer: Mailer | None,
        poster: Poster | None,
        watch: Watch | None = None,
        reports: Reports | None = None,
    ) -> None:
        """Without `watch` nothing is noted by time, without `reports` none is attached: for a command's test."""
        self._store, self._clock, self._settings, self._watch = store, clock, settings, watch
        self._looked_at: datetime | None = None
        self._carriers: list[Carrier] = []
        if poster is not None and settings.notices.url:
            self._carriers.append(ChatCarrier(poster, settings))
        if mailer is not None and settings.notices.addresses:
            self._carriers.append(MailCarrier(mailer, settings))
        self._reports = reports
        self._sender = Sender(store, clock, settings, self._carriers, attach=self._attach)

    def list(self, actor: Actor, offset: int = 0) -> list[ShownNotice]:
        """A page of what was noted, the last first, of what this person may see."""
        require(actor, Permission.VIEW_PAYMENTS)
        found = self._store.outbox.newest(PAGE_SIZE, offset)
        today = self._clock.now().astimezone(self._settings.timezone).date()
        read, since = self._store.notices_read.read_by(actor.key, [one.id for one in found]), self._fresh_since()
        shown = []
        for one in found:
            if can(actor, NEEDS.get(one.fact.kind, Permission.VIEW_PAYMENTS)):
                row = self._store.payments.get(one.fact.subject)
                name = row["customer"] if row is not None else ""
                words = notice_words(one, Reader(self._settings.timezone, today, name))
                shown.append(ShownNotice(one, words, is_read=one.id in read or one.noted_at < since))
        return shown

    def count_unread(self, actor: Actor) -> int:
        """How many notices of the last weeks this person may see and has not read."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.notices_read.count_unread(actor.key, self._fresh_since(), _hidden_from(actor))

    def mark_read(self, actor: Actor, id: str) -> None:
        """This person has read a notice: nobody else's business, and in no trail."""
        require(actor, Permission.VIEW_PAYMENTS)
        self._store.notices_read.mark(actor.key, [id], self._clock.now())

    def mark_all_read(self, actor: Actor) -> None:
        """This person has read whatever they may see, as far back as anybody is asked to."""
        require(actor, Permission.VIEW_PAYMENTS)
        self._store.notices_read.mark_all(actor.key, self._fresh_since(), _hidden_from(actor), self._clock.now())

    def _fresh_since(self) -> datetime:
        return self._clock.now() - UNREAD_FOR

    def channels(self, actor: Actor) -> Sequence[ChannelState]:
        """How each channel that is set does; none where notices stay in the desk."""
        require(actor, Permission.VIEW_PAYMENTS)
        return [self._store.outbox.channel(one.channel) for one in self._carriers]

    def count_waiting(self, actor: Actor) -> int:
        """How many are not sent yet."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.outbox.count_waiting()

    def test(self, actor: Actor, channel: Channel) -> None:
        """Send a test by one channel, now. Raises ProviderError, Refused where it is not set."""
        require(actor, Permission.ADMIN)
        carrier = next((one for one in self._carriers if one.channel is channel), None)
        if carrier is None:
            names = "ACH_DESK_NOTICE_MAIL" if channel is Channel.MAIL else "ACH_DESK_NOTICE_CHAT_URL"
            raise Refused(
                f"No {channel.value} is set.", meaning="Nothing was sent.", action=f"Set {names}.", code="no_channel"
            )
        now = self._clock.now()
        self._store.trail.append(actor, "notice.tested", channel.value, now)
        line = ChatLine("This is a test. Nothing has happened.")
        carrier.carry(Letter(new_id("message"), f"{self._settings.business_name}: a test from ACH Desk", [line], now))
        state = self._store.outbox.channel(channel)
        sent = replace(ChannelState(channel), sent_at=self._clock.real())
        self._store.outbox.set_channel(sent if state.failing_since else replace(state, sent_at=sent.sent_at))

    def _attach(self, notice: Notice) -> Sequence[Attachment]:
        if self._reports is None or notice.fact.kind is not NoticeKind.REPORT:
            return ()
        month = notice.fact.subject
        files = self._reports.files_to_mail(month)
        return [Attachment(f"{kind}-{month}.{form}", content, form.mime) for (kind, form), content in files.items()]

    def run_due(self) -> int:
        """The ticker's turn: send what waits, then look for what became a fact by time; how many notices were sent."""
        try:
            return self._sender.send_due()
        finally:
            now = self._clock.now()
            if self._watch and (self._looked_at is None or not self._looked_at <= now < self._looked_at + LOOK_EVERY):
                self._looked_at = now
                self._watch.look()


def _hidden_from(actor: Actor) -> list[NoticeKind]:
    return [kind for kind in NoticeKind if not can(actor, NEEDS.get(kind, Permission.VIEW_PAYMENTS))]
