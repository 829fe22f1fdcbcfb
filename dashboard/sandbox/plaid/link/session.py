"""One run of Link: what is kept of it, the events it has sent, and how it ends.

A session is a document of kind `plaid.link_session` under a key that only the modal knows; `id` is the public
`link_session_id`.
"""

from __future__ import annotations

from typing import Any

from dashboard.sandbox import ids
from dashboard.sandbox.plaid.accounts import render_for_link
from dashboard.sandbox.plaid.errors import PlaidError
from dashboard.sandbox.plaid.institutions import BY_ID
from dashboard.sandbox.plaid.items import iso
from dashboard.sandbox.plaid.link_tokens import SESSION, TOKEN
from dashboard.sandbox.plaid.webhooks import send_to
from dashboard.sandbox.state import State

Session = dict[str, Any]
LONG_NAME = 30  # Plaid: a longer client_name is shown as "This Application"
STATUS_OF = {  # Plaid: `status` of onExit's metadata, by what the customer was looking at
    "credentials": "requires_credentials",
    "device": "choose_device",
    "code": "requires_code",
    "questions": "requires_questions",
    "selections": "requires_selections",
    "accounts": "requires_account_selection",
    "oauth": "requires_oauth",
}
VIEW_OF = {
    "consent": "CONSENT",
    "institutions": "SELECT_INSTITUTION",
    "credentials": "CREDENTIAL",
    "device": "MFA",
    "code": "MFA",
    "questions": "MFA",
    "selections": "MFA",
    "accounts": "SELECT_ACCOUNT",
    "oauth": "OAUTH",
    "error": "ERROR",
    "success": "CONNECTED",
}
EVENT_FIELDS = (
    "account_number_mask", "error_type", "error_code", "error_message", "exit_status", "institution_id",
    "institution_name", "institution_search_query", "match_reason", "mfa_type", "routing_number", "view_name",
    "selection",
)  # fmt: skip


def open_session(state: State, *, mode: str, request: dict[str, Any], **facts: Any) -> Session:
    """A new session; `request` is what the link token was made with, or the classic configuration."""
    name = str(request.get("client_name") or "This Application")
    return {
        "key": ids.hex_secret(48),
        "id": ids.plaid_token("session").removeprefix("session-sandbox-"),
        "mode": mode,
        "request": request,
        "client_name": name if len(name) <= LONG_NAME else "This Application",
        "link_token": None,
        "item_id": None,
        "hosted": False,
        "pane": "consent",
        "before": None,
        "institution_id": None,
        "username": "user_good",
        "rounds": [],
        "accounts": None,
        "error": None,
        "failures": 0,
        "query": "",
        "found": True,
        "oauth": None,
        "events": [],
        "sent": 0,
        "opened": state.clock.timestamp(),
        "finished": None,
        "exit": None,
        "result": None,
        "success": None,
        **facts,
    }


def save_session(state: State, session: Session) -> None:
    """Keep the session."""
    state.put(SESSION, session["key"], session)


def emit(state: State, session: Session, name: str, **facts: Any) -> None:
    """Add an event, with every member of onEvent's metadata that Plaid documents."""
    institution = BY_ID.get(session["institution_id"] or "")
    metadata: dict[str, Any] = dict.fromkeys(EVENT_FIELDS)
    metadata |= {
        "institution_id": institution.id if institution else None,
        "institution_name": institution.name if institution else None,
        "is_update_mode": "true" if session["item_id"] else "false",
        "timestamp": iso(state.clock.now()),
        "link_session_id": session["id"],
        "request_id": ids.plaid_request_id(),
        **facts,
    }
    session["events"].append({"id": ids.plaid_id(20), "name": name, "metadata": metadata})


def turn_to(state: State, session: Session, pane: str, **facts: Any) -> None:
    """Show another pane, and say so."""
    session["before"], session["pane"] = session["pane"], pane
    emit(state, session, "TRANSITION_VIEW", view_name=VIEW_OF[pane], **facts)


