"""What each chat is posted, over real HTTP; a mail to several; and that nobody hears of a webhook's address."""

from __future__ import annotations

import http.server
import json
import logging
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboard.cli.notices import send_test
from dashboard.domain.errors import (
    ProviderDenied,
    ProviderError,
    ProviderLimited,
    ProviderRejected,
    ProviderUnreachable,
)
from dashboard.domain.models import Secret
from dashboard.gateways.chat import LONGEST, ChatHook, ChatLine, ChatMessage
from dashboard.gateways.mail import MailServer
from dashboard.gateways.plaid_http import make_session
from dashboard.notices.carriers import Letter, MailCarrier
from dashboard.settings import MailSettings, Settings
from dashboard.settings.notices import Chat, NoticeSettings
from dashboard.store import Store
from tests.certificates import make_certificate
from tests.mail_server import LOGIN, MailServerDouble
from tests.receivers import Receiver, receiving

Make = Callable[..., Settings]
LINK = "https://desk.example/payouts?payout=po_1"
HOSTILE = "<!channel> @everyone *bold* [x](https://evil.example) & `code`"
MESSAGE = ChatMessage("message_1", "2 notices", [ChatLine(HOSTILE, LINK), ChatLine("Two")])


@pytest.fixture
def chat() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


def hook(url: str, kind: Chat = Chat.JSON, now: Callable[[], float] = lambda: 0.0) -> ChatHook:
    return ChatHook(NoticeSettings((), kind, Secret(url), False), make_session(url), now)


def body_of(chat: Receiver, kind: Chat) -> str:
    hook(chat.url, kind).post(MESSAGE)
    sent, headers = chat.next()
    assert headers["content-type"] == "application/json"
    return json.dumps(json.loads(sent), ensure_ascii=False)


