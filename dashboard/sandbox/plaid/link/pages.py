"""Link's script, its modal, the hosted page, the bank's own page, and the calls that these make."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from dashboard.sandbox.plaid.institutions import BY_ID, INSTITUTIONS, products_of
from dashboard.sandbox.plaid.link import flow
from dashboard.sandbox.plaid.link.opening import OAUTH
from dashboard.sandbox.plaid.link_tokens import SESSION
from dashboard.sandbox.plaid.logos import draw_logo
from dashboard.sandbox.plaid.wire import page_call
from dashboard.sandbox.state import State

FILES = Path(__file__).parent / "files"
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
SCRIPTS = ("/link/v2/stable/link-initialize.js", "/link/stable/link-initialize.js")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none';"
    " form-action 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def serve_file(name: str, *, shared: bool = False) -> Response:
    """One of the files beside this module; read at each request, since they are small and people edit them."""
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    if shared:  # a page under COEP, or one that reads the script's errors, may load it
        headers |= {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    path = FILES / name
    return Response(path.read_bytes(), media_type=TYPES[path.suffix], headers=headers)


def classic_institutions(state: State, body: dict[str, Any], base: str) -> dict[str, Any]:
    """What the classic handler's `institutions` holds: `{name, type, auth, connect}`."""
    return {
        "institutions": [
            {"name": each.name, "type": each.type, "auth": "auth" in products_of(each), "connect": True}
            for each in INSTITUTIONS
        ]
    }


def link_routes(state: State) -> list[Route]:
    """Everything under `/link` but `/link/token/...`."""

    async def script(request: Request) -> Response:
        return serve_file("link-initialize.js", shared=True)

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in ("modal.js", "bank.js", "words.js", "modal.css"):
            return Response("no such file", 404)
        return serve_file(name)

    async def modal(request: Request) -> Response:
        return HTMLResponse((FILES / "modal.html").read_text(), headers=HEADERS)

    async def bank(request: Request) -> Response:
        kept = state.get(OAUTH, request.path_params["state"])
        session = state.get(SESSION, kept["session"]) if kept else None
        if session is None or not session["institution_id"]:
            return HTMLResponse("<!doctype html><title>Expired</title><p>This sign-in has expired.", 404, HEADERS)
        institution = BY_ID[session["institution_id"]]
        page = (FILES / "bank.html").read_text()
        for mark, value in (
            ("{{bank}}", institution.name),
            ("{{client}}", session["client_name"]),
            ("{{language}}", session["request"].get("language") or "en"),
            ("{{logo}}", draw_logo(institution.name, institution.color)),
        ):
            page = page.replace(mark, html.escape(value))
        return HTMLResponse(page, headers=HEADERS)

    return [
        *(Route(path, script, methods=["GET"]) for path in SCRIPTS),
        Route("/link/modal", modal, methods=["GET"]),
        Route("/link/hosted/{hosted}", modal, methods=["GET"]),
        Route("/link/bank/{state}", bank, methods=["GET"]),
        Route("/link/files/{name}", asset, methods=["GET"]),
        page_call(state, "/link/api/institutions", classic_institutions),
        page_call(state, "/link/api/start", flow.start),
        page_call(state, "/link/api/act", flow.act),
        page_call(state, "/link/api/bank", flow.decide_at_bank),
    ]
