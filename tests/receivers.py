"""An address on this machine that keeps what is posted to it, for webhooks."""

from __future__ import annotations

import contextlib
import http.server
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Receiver:
    """`url` and what came to it: the body and the headers, in lower case, of each post."""

    url: str = ""
    came: queue.Queue[tuple[bytes, dict[str, str]]] = field(default_factory=queue.Queue)

    def next(self, seconds: float = 10) -> tuple[bytes, dict[str, str]]:
        """The next post; raises queue.Empty where none comes."""
        return self.came.get(timeout=seconds)

    def drain(self) -> list[tuple[bytes, dict[str, str]]]:
        """All that came so far."""
        found = []
        with contextlib.suppress(queue.Empty):
            while True:
                found.append(self.came.get_nowait())
        return found


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that runs."""
    made = Receiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.came.put((body, {name.lower(): value for name, value in self.headers.items()}))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    yield made
    server.shutdown()
    server.server_close()
