"""The person of this browser session, and the process's desk. Pages ask here and nowhere else."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from dashboard.domain.models import Actor
from dashboard.running import desk
from dashboard.web.devices import HEADER
from dashboard.web.local_key import COOKIE as LOCAL_COOKIE
from dashboard.web.people import Visitor, find_person, visit_of

PROVIDER = "desk"  # the name of the one OpenID provider in Streamlit's own settings
SELDOM = 3_600.0  # seconds between two runs of a part that does nothing

__all__ = ["actor", "address", "claims", "come_back", "desk", "device", "sign_in", "visit", "zone"]


def device() -> str:
    """The digest of this browser's own cookie (dashboard/web/devices.py), as the middleware read it; empty without."""
    found = st.context.headers.get(HEADER)
    return found if isinstance(found, str) else ""


def visit() -> str:
    """The sign-in that this browser came by; empty where nobody is signed in, or none is needed."""
    return visit_of(desk(), claims(), _local())


def sign_in() -> None:
    """Go to the OpenID provider, which asks for the person again."""
    st.login(PROVIDER)


def _local() -> str:
    """The cookie that a desk without sign-in asks for, on test keys."""
    found = st.context.cookies.get(LOCAL_COOKIE)
    return found if isinstance(found, str) else ""


def claims() -> dict[str, Any]:
    """What the provider said of the person at this browser; empty where nobody is signed in."""
    said = st.user.to_dict()
    return said if said.get("is_logged_in") else {}


def actor(*, active: bool = False) -> Actor:
    """The signed-in person; without sign-in, where the mode allows it, the one who may do everything.

    `active` where the person did something, which keeps the visit open. Raises AccessDenied, as `find_person` says.
    """
    return find_person(desk(), claims(), Visitor(device(), _local(), address()), active=active)


def address() -> str:
    """The network address that the browser comes from, where it is known."""
    found = st.context.ip_address
    return found if isinstance(found, str) else ""


def zone() -> tzinfo:
    """The reader's time zone, as their browser names it; the business's where it does not."""
    try:
        return ZoneInfo(st.context.timezone or "")
    except (ZoneInfoNotFoundError, ValueError):
        return desk().settings.timezone


def come_back() -> None:
    """Have the browser ask for its page where it comes back to a process that knows nothing of it.

    It asks by itself only where something on the page runs by itself (Streamlit 1.67); without that the page would
    stand there as it was, and the first press on it would be lost. What runs here does nothing.
    """
    st.fragment(lambda: None, run_every=SELDOM)()
