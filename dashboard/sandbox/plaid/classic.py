"""The API of the founding guide (2015-17): `/exchange_token`, `/institutions`, and the reads that stood beside them.

Besides the guide's exchange, `/balance` is here (form or JSON: client_id, secret, access_token), since that was the
real-time balance of that world, and `DELETE /auth`, which ended a connection. `test_id` / `test_secret` go with
`test,{type},connected` and get no Stripe token. A classic public token is long-lived and may be exchanged again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dashboard.sandbox import ids, tokens
from dashboard.sandbox.plaid.accounts import HOLDER, is_debitable, render_classic
from dashboard.sandbox.plaid.classic_errors import OF_CURRENT, ClassicError
from dashboard.sandbox.plaid.institutions import BY_TYPE, INSTITUTIONS, Institution, search_institutions
from dashboard.sandbox.plaid.items import ACCESS, ITEM, create_item, current_error, save_item, settings
from dashboard.sandbox.state import State

TEST_ID, TEST_SECRET, TEST_KEY = "test_id", "test_secret", "test_key"
TEST_TOKEN = re.compile(r"test,(\w+),connected")
PUBLIC = "plaid.classic_public"
ID_OF = {
    "bofa": "5301a93ac140de84910000e0",
    "chase": "5301a99504977c52b60000d0",
    "wells": "5301aa096b3f822b440001cb",
    "citi": "5301aa306b3f82a00500018b",
    "us": "531ea6327de8211c80000440",
    "usaa": "531ea6602ad939b68700047c",
}


def id_of(institution: Institution) -> str:
    """The legacy institution id: the documented one, else one made from the name."""
    return ID_OF.get(institution.type) or f"53{institution.type.encode().hex()}".ljust(24, "0")[:24]


def render_legacy(institution: Institution) -> dict[str, Any]:
    """An institution as `GET /institutions` has it."""
    credentials = {"username": "User ID", "password": "Password"}
    if institution.type == "usaa":
        credentials["pin"] = "PIN"
    products = ["connect", *(["auth", "balance"] if institution.auth else ["balance"])]
    return {
        "id": id_of(institution),
        "type": institution.type,
        "name": institution.name,
        "has_mfa": True,
        "mfa": ["code", "list", "questions(3)"],
        "products": products,
        "credentials": credentials,
    }


def make_classic_token(
    state: State, institution: Institution, accounts: list[dict[str, Any]] | None = None
) -> tuple[str, dict[str, Any]]:
    """A new classic Item and a public token for it."""
    item = create_item(state, institution, products=["auth"], accounts=accounts, classic=True)
    token = ids.hex_secret(64)
    state.put(PUBLIC, token, {"item_id": item["item_id"]})
    return token, item


def classic_access_token(state: State, item: dict[str, Any]) -> str:
    """The access token of a classic Item, made at the first exchange and the same at the next."""
    if not item["access_token"]:
        item["access_token"] = ids.hex_secret(64)
        state.put(ACCESS, item["access_token"], {"item_id": item["item_id"]})
        save_item(state, item)
    return str(item["access_token"])


def test_item(state: State, type: str) -> dict[str, Any]:
    """The Item behind `test,{type},connected`, made when it is first asked for."""
    institution = BY_TYPE.get(type)
    if institution is None:
        raise ClassicError(1106)
    token = f"test_{type}"
    kept = state.get(ACCESS, token)
    found = state.get(ITEM, kept["item_id"]) if kept else None
    if found is None or found["removed"]:
        found = create_item(state, institution, products=["auth"], classic=True)
        found["access_token"] = token
        save_item(state, found)
        state.put(ACCESS, token, {"item_id": found["item_id"]})
    return found


def check_keys(state: State, form: dict[str, Any]) -> bool:
    """Whether the keys are the guide's test ones. Raises ClassicError 1100, 1101, 1102."""
    client_id, secret = form.get("client_id"), form.get("secret")
    if not client_id:
        raise ClassicError(1100)
    if not secret:
        raise ClassicError(1101)
    if (client_id, secret) == (TEST_ID, TEST_SECRET):
        return True
    if (client_id, secret) != (state.secret("plaid.client_id"), state.secret("plaid.secret")):
        raise ClassicError(1102)
    return False


