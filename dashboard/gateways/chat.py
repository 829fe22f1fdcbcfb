"""A chat's incoming webhook: one JSON post a message, in the form that each chat takes.

Four small posts and not Apprise: its hundred services are a hundred ways to leave the desk that nobody here has tried,
and seven more packages to lock.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import requests

from dashboard.domain.errors import ProviderDenied, ProviderLimited, ProviderRejected, ProviderUnreachable
from dashboard.settings.notices import CHAT_URL, Chat, NoticeSettings

PROVIDER = "chat"
SECONDS = (5, 15)
LONGEST_WAIT = 3_600.0  # seconds; a chat that asks for more is asked again after an hour
# Discord: 2,000 characters a message. Slack and Teams take more; nobody reads more.
LONGEST = 1_900
MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_~|>#[]"})  # of Markdown


@dataclass(frozen=True)
class ChatLine:
    """A line of a message, and where it leads; empty where the desk has no address that links can name."""

    text: str
    url: str = ""


@dataclass(frozen=True)
class ChatMessage:
    """A title and lines. `id` is the same where a message is sent again."""

    id: str
    title: str
    lines: Sequence[ChatLine]


class Poster(Protocol):
    """Who posts to a chat."""

    def post(self, message: ChatMessage) -> None:
        """Post a message. Raises ProviderError."""


class ChatHook:
    """Posts to one webhook. Its address is a secret and is in no error, whatever `requests` says."""

    def __init__(
        self, settings: NoticeSettings, session: requests.Session, now: Callable[[], float] = time.monotonic
    ) -> None:
        """`now` is seconds of any clock that only goes forward."""
        self._settings, self._session, self._now = settings, session, now
        self._not_before = 0.0  # what a 429 has asked for

    def post(self, message: ChatMessage) -> None:
        """Post once. Raises ProviderUnreachable (`maybe_done` once it was on its way), ProviderLimited,
        ProviderDenied where the webhook is gone or not ours, ProviderRejected.
        """
        if self._now() < self._not_before:
            raise self._limited()
        try:
            response = self._session.post(
                self._settings.url.reveal(),
                json=BODIES[self._settings.chat](message),
                timeout=SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            never_sent = isinstance(error, requests.ConnectTimeout) or "NewConnectionError" in repr(error)
            raise ProviderUnreachable(
                f"The chat did not answer ({type(error).__name__}).",
                maybe_done=not never_sent,
                provider=PROVIDER,
                code="unreachable",
                action=f"Check {CHAT_URL} and the network.",
            ) from None
        self._judge(response)

    def _judge(self, response: requests.Response) -> None:
        status = response.status_code
        if status == 429:
            asked = response.headers.get("Retry-After", "")
            seconds = float(asked) if asked.replace(".", "", 1).isdigit() else 1.0
            self._not_before = self._now() + min(seconds, LONGEST_WAIT)
            raise self._limited()
        if status in {401, 403, 404, 410}:
            raise ProviderDenied(
                f"The chat does not know this webhook (HTTP {status}).",
                provider=PROVIDER,
                code=str(status),
                http_status=status,
                action=f"Make a new incoming webhook, set {CHAT_URL}, and restart every ach-desk.",
            )
        if status >= 500:
            raise ProviderUnreachable(
                f"The chat has a problem (HTTP {status}).",
                maybe_done=True,
                provider=PROVIDER,
                code=str(status),
                http_status=status,
                action="It is tried again by itself.",
            )
        if not 200 <= status < 300:
            raise ProviderRejected(
                f"The chat refused the message (HTTP {status}).",
                provider=PROVIDER,
                code=str(status),
                http_status=status,
                action=f"Check that ACH_DESK_NOTICE_CHAT names the chat that {CHAT_URL} belongs to.",
            )

    def _limited(self) -> ProviderLimited:
        return ProviderLimited(
            "The chat takes no more messages for now.",
            provider=PROVIDER,
            code="429",
            http_status=429,
            action="It is tried again by itself.",
        )


def slack_body(message: ChatMessage) -> dict[str, object]:
    """Slack, also Mattermost: `text` in mrkdwn. &, < and > are escaped, so that no text mentions a whole channel."""
    lines = [f"• {_slack(one.text)}" + (f" <{_slack(one.url)}|Open>" if one.url else "") for one in message.lines]
    return {"text": _fit([f"*{_slack(message.title)}*", *lines]), "unfurl_links": False, "unfurl_media": False}


def teams_body(message: ChatMessage) -> dict[str, object]:
    """Microsoft Teams (Workflows): an adaptive card, whose text is a small Markdown."""
    lines = [f"- {_marked(one.text)}" + (f" [Open]({one.url})" if one.url else "") for one in message.lines]
    title = {"type": "TextBlock", "text": _marked(message.title), "weight": "Bolder", "wrap": True}
    body = [title, {"type": "TextBlock", "text": _fit(lines), "wrap": True}]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body if lines else [title],
    }
    content_type = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": content_type, "content": card}]}


def discord_body(message: ChatMessage) -> dict[str, object]:
    """Discord: `content` in its Markdown; nobody is mentioned, whatever a text says."""
    lines = [f"- {_marked(one.text)}" + (f" [Open](<{one.url}>)" if one.url else "") for one in message.lines]
    return {"content": _fit([f"**{_marked(message.title)}**", *lines]), "allowed_mentions": {"parse": []}}


def json_body(message: ChatMessage) -> dict[str, object]:
    """Anything else: the parts as they are, and all of it as one `text`."""
    text = "\n".join([message.title, *(f"{one.text} {one.url}".strip() for one in message.lines)])
    lines = [{"text": one.text, "url": one.url} for one in message.lines]
    return {"id": message.id, "title": message.title, "lines": lines, "text": text}


BODIES: dict[Chat, Callable[[ChatMessage], dict[str, object]]] = {
    Chat.SLACK: slack_body,
    Chat.TEAMS: teams_body,
    Chat.DISCORD: discord_body,
    Chat.JSON: json_body,
}


def _slack(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _marked(text: str) -> str:
    return text.translate(MARKS)


def _fit(lines: Sequence[str]) -> str:
    """As many whole lines as a chat takes; how many are left out is said."""
    kept: list[str] = []
    for place, line in enumerate(lines):
        more = f"… and {len(lines) - place} more, in the desk"
        if sum(map(len, kept)) + len(kept) + len(line) + len(more) > LONGEST:
            return "\n".join([*kept, more])
        kept.append(line)
    return "\n".join(kept)
