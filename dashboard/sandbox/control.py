"""The sandbox's own controls under `/_sandbox`: its clock, the outcomes of debits, faults, a reset."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dashboard.sandbox.faults import Faults
from dashboard.sandbox.state import State
from dashboard.sandbox.stripe import approvals, engine, payouts, refunds, statement
from dashboard.sandbox.stripe.api import NAMED
from dashboard.sandbox.stripe.outcomes import OUTCOMES


async def read_json(request: Request) -> dict[str, Any]:
    """The body's JSON object; an empty body is an empty object. Raises ValueError for anything else."""
    raw = await request.body()
    body = json.loads(raw) if raw.strip() else {}
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")
    return body


def guard(handler: Callable[[Request], Awaitable[Any]]) -> Callable[[Request], Awaitable[Response]]:
    """Answer with what the handler gives, and with a 400 in one sentence where it raises ValueError."""

    async def serve(request: Request) -> Response:
        try:
            return JSONResponse(await handler(request))
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)

    return serve


def routes(state: State, faults: Faults) -> list[Route]:
    """The control endpoints over one state and its faults."""

    def show_clock() -> dict[str, Any]:
        now = state.clock.now()
        return {"now": int(now.timestamp()), "now_iso": now.isoformat(timespec="seconds")}

    async def show(request: Request) -> dict[str, Any]:
        engine.tick(state)
        return {**show_clock(), "counts": engine.count_objects(state), "faults": faults.waiting()}

    async def advance(request: Request) -> dict[str, Any]:
        body = await read_json(request)
        engine.tick(state)
        if "seconds" in body:
            state.clock.advance_to(state.clock.now() + timedelta(seconds=int(body["seconds"])))
        else:
            state.clock.advance(int(body.get("business_days", 1)))
        changed = engine.tick(state)
        return {**show_clock(), "changed": changed}

    async def set_outcome(request: Request) -> dict[str, Any]:
        body = await read_json(request)
        engine.tick(state)
        return engine.choose_outcome(
            state, str(body.get("outcome")), body.get("bank_account") or None, body.get("payment_intent") or None
        )

    async def set_refund_outcome(request: Request) -> dict[str, Any]:
        body = await read_json(request)
        engine.tick(state)
        return refunds.choose_outcome(state, fails=bool(body.get("fails", True)), refund=body.get("refund") or None)

    async def set_payout_outcome(request: Request) -> dict[str, Any]:
        body = await read_json(request)
        engine.tick(state)
        return payouts.choose_outcome(state, fails=bool(body.get("fails", True)), payout=body.get("payout") or None)

    async def set_rule(request: Request) -> dict[str, Any]:
        body = await read_json(request)
        engine.tick(state)
        return approvals.choose_rule(state, str(body.get("action")), on=bool(body.get("on", True)))

    async def list_approvals(request: Request) -> dict[str, Any]:
        return {"approval_requests": approvals.listed(state)}

    async def decide(request: Request) -> dict[str, Any]:
        body = await read_json(request)
        engine.tick(state)
        return approvals.decide(state, request.path_params["id"], str(body.get("decision")), NAMED)

    async def list_outcomes(request: Request) -> dict[str, Any]:
        return {
            "outcomes": [{"outcome": each.name, "text": each.text} for each in OUTCOMES.values()],
            "chosen": engine.chosen_outcomes(state),
        }

    async def arm(request: Request) -> dict[str, Any]:
        return faults.add(await read_json(request))

    async def disarm(request: Request) -> dict[str, Any]:
        return {"cleared": faults.clear()}

    async def reset(request: Request) -> dict[str, Any]:
        faults.clear()
        state.reset()
        state.set("history", "none, since a reset")  # or the next start would fill it again
        engine.prepare(state)
        return show_clock()

    async def show_statement(request: Request) -> dict[str, Any]:
        engine.tick(state)
        return {"csv": statement.write(state)}

    return [
        Route("/_sandbox/statement", guard(show_statement), methods=["GET"]),
        Route("/_sandbox", guard(show), methods=["GET"]),
        Route("/_sandbox/clock/advance", guard(advance), methods=["POST"]),
        Route("/_sandbox/outcome", guard(set_outcome), methods=["POST"]),
        Route("/_sandbox/refund_outcome", guard(set_refund_outcome), methods=["POST"]),
        Route("/_sandbox/payout_outcome", guard(set_payout_outcome), methods=["POST"]),
        Route("/_sandbox/approval_rule", guard(set_rule), methods=["POST"]),
        Route("/_sandbox/approvals", guard(list_approvals), methods=["GET"]),
        Route("/_sandbox/approvals/{id}", guard(decide), methods=["POST"]),
        Route("/_sandbox/outcomes", guard(list_outcomes), methods=["GET"]),
        Route("/_sandbox/faults", guard(arm), methods=["POST"]),
        Route("/_sandbox/faults", guard(disarm), methods=["DELETE"]),
        Route("/_sandbox/reset", guard(reset), methods=["POST"]),
    ]