def test_each_chat_gets_its_own_form_and_no_text_mentions_anybody(chat: Receiver) -> None:
    slack = json.loads(body_of(chat, Chat.SLACK))
    assert slack["text"].startswith("*2 notices*\\n• &lt;!channel&gt; @everyone".replace("\\n", "\n"))
    assert "<https://desk.example/payouts?payout=po_1|Open>" in slack["text"]
    teams = json.loads(body_of(chat, Chat.TEAMS))
    (part,) = teams["attachments"]
    assert part["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert part["content"]["body"][0]["text"] == "2 notices" and "\\[x\\](https" in part["content"]["body"][1]["text"]
    discord = json.loads(body_of(chat, Chat.DISCORD))
    assert discord["allowed_mentions"] == {"parse": []} and discord["content"].startswith("**2 notices**\n")
    plain = json.loads(body_of(chat, Chat.JSON))
    assert plain["id"] == "message_1" and plain["lines"][0]["text"] == HOSTILE and "Two" in plain["text"]


@pytest.mark.parametrize("kind", [Chat.SLACK, Chat.TEAMS, Chat.DISCORD])
def test_a_long_message_ends_with_how_many_are_left_out(chat: Receiver, kind: Chat) -> None:
    lines = [ChatLine(f"Notice {number} " + "x" * 90) for number in range(400)]
    hook(chat.url, kind).post(ChatMessage("m", "400 notices", lines))
    body = json.loads(chat.next()[0])
    text = body.get("text") or body.get("content") or body["attachments"][0]["content"]["body"][1]["text"]
    assert len(text) <= LONGEST and "more, in the desk" in text.splitlines()[-1]
    left_out = int(text.splitlines()[-1].split()[2])
    assert left_out + sum("Notice " in line for line in text.splitlines()[:-1]) == 400


def answering(status: int, headers: dict[str, str]) -> http.server.ThreadingHTTPServer:
    """A server that says this to every post."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.mark.parametrize(
    ("status", "error", "doubtful"),
    [
        (404, ProviderDenied, False),
        (400, ProviderRejected, False),
        (302, ProviderRejected, False),
        (429, ProviderLimited, False),
        (503, ProviderUnreachable, True),
    ],
)
def test_a_no_is_one_of_the_tree_and_does_not_say_the_address(
    status: int, error: type[ProviderError], doubtful: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server = answering(status, {"Location": "http://127.0.0.1:9/", "Retry-After": "30"})
    try:
        with pytest.raises(error) as caught:
            hook(f"http://127.0.0.1:{server.server_address[1]}/services/SECRET-CANARY").post(MESSAGE)
    finally:
        server.shutdown()
        server.server_close()
    assert "SECRET-CANARY" not in caught.value.sentences() + caplog.text
    assert getattr(caught.value, "maybe_done", False) is doubtful and caught.value.action


def test_nobody_there_is_surely_not_sent_and_the_address_stays_unsaid(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(ProviderUnreachable) as caught:
        hook("http://127.0.0.1:9/services/SECRET-CANARY").post(MESSAGE)
    assert not caught.value.maybe_done and caught.value.__cause__ is None
    assert "SECRET-CANARY" not in caught.value.sentences() + caplog.text


def test_what_a_429_asks_for_is_waited_for() -> None:
    server, now = answering(429, {"Retry-After": "30"}), [100.0]
    made = hook(f"http://127.0.0.1:{server.server_address[1]}/", now=lambda: now[0])
    with pytest.raises(ProviderLimited):
        made.post(MESSAGE)
    server.shutdown()
    server.server_close()
    now[0] = 129.0
    with pytest.raises(ProviderLimited):
        made.post(MESSAGE)  # without asking: nobody listens any more
    now[0] = 130.0
    with pytest.raises(ProviderUnreachable):
        made.post(MESSAGE)


# Mail.

NOW = datetime(2026, 11, 24, tzinfo=UTC)
LETTER = Letter("message_1", "2 notices", [ChatLine("One", "https://desk.example/payouts")], NOW, "Chat fails.")


@pytest.mark.parametrize("tls", ["none", "starttls", "tls"])
def test_a_mail_goes_to_everybody_or_nobody(make_settings: Make, tmp_path: Path, tls: str) -> None:
    certificate = make_certificate(tmp_path)
    server = MailServerDouble(certificate if tls != "none" else None, implicit=tls == "tls")
    user, password = LOGIN if tls != "none" else ("", "")
    mail = MailSettings("127.0.0.1", server.port, user, Secret(password), "desk@acme.example", tls)
    notices = NoticeSettings(("ops@acme.example", "fin@acme.example"), Chat.SLACK, Secret(""), False)
    settings = replace(make_settings(), mail=mail, notices=notices)
    trusted = ssl.create_default_context(cafile=str(certificate[0]))
    carrier = MailCarrier(MailServer(mail, trusted), settings)
    try:
        carrier.carry(LETTER)
        (message,) = server.received
        assert message["Message-ID"] == "<message_1@acme.example>" and message["Subject"] == "2 notices"
        assert message["To"] == "ops@acme.example, fin@acme.example"
        text = message.get_payload(decode=True).decode()  # type: ignore[union-attr]
        assert text.splitlines() == ["2 notices", "", "* One", "  https://desk.example/payouts", "", "Chat fails."]
        server.fail = {"RCPT": "550 no such user"}
        with pytest.raises(ProviderRejected):
            carrier.carry(LETTER)
        if tls != "none":
            assert set(server.logins) == {LOGIN}
            with pytest.raises(ProviderUnreachable) as caught:
                MailCarrier(MailServer(mail), settings).carry(LETTER)
            assert not caught.value.maybe_done, "a certificate that nobody vouches for gets nothing"
        assert len(server.received) == 1
    finally:
        server.stop()


def test_the_command_sends_a_test_by_each_channel(
    make_settings: Make, chat: Receiver, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    server = MailServerDouble()
    try:
        given = {
            "ACH_DESK_NOTICE_CHAT_URL": f"{chat.url}/SECRET-CANARY",
            "ACH_DESK_NOTICE_MAIL": "ops@acme.example",
            "ACH_DESK_SMTP_HOST": "127.0.0.1",
            "ACH_DESK_SMTP_PORT": str(server.port),
            "ACH_DESK_SMTP_FROM": "desk@acme.example",
            "ACH_DESK_SMTP_TLS": "none",
        }
        assert send_test(make_settings(**given), "") == 0
        assert capsys.readouterr().out == "chat: sent\nmail: sent\n"
        assert "This is a test" in json.loads(chat.next()[0])["text"] and len(server.received) == 1
        server.fail = {"RCPT": "550 no"}
        assert send_test(make_settings(**given), "mail") == 1
        assert send_test(make_settings(), "") == 1
        assert "SECRET-CANARY" not in str(make_settings(**given)) + str(make_settings(**given).as_table())
    finally:
        server.stop()
