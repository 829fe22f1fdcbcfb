"""A websocket stays on the page that was opened last, whatever a part of the page before it asks or is told."""

from __future__ import annotations

import asyncio

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dashboard.ui.protocol import ShownPage
from dashboard.web.asgi import Message, Receive, Scope, Send
from dashboard.web.one_page import OnePage
from tests.asgi import Inner, ask, run_apart


def run_of(page: str, *parts: str) -> bytes:
    message = ForwardMsg()
    message.new_session.page_script_hash = page
    message.metadata.run.fragment_ids.extend(parts)
    return bytes(message.SerializeToString())


def navigation_to(page: str) -> bytes:
    message = ForwardMsg()
    message.navigation.page_script_hash = page
    return bytes(message.SerializeToString())


def wish(page: str, part: str = "") -> bytes:
    message = BackMsg()
    message.rerun_script.page_script_hash = page
    message.rerun_script.fragment_id = part
    return bytes(message.SerializeToString())


def page_told(data: bytes) -> str:
    return str(ForwardMsg.FromString(data).new_session.page_script_hash)


def page_asked(data: bytes) -> str:
    return str(BackMsg.FromString(data).rerun_script.page_script_hash)


@pytest.mark.parametrize("opening", [run_of("payment"), navigation_to("payment")], ids=["run", "navigation"])
def test_the_late_run_of_a_part_names_the_page_that_is_shown(opening: bytes) -> None:
    shown = ShownPage()
    shown.sent(run_of("payments"))
    assert shown.sent(opening) == opening
    assert page_told(shown.sent(run_of("payments", "status"))) == "payment"
    assert page_told(shown.sent(run_of("payment", "status"))) == "payment"


def test_a_part_of_the_page_that_was_left_does_not_turn_the_server_back() -> None:
    shown = ShownPage()
    shown.sent(run_of("payment"))
    assert page_asked(shown.received(wish("payments", "status"))) == "payment"


@pytest.mark.parametrize("data", [wish("payments"), wish(""), wish("", "status"), b"\xff\xff"])
def test_a_page_that_is_asked_for_and_what_is_no_message_pass_as_they_are(data: bytes) -> None:
    shown = ShownPage()
    shown.sent(run_of("payment"))
    assert shown.received(data) == data


def test_after_a_broken_connection_nothing_is_changed_until_the_page_is_known() -> None:
    shown = ShownPage()
    part, asked = run_of("payment", "status"), wish("payment", "status")
    assert shown.sent(part) == part
    assert shown.received(asked) == asked


def test_each_websocket_has_a_page_of_its_own() -> None:
    inner, made = Inner(), []

    def make() -> ShownPage:
        made.append(ShownPage())
        return made[-1]

    for _ in range(2):
        answer = ask(OnePage(inner, make), "/_stcore/stream", kind="websocket", messages=[wish("payment", "status")])
        assert answer.status == 101
    assert len(made) == 2
    assert inner.heard == [wish("payment", "status")] * 2


def test_a_run_that_began_before_another_page_was_asked_for_names_that_page() -> None:
    shown = ShownPage()
    shown.sent(run_of("payments"))
    shown.received(wish("payment"))
    assert page_told(shown.sent(run_of("payments"))) == "payment"
    assert page_asked(shown.received(wish("payment", "status of payments"))) == "payment"
    assert page_told(shown.sent(run_of("payment"))) == "payment"
    assert page_told(shown.sent(run_of("payments"))) == "payments", "the page may lead on to the one that was left"


def test_the_page_that_was_left_is_named_again_where_somebody_goes_back_at_once() -> None:
    shown = ShownPage()
    shown.sent(run_of("payments"))
    shown.received(wish("payment"))
    shown.received(wish("payments"))
    assert page_told(shown.sent(run_of("payments"))) == "payments"


def test_a_page_that_nobody_has_is_not_named() -> None:
    shown = ShownPage()
    shown.sent(run_of("payments"))
    shown.received(wish("gone"))
    assert shown.sent(navigation_to("payments")) == navigation_to("payments")
    assert page_told(shown.sent(run_of("payments"))) == "payments"


def finished(how: ForwardMsg.ScriptFinishedStatus.ValueType) -> bytes:
    message = ForwardMsg()
    message.script_finished = how
    return bytes(message.SerializeToString())


class Drawing:
    """A websocket of a process that draws a page some time after it was asked for one."""

    def __init__(self, *protocols: str) -> None:
        self.scope: Scope = {"type": "websocket", "subprotocols": list(protocols)}
        self.heard: list[bytes] = []
        self.heard_before: list[bytes] = []
        self.waiting = [wish("onboard"), wish("onboard", "a press")]

    async def receive(self) -> Message:
        if self.waiting:
            return {"type": "websocket.receive", "bytes": self.waiting.pop(0)}
        return {"type": "websocket.disconnect"}

    async def send(self, message: Message) -> None:
        """To a browser."""

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.heard.append((await receive())["bytes"])
        pressing = asyncio.create_task(self._hear_press(receive))
        await asyncio.sleep(0)
        for how in (ForwardMsg.FINISHED_EARLY_FOR_RERUN, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY):
            await send({"type": "websocket.send", "bytes": finished(how)})
        await asyncio.sleep(0.05)
        self.heard_before = list(self.heard)
        await send({"type": "websocket.send", "bytes": finished(ForwardMsg.FINISHED_SUCCESSFULLY)})
        await pressing

    async def _hear_press(self, receive: Receive) -> None:
        self.heard.append((await receive())["bytes"])


@pytest.mark.parametrize(
    ("protocols", "before"), [(("streamlit", "token", "a session"), 1), (("streamlit", "token"), 2)]
)
def test_where_a_tab_comes_back_a_press_waits_until_its_page_is_drawn(protocols: tuple[str, ...], before: int) -> None:
    """Before that nobody knows what the button does. On a new page there is no button that is not drawn."""
    drawing = Drawing(*protocols)
    run_apart(OnePage(drawing.app, ShownPage)(drawing.scope, drawing.receive, drawing.send))
    assert len(drawing.heard_before) == before
    assert len(drawing.heard) == 2, "and it is heard then"
