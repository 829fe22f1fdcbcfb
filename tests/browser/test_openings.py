"""Another page that is opened stays, whatever parts of the page before it were about to run.

`OPENINGS=500` opens so many in a row.
"""

from __future__ import annotations

import os
import re
import time

from playwright.sync_api import Page, WebSocketRoute, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.desk import PATIENCE, RunningDesk, visit

OPENINGS = int(os.environ.get("OPENINGS", "3"))


class Crossing:
    """Sends what a part of the page asked for by itself in the moment in which the server is on another page already.

    The browser hears of the other page only afterwards, as where its message and the server's cross on a slow line.
    """

    def __init__(self, page: Page) -> None:
        self.held: bytes | None = None
        self.crossed = 0
        self._page_hash = ""
        page.route_web_socket(re.compile("_stcore/stream"), self._connect)

    def _connect(self, browser: WebSocketRoute) -> None:
        self.held, self._page_hash = None, ""
        server = browser.connect_to_server()

        def from_browser(data: str | bytes) -> None:
            assert isinstance(data, bytes)
            message = BackMsg.FromString(data)
            if message.rerun_script.is_auto_rerun:
                self.held = data
            else:
                server.send(data)

        def from_server(data: str | bytes) -> None:
            assert isinstance(data, bytes)
            message = ForwardMsg.FromString(data)
            if message.HasField("navigation"):
                self._page_hash = message.navigation.page_script_hash
            elif message.HasField("new_session") and not message.metadata.run.fragment_ids:
                left = self._page_hash not in {"", message.new_session.page_script_hash}
                if left and self.held:
                    server.send(self.held)
                    self.crossed += 1
                    self.held = None
            browser.send(data)

        browser.on_message(from_browser)
        server.on_message(from_server)


def test_what_a_left_page_still_asks_for_does_not_empty_the_one_that_is_opened(desk: RunningDesk, page: Page) -> None:
    crossing = Crossing(page)
    opened = page.get_by_role("link", name="Back to payments")
    for number in range(1, OPENINGS + 1):
        visit(page, desk, "payments")
        deadline = time.monotonic() + PATIENCE / 1000
        while crossing.held is None:
            assert time.monotonic() < deadline, "no part of the page runs by itself"
            page.wait_for_timeout(100)
        page.get_by_role("gridcell").first.click()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Open its own page").click()
        expect(opened).to_be_visible(timeout=PATIENCE)
        page.wait_for_timeout(1_500)
        expect(opened).to_be_visible(timeout=1_000)
        assert crossing.crossed == number
