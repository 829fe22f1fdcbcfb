"""What comes from another site's page gets nothing, before Streamlit looks."""

from __future__ import annotations

import pytest

from dashboard.web.own_address import OwnAddress, SameOrigin
from tests.asgi import Inner, ask

SIGNED = OwnAddress("https://desk.example.com", takes_names=True)
LOCAL = OwnAddress("", takes_names=False)
PROXIED = OwnAddress("", takes_names=True)


def opens(own: OwnAddress, *headers: tuple[str, str], scheme: str = "ws") -> bool:
    inner = Inner()
    answer = ask(SameOrigin(inner, own), "/_stcore/stream", *headers, kind="websocket", scheme=scheme)
    assert (answer.status == 101) is bool(inner.scope)
    return answer.status == 101


@pytest.mark.parametrize(
    ("own", "host", "origin"),
    [
        (SIGNED, "desk.example.com", "https://desk.example.com"),
        (SIGNED, "127.0.0.1:8501", "https://desk.example.com"),  # a proxy that does not pass the Host on
        (LOCAL, "127.0.0.1:8501", "http://127.0.0.1:8501"),
        (LOCAL, "localhost:8501", "http://localhost:8501"),
        (LOCAL, "192.168.1.4:8501", "http://192.168.1.4:8501"),
        (LOCAL, "[::1]:8501", "http://[::1]:8501"),
        (PROXIED, "desk.office.test", "http://desk.office.test"),
    ],
)
def test_the_desks_own_page_opens_the_socket(own: OwnAddress, host: str, origin: str) -> None:
    assert opens(own, ("Host", host), ("Origin", origin))


@pytest.mark.parametrize(
    ("own", "host", "origin"),
    [
        (LOCAL, "localhost:8501", "http://localhost:9999"),  # another program's page on this machine
        (LOCAL, "127.0.0.1:8501", "http://localhost:8501"),
        (LOCAL, "127.0.0.1:8501", "http://0.0.0.0:8501"),
        (LOCAL, "127.0.0.1:8501", "https://evil.example.com"),
        (LOCAL, "127.0.0.1:8501", "null"),
        (LOCAL, "127.0.0.1:8501", "http://["),
        (LOCAL, "127.0.0.1:8501", "http://[x]"),
        (LOCAL, "127.0.0.1:8501", "file://127.0.0.1:8501"),
        (LOCAL, "evil.example.com:8501", "http://evil.example.com:8501"),  # its DNS answers 127.0.0.1
        (LOCAL, "127.0.0.1:8501", "http://desk.example.com"),  # a default nginx: its Host is the upstream's
        (SIGNED, "desk.example.com", "http://desk.example.com"),
        (SIGNED, "desk.example.com", "https://desk.example.com:444"),
        (SIGNED, "evil.example.com", "https://evil.example.com"),
        (SIGNED, "127.0.0.1:8501", "http://127.0.0.1:8501"),
        (SIGNED, "localhost:3000", "http://localhost:3000"),
    ],
)
def test_another_page_opens_no_socket(own: OwnAddress, host: str, origin: str) -> None:
    assert not opens(own, ("Host", host), ("Origin", origin))


@pytest.mark.parametrize(
    "headers",
    [
        [("Host", "127.0.0.1:8501")],
        [("Host", "127.0.0.1:8501"), ("Origin", "http://127.0.0.1:8501"), ("Origin", "http://evil.example.com")],
        [("Host", "127.0.0.1:8501"), ("Host", "localhost:8501"), ("Origin", "http://127.0.0.1:8501")],
        [("Origin", "http://127.0.0.1:8501")],
    ],
    ids=["no origin", "two origins", "two hosts", "no host"],
)
def test_a_socket_that_does_not_say_whose_it_is_stays_shut(headers: list[tuple[str, str]]) -> None:
    assert not opens(LOCAL, *headers)


def test_streamlit_never_has_to_ask_the_network_for_this_machines_addresses() -> None:
    """It compares the Origin with the Host, and looks its own addresses up by http where they differ."""
    inner = Inner()
    headers = [("Host", "127.0.0.1:8501"), ("Origin", "https://desk.example.com")]
    ask(SameOrigin(inner, SIGNED), "/_stcore/stream", *headers, kind="websocket")
    assert inner.header("host") == ["desk.example.com"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_change_needs_the_desks_own_origin(method: str) -> None:
    def status(*headers: tuple[str, str]) -> int:
        return ask(SameOrigin(Inner(), SIGNED), "/_stcore/upload_file/a/b", *headers, method=method).status

    host = ("Host", "desk.example.com")
    assert status(host, ("Origin", "https://desk.example.com")) == 200
    assert status(host) == status(host, ("Origin", "https://evil.example.com")) == 403


@pytest.mark.parametrize(
    ("site", "mode", "dest", "status"),
    [
        ("none", "navigate", "document", 200),
        ("cross-site", "navigate", "document", 200),  # back from the OpenID provider, or from an OAuth bank
        ("same-origin", "cors", "empty", 200),
        ("same-origin", "navigate", "iframe", 200),
        ("same-site", "cors", "empty", 403),  # a page on another port of localhost
        ("same-site", "no-cors", "image", 403),
        ("cross-site", "no-cors", "script", 403),
        ("cross-site", "navigate", "iframe", 403),
        ("cross-site", "no-cors", "empty", 403),
    ],
)
def test_a_part_of_another_page_gets_nothing(site: str, mode: str, dest: str, status: int) -> None:
    said = [("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", dest)]
    answer = ask(SameOrigin(Inner(), LOCAL), "/exports/x", ("Host", "127.0.0.1:8501"), *said)
    assert answer.status == status


def test_a_fetch_of_another_origin_is_refused_where_the_browser_says_no_more_than_that() -> None:
    headers = [("Host", "127.0.0.1:8501"), ("Origin", "http://127.0.0.1:9999")]
    assert ask(SameOrigin(Inner(), LOCAL), "/media/x", *headers).status == 403
    assert ask(SameOrigin(Inner(), LOCAL), "/media/x", *headers, method="OPTIONS").status == 403


def test_a_name_that_anybodys_dns_can_give_this_machine_is_no_host_without_sign_in() -> None:
    assert ask(SameOrigin(Inner(), LOCAL), "/", ("Host", "rebound.example.com:8501")).status == 403
    assert ask(SameOrigin(Inner(), PROXIED), "/", ("Host", "desk.office.test")).status == 200


def test_webhooks_come_from_no_browser() -> None:
    headers = [("Host", "hooks.example.com"), ("Content-Length", "2")]
    assert ask(SameOrigin(Inner(), SIGNED), "/webhooks/stripe", *headers, method="POST").status == 200
