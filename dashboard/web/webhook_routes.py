"""The addresses that providers post to: a small body, checked on a thread, answered with a status and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard import running
from dashboard.desk import Desk
from dashboard.domain.errors import DeskError, ProviderRejected
from dashboard.domain.models import Generation
from dashboard.settings import Settings
from dashboard.settings.serving import PLAID_WEBHOOKS, STRIPE_WEBHOOKS
from dashboard.web.bodies import read_body

log = logging.getLogger(__name__)

LARGEST = 512 << 10  # bytes; Stripe's largest events are some 100 KB
THREADS = 4  # apart from those of the pages, so that a flood of forged webhooks keeps nobody else waiting
Take = Callable[[Desk, bytes, str], bool]


def make_routes(settings: Settings) -> list[Route]:
    """The routes that the settings turn on."""
    routes = []
    if settings.serving.stripe_webhook_secret:
        taking = _receive("Stripe-Signature", lambda desk, body, proof: desk.webhooks.take_stripe(body, proof))
        routes.append(Route(STRIPE_WEBHOOKS, taking, methods=["POST"]))
    if settings.serving.plaid_webhook_url and settings.generation is Generation.CURRENT:
        taking = _receive("Plaid-Verification", lambda desk, body, proof: desk.webhooks.take_plaid(body, proof))
        routes.append(Route(PLAID_WEBHOOKS, taking, methods=["POST"]))
    return routes


def _receive(header: str, take: Take) -> Callable[[Request], object]:
    async def receive(request: Request) -> Response:
        body = await read_body(request, LARGEST)
        if body is None:
            return PlainTextResponse("too large\n", status_code=413)
        proofs = request.headers.getlist(header)
        if len(proofs) != 1:
            return PlainTextResponse("refused\n", status_code=400)
        return await to_thread.run_sync(_answer, take, body, proofs[0], limiter=_threads())

    return receive


@cache
def _threads() -> CapacityLimiter:
    return CapacityLimiter(THREADS)  # made in the running loop


def _answer(take: Take, body: bytes, proof: str) -> Response:
    """200 for what was taken, now or before; 400 for what its provider did not send; 503 asks for it again later."""
    try:
        take(running.desk(), body, proof)
    except ProviderRejected as error:
        log.warning("A webhook was refused: %s", error.what)  # our own words: nothing of what was posted
        return PlainTextResponse("refused\n", status_code=400)
    except DeskError as error:
        log.warning("A webhook could not be taken now: %s", error.what)
        return PlainTextResponse("later\n", status_code=503)
    return PlainTextResponse("ok\n")
