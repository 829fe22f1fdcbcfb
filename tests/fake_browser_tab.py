"""A tab without a browser: a websocket that speaks Streamlit's own protocol (`streamlit.proto`) with a running app."""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
import websockets
from requests.adapters import HTTPAdapter
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.typing import Subprotocol

PATIENCE = 60.0  # seconds
Answer = TypeVar("Answer")


@dataclass
class Tab:
    """One page of one browser. Use it as an async context manager."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    verify: str | bool = True
    source: str = "127.0.0.1"
    origin: str = ""
    cookies: dict[str, str] = field(default_factory=dict)
    elements: list[Element] = field(default_factory=list)
    fragments: dict[str, int] = field(default_factory=dict)  # id -> how many elements it drew
    session: Any = None
    page: str = ""
    received: int = 0
    timers: dict[str, tuple[float, float]] = field(default_factory=dict)  # fragment -> seconds, and when it is due

    async def __aenter__(self) -> Tab:
        await asyncio.to_thread(self._fetch_page)
        parts = urlsplit(self.url)
        secure = parts.scheme == "https"
        context = ssl.create_default_context(cafile=str(self.verify)) if secure else None
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self._socket = await websockets.connect(
            f"{'wss' if secure else 'ws'}://{parts.netloc}/_stcore/stream",
            ssl=context,
            subprotocols=[Subprotocol("streamlit"), Subprotocol(self.cookies["_streamlit_xsrf"])],
            additional_headers={**self.headers, "Cookie": cookie, "Origin": self.origin or self.url},
            max_size=1 << 26,
            open_timeout=PATIENCE,
            proxy=None,
            local_addr=(self.source, 0),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._socket.close()

    def _fetch_page(self) -> None:
        with open_session(self.source) as http:
            for path in ("/", "/_stcore/host-config", "/_stcore/health"):
                answer = http.get(f"{self.url}{path}", headers=dict(self.headers), verify=self.verify, timeout=PATIENCE)
                answer.raise_for_status()
            # Secure cookies come only over https, and a plain http.cookiejar would not show them to us otherwise.
            self.cookies |= {str(one.name): str(one.value) for one in http.cookies}

    async def visit(self, path: str) -> None:
        """Open a page of the app by its address, and wait until it is drawn."""
        self.page, _, query = path.partition("?")
        await self._run(query=query)

    async def press(self, label: str) -> None:
        """Press the button of this name, and wait until the page is drawn anew."""
        found = [one.button for one in self.elements if one.WhichOneof("type") == "button"]
        id = next(one.id for one in found if re.search(label, one.label))
        message = BackMsg()
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id, widget.trigger_value = id, True
        await self._run(message)

    async def rerun(self, fragment: str) -> None:
        """Run one part of the page again, as its timer or a click in it would."""
        message = BackMsg()
        message.rerun_script.fragment_id = fragment
        await self._run(message)

    async def rest(self, seconds: float) -> None:
        """Do nothing, but what the page does by itself meanwhile: its fragments look again at their own pace.

        A browser does not wait for those looks, and the server leaves out what came too late.
        """
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            fragment, (every, due) = min(self.timers.items(), key=lambda one: one[1][1], default=("", (0.0, end)))
            try:
                async with asyncio.timeout(max(0.0, min(due, end) - now)):
                    self._take(await self._socket.recv())
            except TimeoutError:
                if fragment and time.monotonic() < end:
                    self.timers[fragment] = every, time.monotonic() + every
                    message = BackMsg()
                    message.rerun_script.fragment_id, message.rerun_script.is_auto_rerun = fragment, True
                    await self._send(message)

    async def _send(self, message: BackMsg, query: str = "") -> None:
        state = message.rerun_script
        state.query_string, state.page_name = query, self.page
        state.context_info.timezone = "America/New_York"
        state.context_info.url = f"{self.url}/{self.page}"
        await self._socket.send(message.SerializeToString())

    async def _run(self, message: BackMsg | None = None, *, query: str = "") -> None:
        """Send, and wait until the whole page is drawn, or that part of it where one was asked for.

        What a held device asks of a part that is no longer there, the server answers with a whole page.
        """
        self.elements, self.fragments, self.timers = [], {}, {}
        ends = {int(ForwardMsg.FINISHED_SUCCESSFULLY)}
        if message and message.rerun_script.fragment_id:
            ends.add(int(ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY))
        await self._send(message or BackMsg(), query)
        async with asyncio.timeout(PATIENCE):
            while self._take(await self._socket.recv()) not in ends:
                continue

    def _take(self, raw: str | bytes) -> int | None:
        """Keep what a message says; how a run has ended where it says that."""
        assert isinstance(raw, bytes)
        self.received += len(raw)
        answer = ForwardMsg.FromString(raw)
        kind = answer.WhichOneof("type")
        if kind == "new_session":
            self.session = answer.new_session
        elif kind == "auto_rerun":
            seconds = answer.auto_rerun.interval
            self.timers[answer.auto_rerun.fragment_id] = seconds, time.monotonic() + seconds
        elif kind == "delta" and answer.delta.WhichOneof("type") == "new_element":
            self.elements.append(answer.delta.new_element)
            if fragment := answer.delta.fragment_id:
                self.fragments[fragment] = self.fragments.get(fragment, 0) + 1
        elif kind == "script_finished":
            assert answer.script_finished != ForwardMsg.FINISHED_WITH_COMPILE_ERROR, "the page does not compile"
            return int(answer.script_finished)
        return None

    def texts(self) -> str:
        """What the page says, one element a line."""
        return "\n".join(
            str(getattr(getattr(one, kind), "body", ""))
            for one in self.elements
            if (kind := one.WhichOneof("type")) and hasattr(getattr(one, kind), "body")
        )

    def troubles(self) -> list[str]:
        """What the page says of errors: exceptions, and boxes of errors."""
        found = []
        for one in self.elements:
            if one.WhichOneof("type") == "exception":
                found.append(one.exception.message)
            elif one.WhichOneof("type") == "alert" and one.alert.format == one.alert.ERROR:
                found.append(one.alert.body)
        return found


def money_and_tables(tab: Tab) -> list[str]:
    """What only staff may see: tables, charts, amounts."""
    kinds = [str(one.WhichOneof("type")) for one in tab.elements]
    shown = [kind for kind in kinds if "data_frame" in kind or "chart" in kind or kind == "metric"]
    shown += [one for each in tab.elements if "ach_desk.grid" in (one := each.bidi_component.component_name)]
    return shown + [line for line in tab.texts().splitlines() if "$" in line]


class _From(HTTPAdapter):
    """Connects from one of this machine's own addresses."""

    def __init__(self, source: str) -> None:
        self._source = source
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **more: Any) -> None:
        super().init_poolmanager(*arguments, **more, source_address=(self._source, 0))


def open_session(source: str = "127.0.0.1") -> requests.Session:
    """HTTP from one of this machine's own addresses, whatever proxy the environment names."""
    http = requests.Session()
    http.trust_env = False
    for scheme in ("http://", "https://"):
        http.mount(scheme, _From(source))
    return http
