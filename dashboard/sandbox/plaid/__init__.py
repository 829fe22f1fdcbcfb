"""Plaid, as far as linking a bank account needs it: both APIs, Link's script and its pages."""

from __future__ import annotations

from starlette.routing import Route

from dashboard.sandbox.state import State


def routes(state: State) -> list[Route]:
    """Every path of Plaid's half."""
    from dashboard.sandbox.plaid import api

    return api.routes(state)