def fail(state: State, session: Session, code: str) -> None:
    """Note what went wrong at the bank; the pane stays for what can be typed again, else an error pane comes."""
    error = PlaidError(code)
    session["error"] = public_error(error)
    emit(
        state,
        session,
        "ERROR",
        error_type=error.kind.type,
        error_code=error.code,
        error_message=error.message,
    )


def public_error(error: PlaidError) -> dict[str, Any]:
    """The error as onExit has it: four members."""
    body = error.body()
    return {name: body[name] for name in ("error_type", "error_code", "error_message", "display_message")}


def institution_of(session: Session) -> dict[str, Any] | None:
    """`metadata.institution`: `{name, institution_id}`, in the classic generation `{name, type}`."""
    institution = BY_ID.get(session["institution_id"] or "")
    if institution is None:
        return None
    if session["mode"] == "classic":
        return {"name": institution.name, "type": institution.type}
    return {"name": institution.name, "institution_id": institution.id}


def status_of(session: Session) -> str | None:
    """`metadata.status` of onExit."""
    pane = session["before"] if session["pane"] == "error" else session["pane"]
    if pane == "institutions" and not session["found"]:
        return "institution_not_found"
    return STATUS_OF.get(pane)


def leave(state: State, session: Session) -> None:
    """End without an Item: EXIT, then onExit."""
    status, error = status_of(session), session["error"]
    emit(
        state,
        session,
        "EXIT",
        exit_status=status,
        error_type=error["error_type"] if error else None,
        error_code=error["error_code"] if error else None,
        error_message=error["error_message"] if error else None,
    )
    session["exit"] = {
        "error": error,
        "metadata": {
            "institution": institution_of(session),
            "status": status,
            "link_session_id": session["id"],
            "request_id": ids.plaid_request_id(),
        },
    }
    session["finished"] = state.clock.timestamp()
    announce(state, session, "EXITED")


def succeed(state: State, session: Session, public_token: str, accounts: list[dict[str, Any]]) -> None:
    """Note the result; the token is used up by it, except in update mode."""
    shown = [render_for_link(account) for account in accounts]
    metadata: dict[str, Any] = {
        "institution": institution_of(session),
        "accounts": shown,
        "link_session_id": session["id"],
    }
    if session["mode"] == "classic":
        chosen = accounts[0] if session["request"].get("select_account") else None
        metadata |= {"public_token": public_token}
        if chosen:
            metadata |= {
                "account_id": chosen["account_id"],
                "account": {"id": chosen["account_id"], "name": chosen["name"]},
            }
    else:
        metadata |= {"transfer_status": None, "account": shown[0] if shown else None, "public_token": public_token}
        metadata["account_id"] = shown[0]["id"] if len(shown) == 1 else None
    session["success"] = {"public_token": public_token, "metadata": metadata}
    session["error"] = None
    kept = state.get(TOKEN, session["link_token"] or "")
    if kept and not session["item_id"]:
        state.put(TOKEN, kept["token"], {**kept, "used": True})


def finish(state: State, session: Session) -> None:
    """HANDOFF, then onSuccess."""
    emit(state, session, "HANDOFF")
    if session["mode"] == "current" and not session["item_id"]:
        session["result"] = {
            "public_token": session["success"]["public_token"],
            "accounts": session["success"]["metadata"]["accounts"],
            "institution": institution_of(session),
        }
    session["finished"] = state.clock.timestamp()
    announce(state, session, "SUCCESS")


def announce(state: State, session: Session, status: str) -> None:
    """The SESSION_FINISHED webhook, which Hosted Link sends by default."""
    if not session["hosted"]:
        return
    tokens = [session["success"]["public_token"]] if status == "SUCCESS" else []
    send_to(
        state,
        session["request"].get("webhook"),
        {
            "webhook_type": "LINK",
            "webhook_code": "SESSION_FINISHED",
            "status": status,
            "link_session_id": session["id"],
            "link_token": session["link_token"],
            "public_tokens": tokens,
        },
    )
