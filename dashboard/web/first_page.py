"""What a browser gets before the app speaks: Streamlit's own page, with the desk's name and look in it.

A style sheet that came with the first run of a script would move everything that was drawn before it.
"""

from __future__ import annotations

from pathlib import Path

from dashboard.web.asgi import App, Message, Receive, Scope, Send, headers_of, with_headers

NAME = b"<title>ACH Desk</title>"
STREAMLITS_NAME = b"<title>Streamlit</title>"
END = b"</body>"
LOOK = b"<style>\n" + Path(__file__).with_name("look.css").read_bytes() + b"</style>\n  "
OF_THE_FILE = (b"content-length", b"etag", b"last-modified", b"accept-ranges")


def dress(page: bytes) -> bytes:
    """Streamlit's index.html with our title and, after its own styles, ours; any other page as it is."""
    head, found, rest = page.partition(STREAMLITS_NAME)
    if not found:
        return page
    body, end, tail = rest.rpartition(END)
    return head + NAME + body + LOOK + end + tail


class FirstPage:
    """Answers with the dressed page wherever Streamlit answers with its own."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: D102
        wants_page = scope["type"] == "http" and any("text/html" in one for one in headers_of(scope, "accept"))
        if not wants_page:
            await self._app(scope, receive, send)
            return
        held: list[Message] = []  # the start of a page, while its body comes
        body = bytearray()

        async def take(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_page(message):
                held.append(message)
            elif not held:
                await send(message)
            else:
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    await finish(held.pop())

        async def finish(start: Message) -> None:
            page = dress(bytes(body))
            if page != bytes(body):
                kept = [(name, value) for name, value in start["headers"] if name.lower() not in OF_THE_FILE]
                start["headers"] = [*kept, (b"content-length", str(len(page)).encode())]
            await send(start)
            await send({"type": "http.response.body", "body": page})

        await self._app(with_headers(scope, accept_encoding=""), receive, take)


def _is_page(start: Message) -> bool:
    return any(name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in start["headers"])
