"""What Streamlit's own sign-in cookie and websocket messages say, for the middleware that stands before it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # ships no types
from starlette.requests import cookie_parser
from streamlit.auth_util import get_cookie_with_chunks
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from dashboard.settings import Settings
from dashboard.web.asgi import Scope, headers_of
from dashboard.web.visits import Kept


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
