"""The desk and the person of this browser session. Pages ask here and nowhere else."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from dashboard.access import demo_actor
from dashboard.desk import Desk, open_desk
from dashboard.devices import COOKIE, digest_cookie
from dashboard.models import Actor
from dashboard.settings import load_settings

_guard = threading.Lock()
_opened: dict[str, Desk] = {}
_provider: Callable[[], Desk] | None = None


def provide(provider: Callable[[], Desk] | None) -> None:
    """Use this desk instead of the configured one: the seam for tests. None returns to the settings."""
    global _provider  # one seam for the whole process, set before any page runs
    _provider = provider


def desk() -> Desk:
    """The process's one desk, opened at first use. Raises ConfigError, StoreError."""
    if _provider is not None:
        return _provider()
    with _guard:
        if "desk" not in _opened:
            _opened["desk"] = open_desk(load_settings(os.environ))
            resume(_opened["desk"])
        return _opened["desk"]


def resume(opened: Desk) -> None:
    """Take up what a crash or a stop left unfinished, on the worker."""
    opened.worker.submit(opened.onboarding.resume_all)
    opened.worker.submit(opened.debits.resume_all)


def close() -> None:
    """Finish the steps that run and close the database; called when the server stops."""
    with _guard:
        opened = _opened.pop("desk", None)
    if opened:
        opened.close()


def actor() -> Actor:
    """The signed-in person; in the demo the one who may do everything."""
    return desk().handover.bind(demo_actor(address=address()), device())


def device() -> str:
    """The digest of this browser's own cookie (dashboard/devices.py); empty where it keeps none."""
    found = st.context.cookies.get(COOKIE)
    return digest_cookie(found if isinstance(found, str) else None)


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