def exchange_token(state: State, form: dict[str, Any]) -> dict[str, Any]:
    """`POST /exchange_token`, with and without `account_id`."""
    testing = check_keys(state, form)
    public_token = str(form.get("public_token") or "")
    if not public_token:
        raise ClassicError(1107)
    tested = TEST_TOKEN.fullmatch(public_token)
    if testing:
        if not tested:
            raise ClassicError(1109)
        return {"access_token": classic_access_token(state, test_item(state, tested[1]))}
    if tested:
        raise ClassicError(1109)
    kept = state.get(PUBLIC, public_token)
    item = state.get(ITEM, kept["item_id"]) if kept else None
    if item is None or item["removed"]:
        raise ClassicError(1106)
    if form.get("account_id") in (None, ""):
        return {"access_token": classic_access_token(state, item)}
    account = next((each for each in item["accounts"] if each["account_id"] == form["account_id"]), None)
    if account is None:
        raise ClassicError(1606)
    if not is_debitable(account):
        raise ClassicError(2001)
    chosen = settings(state)
    if chosen["stripe_refuses"]:
        raise ClassicError(2002)
    answer = {"access_token": classic_access_token(state, item)}
    if chosen["stripe_connected"]:
        answer["stripe_bank_account_token"] = tokens.mint_bank_token(state, holder_name=HOLDER, source="plaid")
    return answer


def find_classic_item(state: State, form: dict[str, Any]) -> dict[str, Any]:
    """The Item of a classic access token. Raises ClassicError."""
    testing = check_keys(state, form)
    token = str(form.get("access_token") or "")
    if not token:
        raise ClassicError(1000)
    if token.startswith("test_") != testing:
        raise ClassicError(1109)
    if testing and state.get(ACCESS, token) is None:
        return test_item(state, token.removeprefix("test_"))
    kept = state.get(ACCESS, token)
    item = state.get(ITEM, kept["item_id"]) if kept else None
    if item is None or not item["classic"]:
        raise ClassicError(1105)
    if item["removed"]:
        raise ClassicError(1610)
    return item


def read_balance(state: State, form: dict[str, Any]) -> dict[str, Any]:
    """`POST` or `GET /balance`: the accounts with what the bank says now."""
    item = find_classic_item(state, form)
    error = current_error(state, item)
    if error:
        raise ClassicError(OF_CURRENT.get(error.code, 1702))
    if settings(state)["institution_down"] == item["institution_id"]:
        raise ClassicError(1303)
    return {"accounts": [render_classic(each, item) for each in item["accounts"]], "access_token": form["access_token"]}


def remove_user(state: State, form: dict[str, Any]) -> dict[str, Any]:
    """`DELETE /auth`."""
    save_item(state, {**find_classic_item(state, form), "removed": True})
    return {"message": "Successfully removed from system"}


async def read_form(request: Request) -> dict[str, Any]:
    """A form or a JSON object, with the query for GET. Raises ClassicError 1009 for anything else."""
    raw = await request.body()
    if not raw and request.method == "GET":
        return dict(request.query_params)
    kind, _, rest = request.headers.get("content-type", "").partition(";")
    charset = rest.strip().lower().removeprefix("charset=").strip('"') or "utf-8"
    if kind.strip().lower() not in ("application/json", "application/x-www-form-urlencoded") or charset != "utf-8":
        raise ClassicError(1009)
    if kind.strip().lower() == "application/json":
        try:
            body = json.loads(raw)
        except ValueError:
            raise ClassicError(1009) from None
        return body if isinstance(body, dict) else {}
    return dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))


def answer(body: Any, status: int = 200) -> Response:
    """JSON with the request id, which the legacy API had only in a header."""
    return JSONResponse(body, status, {"x-request-id": ids.plaid_request_id()})


def classic_routes(state: State) -> list[Route]:
    """The classic endpoints."""

    def call(path: str, handler: Callable[[State, dict[str, Any]], dict[str, Any]], methods: list[str]) -> Route:
        def run(form: dict[str, Any]) -> dict[str, Any]:
            with state.transaction():
                return handler(state, form)

        async def serve(request: Request) -> Response:
            try:
                return answer(await run_in_threadpool(run, await read_form(request)))
            except ClassicError as error:
                return answer(error.body(), error.status)

        return Route(path, serve, methods=methods)

    async def list_all(request: Request) -> Response:
        return answer([render_legacy(each) for each in INSTITUTIONS])

    async def search(request: Request) -> Response:
        query, product, id = (request.query_params.get(name) for name in ("q", "p", "id"))
        if not query and not id:
            error = ClassicError(1305)
            return answer(error.body(), error.status)
        found = [each for each in INSTITUTIONS if id_of(each) == id] if id else search_institutions(str(query))
        return answer([each for each in map(render_legacy, found) if not product or product in each["products"]])

    async def show(request: Request) -> Response:
        wanted = request.path_params["id"]
        for each in INSTITUTIONS:
            if wanted in (id_of(each), each.type):
                return answer(render_legacy(each))
        error = ClassicError(1301)
        return answer(error.body(), error.status)

    return [
        call("/exchange_token", exchange_token, ["POST"]),
        call("/balance", read_balance, ["POST", "GET"]),
        call("/auth", remove_user, ["DELETE"]),
        Route("/institutions", list_all, methods=["GET"]),
        Route("/institutions/search", search, methods=["GET"]),
        Route("/institutions/{id}", show, methods=["GET"]),
    ]
