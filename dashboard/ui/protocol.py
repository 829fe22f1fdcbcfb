"""What Streamlit's own sign-in cookie and websocket messages say, for the middleware that stands before it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # ships no types
from starlette.requests import cookie_parser
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Navigation_pb2 import Navigation
from streamlit.proto.NewSession_pb2 import NewSession
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from dashboard.settings import Settings
from dashboard.web.asgi import Scope, headers_of
from dashboard.web.visits import Kept

SIGN_IN_COOKIE = USER_COOKIE_NAME
# How a run of a whole page ends that is not followed by another one at once.
WHOLE = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR)


def read_claims(scope: Scope, settings: Settings) -> dict[str, Any]:
    """What the provider said of the person whose cookie a request brings; empty where it is not signed by this desk.

    The same that `st.user` holds on a page; Streamlit offers nothing for its routes.
    """
    if settings.open_id is None:
        return {}
    cookies = _read_cookies(scope)
    secret = get_cookie_secret()

    def read(name: str) -> bytes | None:
        return decode_signed_value(secret, name, cookies[name]) if name in cookies else None

    signed = get_cookie_with_chunks(read, USER_COOKIE_NAME)
    try:
        said = json.loads(signed) if signed else None
    except ValueError:
        return {}
    if not isinstance(said, dict) or not said.get("is_logged_in"):
        return {}
    return {name: value for name, value in said.items() if name != "origin"}


def _read_cookies(scope: Scope) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for header in headers_of(scope, "cookie"):
        found |= cookie_parser(header)
    return found


def reduce_message(data: bytes, kept: Kept) -> bytes:
    """A browser's message without what reaches into a page that was drawn before."""
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return data  # Streamlit closes the connection
    if message.WhichOneof("type") != "rerun_script":
        if message.WhichOneof("type") in {"backend_operation_request", "file_urls_request", "clear_cache"}:
            message.Clear()
            message.rerun_script.SetInParent()
    elif kept is not Kept.NO_FILES:
        message.rerun_script.ClearField("fragment_id")
        if kept is Kept.LOOK:
            message.rerun_script.ClearField("widget_states")
    return bytes(message.SerializeToString())


class ShownPage:
    """Which page a browser is on, so that no run of the page before it can bring that one back.

    A part that runs by itself, or a press in one, may be sent just before the browser hears that it goes elsewhere.
    Streamlit 1.67 runs it after the new page and names the page it came from, at which the browser throws away all
    that is drawn, and nothing draws it again: an empty page until somebody reloads.
    A run of the whole page that began just before another page was asked for names its page too; the browser then
    steps back to that page's address, and Back ends there.
    """

    def __init__(self) -> None:
        self.is_drawn = False
        self._hash = ""
        self._asked = ""  # the page that the browser went to, until the server names it or any other than the one left

    def sent(self, data: bytes) -> bytes:
        """A message to the browser; it names the page that is shown, or the one that the browser asked for since."""
        message = ForwardMsg()
        message.ParseFromString(data)
        if message.WhichOneof("type") == "script_finished":
            self.is_drawn = self.is_drawn or message.script_finished in WHOLE
        if message.HasField("navigation"):
            said = message.navigation
            if not any(page.page_script_hash == self._asked for page in said.app_pages):
                self._asked = ""
            return self._name_page(data, message, said)
        if message.HasField("new_session"):
            # Nothing is known of the page after a broken connection, until the page itself is run again.
            if not message.metadata.run.fragment_ids:
                return self._name_page(data, message, message.new_session)
            if self._hash and message.new_session.page_script_hash != self._hash:
                message.new_session.page_script_hash = self._hash
                return bytes(message.SerializeToString())
        return data

    def _name_page(self, data: bytes, message: ForwardMsg, said: Navigation | NewSession) -> bytes:
        if self._asked and said.page_script_hash == self._hash:
            said.page_script_hash = self._asked
            return bytes(message.SerializeToString())
        self._asked, self._hash = "", said.page_script_hash
        return data

    def received(self, data: bytes) -> bytes:
        """A message of the browser; a part of the page that was left does not turn the server back to it."""
        message = BackMsg()
        try:
            message.ParseFromString(data)
        except DecodeError:
            return data  # Streamlit closes the connection
        asked = message.rerun_script
        if not self._hash or not asked.page_script_hash:
            return data
        if not asked.fragment_id:
            self._asked = asked.page_script_hash if asked.page_script_hash != self._hash else ""
            return data
        page = self._asked or self._hash
        if asked.page_script_hash == page:
            return data
        asked.page_script_hash = page
        return bytes(message.SerializeToString())
