"""What Link does with each thing that the customer does: from consent to the Item, pane by pane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboard.sandbox import ids
from dashboard.sandbox.plaid.accounts import allowed, make_accounts
from dashboard.sandbox.plaid.errors import PlaidError, field_error
from dashboard.sandbox.plaid.institutions import BY_ID, REPLACING
from dashboard.sandbox.plaid.items import ITEM, end_older_items, settings
from dashboard.sandbox.plaid.link.connecting import connect
from dashboard.sandbox.plaid.link.opening import OAUTH, begin, resume
from dashboard.sandbox.plaid.link.session import (
    Session,
    emit,
    fail,
    finish,
    leave,
    open_session,
    public_error,
    save_session,
    turn_to,
)
from dashboard.sandbox.plaid.link.views import choices, found_institutions, render_view
from dashboard.sandbox.plaid.link_tokens import SESSION
from dashboard.sandbox.plaid.users import DEVICES, sign_in
from dashboard.sandbox.state import State

RETYPED = ("INVALID_CREDENTIALS", "INVALID_MFA", "INVALID_UPDATED_USERNAME")
MOST_FAILURES = 5  # Plaid: Link ends with INVALID_LINK_TOKEN after too many wrong sign-ins


def start(state: State, body: dict[str, Any], base: str) -> dict[str, Any]:
    """Open Link. What cannot be opened ends at once, with the error in onExit."""
    try:
        resumed = resume(state, body)
        if resumed:
            _poll_bank(state, resumed, {})
        session = resumed or begin(state, body)
    except PlaidError as error:
        session = open_session(state, mode="classic" if body.get("key") else "current", request={})
        emit(state, session, "OPEN")
        emit(state, session, "ERROR", error_type=error.kind.type, error_code=error.code, error_message=error.message)
        session["error"] = public_error(error)
        leave(state, session)
    return answer(state, session, base)


def act(state: State, body: dict[str, Any], base: str) -> dict[str, Any]:
    """One thing that the customer did, by the session's key. A finished session answers as it ended."""
    session = state.get(SESSION, str(body.get("session")))
    action = ACTIONS.get(str(body.get("action")))
    if session is None or action is None:
        raise PlaidError("NOT_FOUND")
    if not session["finished"]:
        action(state, session, body)
    return answer(state, session, base)


def answer(state: State, session: Session, base: str) -> dict[str, Any]:
    """What the modal gets: the view, the events that are new, and the end where this was it."""
    events = session["events"][session["sent"] :]
    session["sent"] = len(session["events"])
    save_session(state, session)
    end: dict[str, Any] | None = None
    if session["exit"]:
        end = {"kind": "exit", **session["exit"]}
    elif session["finished"]:
        end = {"kind": "success", **session["success"]}
        if session["hosted"]:
            end = {"kind": "success"}  # the tokens of a hosted session are only for the server
    if end and session["hosted"]:
        hosted = session["request"].get("hosted_link") or {}
        end["redirect"] = hosted.get("completion_redirect_uri")
    return {
        "session": session["key"],
        "view": render_view(state, session, base),
        "events": [{"name": each["name"], "metadata": each["metadata"]} for each in events],
        "end": end,
    }


def _consent(state: State, session: Session, body: dict[str, Any]) -> None:
    if session["institution_id"]:
        _enter_bank(state, session)
    else:
        turn_to(state, session, "institutions")


def _search(state: State, session: Session, body: dict[str, Any]) -> None:
    session["query"] = str(body.get("query") or "")[:200]
    session["found"] = bool(found_institutions(session))
    if session["query"]:
        emit(state, session, "SEARCH_INSTITUTION", institution_search_query=session["query"])


def _choose(state: State, session: Session, body: dict[str, Any]) -> None:
    institution = BY_ID.get(str(body.get("institution_id")))
    if institution is None or session["item_id"]:
        raise PlaidError("INVALID_INSTITUTION")
    session["institution_id"] = institution.id
    hint = (session["request"].get("institution_data") or {}).get("routing_number")
    emit(
        state,
        session,
        "SELECT_INSTITUTION",
        routing_number=hint if hint in institution.routing else None,
        institution_search_query=session["query"] or None,
    )
    _enter_bank(state, session)


