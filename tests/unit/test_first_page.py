"""The page that a browser gets first has the desk's name and look, whole, and nothing else is touched."""

from __future__ import annotations

import gzip
from pathlib import Path

import streamlit

from dashboard.web.asgi import Message, Receive, Scope, Send
from dashboard.web.first_page import FirstPage, dress
from tests.asgi import Answer, ask

INDEX = (Path(streamlit.__file__).parent / "static" / "index.html").read_bytes()
PAGE = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")


class Static:
    """Answers in pieces, as a file is sent; compressed for whoever says that they can read it."""

    def __init__(self, body: bytes, kind: str = "text/html; charset=utf-8") -> None:
        self._body, self._kind = body, kind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = {name for name, _ in scope["headers"]}
        body = gzip.compress(self._body) if b"accept-encoding" in asked else self._body
        headers = [(b"content-type", self._kind.encode()), (b"content-length", str(len(body)).encode())]
        start: Message = {"type": "http.response.start", "status": 200, "headers": [*headers, (b"etag", b'"1"')]}
        await send(start)
        half = len(body) // 2
        await send({"type": "http.response.body", "body": body[:half], "more_body": True})
        await send({"type": "http.response.body", "body": body[half:]})


def header(answer: Answer, name: bytes) -> list[bytes]:
    return [value for found, value in answer.headers if found == name]


def test_streamlits_page_gets_our_name_and_our_look_after_its_own_styles() -> None:
    page = dress(INDEX).decode()
    assert "<title>ACH Desk</title>" in page and "<title>Streamlit</title>" not in page
    assert page.index('id="root"') < page.index("<style>") < page.index(".desk-mode.live") < page.index("</body>")
    assert page.count("<script") == INDEX.decode().count("<script"), "the content security policy knows these"


def test_the_dressed_page_comes_whole_also_for_a_browser_that_reads_compressed_ones() -> None:
    answer = ask(FirstPage(Static(INDEX)), "/payments", PAGE, ("Accept-Encoding", "gzip, br"))
    assert answer.body == dress(INDEX)
    assert header(answer, b"content-length") == [str(len(answer.body)).encode()]
    assert header(answer, b"etag") == [], "it is not the file any more"


def test_whatever_else_is_asked_for_comes_as_it_was() -> None:
    copy = b"<!doctype html><title>Copy</title><body>Streamlit</body>"
    kept = ask(FirstPage(Static(copy)), "/authorization-copy", PAGE)
    assert kept.body == copy and header(kept, b"content-length") == [str(len(copy)).encode()]
    assert header(kept, b"etag") == [b'"1"']
    script = ask(FirstPage(Static(b"let a = 1;", "text/javascript")), "/static/a.js", PAGE)
    assert script.body == b"let a = 1;"
    answer = ask(FirstPage(Static(INDEX)), "/static/b.js", ("Accept", "*/*"), ("Accept-Encoding", "gzip"))
    assert gzip.decompress(answer.body) == INDEX, "no page was asked for"
