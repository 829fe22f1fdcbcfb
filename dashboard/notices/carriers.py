"""The ways out of the desk: a notice as a mail, and as a post to a chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol

from dashboard.domain.notices import Channel
from dashboard.gateways.chat import ChatLine, ChatMessage, Poster
from dashboard.gateways.mail import Mailer
from dashboard.settings import Settings


@dataclass(frozen=True)
class Attachment:
    """A file of a mail: its name, what is in it, and its type as `application/pdf`."""

    name: str
    content: bytes
    mime: str


@dataclass(frozen=True)
class Letter:
    """What is sent: a title, lines, each with where it leads, and an id that a repetition shares.

    `files` go by mail only.
    """

    id: str
    title: str
    lines: Sequence[ChatLine]
    at: datetime
    last: str = ""
    files: Sequence[Attachment] = ()


class Carrier(Protocol):
    """One way out."""

    channel: Channel

    @property
    def says_names(self) -> bool:
        """Whether customers may be named there."""

    def carry(self, letter: Letter) -> None:
        """Hand it over. Raises ProviderError; `maybe_done` where it may have arrived."""


class MailCarrier:
    """Mails to the addresses of the settings, one mail to all."""

    channel = Channel.MAIL
    says_names = True

    def __init__(self, mailer: Mailer, settings: Settings) -> None:
        self._mailer, self._settings = mailer, settings

    def carry(self, letter: Letter) -> None:
        """One mail; its Message-ID is the letter's, so that a mailbox may know a second one for the same."""
        sender = self._settings.mail.sender if self._settings.mail else ""
        message = EmailMessage()
        message["Subject"] = letter.title
        message["From"] = Address("ACH Desk", addr_spec=sender)
        message["To"] = ", ".join(self._settings.notices.addresses)
        message["Date"] = format_datetime(letter.at)
        message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        parts = [f"* {one.text}" + (f"\n  {one.url}" if one.url else "") for one in letter.lines]
        message.set_content("\n\n".join(filter(None, [letter.title, *parts, letter.last])) + "\n")
        for one in letter.files:
            main, _, kind = one.mime.partition("/")
            message.add_attachment(one.content, maintype=main, subtype=kind, filename=one.name)
        self._mailer.send(message)


class ChatCarrier:
    """Posts to the chat of the settings."""

    channel = Channel.CHAT

    def __init__(self, poster: Poster, settings: Settings) -> None:
        self._poster, self._settings = poster, settings

    @property
    def says_names(self) -> bool:
        """As the setting says."""
        return self._settings.notices.chat_names

    def carry(self, letter: Letter) -> None:
        """One post."""
        last = [ChatLine(letter.last)] if letter.last else []
        self._poster.post(ChatMessage(letter.id, letter.title, [*letter.lines, *last]))