def _enter_bank(state: State, session: Session) -> None:
    institution = BY_ID[session["institution_id"]]
    session["error"], session["oauth"] = None, None
    if settings(state)["institution_down"] == institution.id:
        fail(state, session, "INSTITUTION_DOWN")
        turn_to(state, session, "error")
    elif institution.oauth and session["mode"] == "current":
        session["oauth"] = {"state": ids.plaid_id(36), "decided": None}
        state.put(OAUTH, session["oauth"]["state"], {"session": session["key"]})
        turn_to(state, session, "oauth")
    else:
        turn_to(state, session, "credentials")


def _credentials(state: State, session: Session, body: dict[str, Any]) -> None:
    emit(state, session, "SUBMIT_CREDENTIALS")
    username, password = str(body.get("username") or ""), str(body.get("password") or "")
    pin = body.get("pin")
    login = sign_in(username, password, classic=session["mode"] == "classic", pin=str(pin) if pin else None)
    item = state.get(ITEM, session["item_id"]) if session["item_id"] else None
    code = login.error
    if not code and item and session["mode"] == "current" and username != item["username"]:
        code = "INVALID_UPDATED_USERNAME"
    if code:
        _fail_login(state, session, code)
        return
    session["error"], session["username"] = None, username
    session["rounds"] = [
        {"kind": each.kind, "prompts": each.prompts, "answers": each.answers, "options": each.options}
        for each in login.rounds
    ]
    session["accounts"] = make_accounts(login.accounts) if item is None else item["accounts"]
    _next_round(state, session)


def _fail_login(state: State, session: Session, code: str) -> None:
    session["failures"] += 1
    fail(state, session, code)
    if session["failures"] >= MOST_FAILURES:
        session["error"] = public_error(PlaidError("INVALID_LINK_TOKEN"))
        leave(state, session)
    elif code not in RETYPED:
        turn_to(state, session, "error")


def _next_round(state: State, session: Session) -> None:
    if session["rounds"]:
        kind = session["rounds"][0]["kind"]
        turn_to(state, session, kind, mfa_type=kind)
    else:
        _to_accounts(state, session)


def _device(state: State, session: Session, body: dict[str, Any]) -> None:
    if body.get("device") not in [id for id, _ in DEVICES]:
        raise field_error("device must be one that was offered")
    emit(state, session, "SUBMIT_MFA", mfa_type="device")
    session["error"] = None
    turn_to(state, session, "code", mfa_type="code")


def _mfa(state: State, session: Session, body: dict[str, Any]) -> None:
    if session["pane"] not in ("code", "questions", "selections"):
        return
    emit(state, session, "SUBMIT_MFA", mfa_type=session["pane"])
    given = tuple(str(each).strip() for each in body.get("answers") or ())
    if given != tuple(session["rounds"][0]["answers"]):
        _fail_login(state, session, "INVALID_MFA")
        return
    session["error"] = None
    session["rounds"] = session["rounds"][1:]
    _next_round(state, session)


def _oauth_opened(state: State, session: Session, body: dict[str, Any]) -> None:
    session["error"] = None
    emit(state, session, "OPEN_OAUTH")


def _oauth_blocked(state: State, session: Session, body: dict[str, Any]) -> None:
    emit(state, session, "FAIL_OAUTH", error_message="The browser blocked the bank's pop-up window.")


