"""Stripe, as far as ACH needs it: `/v1` over the sandbox's state."""

from __future__ import annotations

from starlette.routing import Route

from dashboard.sandbox.state import State


def routes(state: State) -> list[Route]:
    """Every `/v1` path; what is not imitated answers 501 in Stripe's error shape."""
    from dashboard.sandbox.stripe import api

    return [
        Route("/v1/{path:path}", api.endpoint(state), methods=["GET", "POST", "DELETE"]),
        Route("/v2/core/approval_requests/{id}", api.approval_requests(state), methods=["GET"]),
    ]