def _poll_bank(state: State, session: Session, body: dict[str, Any]) -> None:
    """Look whether the customer has decided at the bank; `closed` says that the pop-up is gone."""
    if session["pane"] != "oauth":
        return
    decided = session["oauth"]["decided"]
    if decided is None:
        if body.get("closed"):
            emit(state, session, "CLOSE_OAUTH")
        return
    emit(state, session, "CLOSE_OAUTH")
    if not decided:
        emit(state, session, "FAIL_OAUTH", error_code="ACCESS_NOT_GRANTED")
        fail(state, session, "ACCESS_NOT_GRANTED")
        turn_to(state, session, "error")
        return
    item = state.get(ITEM, session["item_id"]) if session["item_id"] else None
    session["accounts"] = make_accounts() if item is None else item["accounts"]
    _to_accounts(state, session)


def decide_at_bank(state: State, body: dict[str, Any], base: str) -> dict[str, Any]:
    """The bank's page: Allow or Deny, once. From here on the bank has ended older connections, where it does that."""
    kept = state.get(OAUTH, str(body.get("state")))
    session = state.get(SESSION, kept["session"]) if kept else None
    if session is None or session["finished"] or not session["oauth"]:
        raise PlaidError("NOT_FOUND")
    if session["oauth"]["state"] != body.get("state") or session["oauth"]["decided"] is not None:
        raise PlaidError("NO_LONGER_AVAILABLE")
    session["oauth"]["decided"] = bool(body.get("allow"))
    user = (session["request"].get("user") or {}).get("client_user_id")
    if body.get("allow") and settings(state)["duplicate_kills_old"] and session["institution_id"] in REPLACING:
        end_older_items(
            state, {"institution_id": session["institution_id"], "client_user_id": user, "item_id": session["item_id"]}
        )
    save_session(state, session)
    redirect = session["request"].get("redirect_uri")
    return {"redirect": f"{redirect}?oauth_state_id={body['state']}" if redirect else None}


def _to_accounts(state: State, session: Session) -> None:
    update = (session["request"].get("update") or {}).get("account_selection_enabled")
    if session["item_id"] and not update:
        connect(state, session, session["accounts"])
        return
    if session["mode"] == "classic" and not session["request"]["select_account"]:
        connect(state, session, session["accounts"])
        return
    if not any(allowed(account, session["request"].get("account_filters")) for account in session["accounts"]):
        fail(state, session, "NO_ACCOUNTS")
        turn_to(state, session, "error")
        return
    turn_to(state, session, "accounts")


def _accounts(state: State, session: Session, body: dict[str, Any]) -> None:
    if session["pane"] != "accounts":
        return
    shown, multiple = choices(session)
    wanted = set(body.get("account_ids") or [])
    chosen = [account for account in shown if account["account_id"] in wanted]
    if len(chosen) != len(wanted) or not chosen or (len(chosen) > 1 and not multiple):
        raise field_error("account_ids must be accounts that were offered")
    emit(state, session, "SELECT_ACCOUNT", account_number_mask=chosen[0]["mask"])
    connect(state, session, chosen)


def _finish(state: State, session: Session, body: dict[str, Any]) -> None:
    if session["success"]:
        finish(state, session)


def _back(state: State, session: Session, body: dict[str, Any]) -> None:
    session["error"], session["rounds"] = None, []
    if session["item_id"]:
        _enter_bank(state, session)
        return
    session["institution_id"], session["query"], session["found"] = None, "", True
    turn_to(state, session, "institutions")


def _retry(state: State, session: Session, body: dict[str, Any]) -> None:
    if session["institution_id"]:
        _enter_bank(state, session)


def _exit(state: State, session: Session, body: dict[str, Any]) -> None:
    if session["success"]:
        finish(state, session)
    else:
        leave(state, session)


ACTIONS: dict[str, Callable[[State, Session, dict[str, Any]], None]] = {
    "consent": _consent,
    "search": _search,
    "choose": _choose,
    "credentials": _credentials,
    "device": _device,
    "mfa": _mfa,
    "oauth_opened": _oauth_opened,
    "oauth_blocked": _oauth_blocked,
    "oauth_poll": _poll_bank,
    "accounts": _accounts,
    "finish": _finish,
    "back": _back,
    "retry": _retry,
    "exit": _exit,
}
