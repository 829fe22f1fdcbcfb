"""What the browser reports of Link: evidence of what a person did there, bounded and checked, never trusted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dashboard.domain.errors import InputError
from dashboard.domain.models import OfferedAccount, Secret
from dashboard.domain.text_safety import clean, is_clean
from dashboard.gateways.redaction import redact

KINDS = frozenset({"success", "exit", "unavailable"})
OUTCOME_ID = re.compile(r"[A-Za-z0-9_.:-]{8,80}")
TEXT_LIMIT = 500
TOKEN_LIMIT = 300  # a public token has about 50 characters
ACCOUNTS_LIMIT = 50
EVENTS_LIMIT = 200  # a long session has about 40
EVENT_BYTES = 2_000
DETAIL_BYTES = 16_000
EVIDENCE_FIELDS = 40
LARGEST_NUMBER = 2**53  # what a browser's own numbers hold exactly; no fact of a session is larger
HIDDEN = re.compile(r"token|secret|password|credential|account_number(?!_mask)", re.IGNORECASE)


@dataclass(frozen=True)
class Outcome:
    """A checked report of one Link session. `detail` is what support gets to see; no token is in it."""

    id: str
    kind: str
    public_token: Secret | None = None
    accounts: tuple[OfferedAccount, ...] = ()
    account_id: str | None = None
    institution_id: str | None = None
    institution_name: str | None = None
    link_session_id: str | None = None
    request_id: str | None = None
    status: str | None = None
    error: dict[str, Any] | None = None
    popup_blocked: bool = False
    detail: dict[str, Any] = field(default_factory=dict)
    events: tuple[dict[str, Any], ...] = ()


def read_outcome(raw: object, *, needs_token: bool = True) -> Outcome:
    """The checked outcome. Raises InputError where its shape is not one that Link gives.

    A success brings a public token; in update mode on a phone it does not (`needs_token`).
    """
    if not isinstance(raw, Mapping):
        raise unreadable("is no object")
    id, kind = raw.get("id"), raw.get("kind")
    if not isinstance(id, str) or not OUTCOME_ID.fullmatch(id):
        raise unreadable("has no usable id")
    if not isinstance(kind, str) or kind not in KINDS:
        raise unreadable("is of an unknown kind")
    metadata = _mapping(raw.get("metadata"), "metadata")
    institution = _mapping(metadata.get("institution"), "institution")
    error = _mapping(raw.get("error"), "error")
    outcome = Outcome(
        id=id,
        kind=str(kind),
        institution_id=_text(institution.get("institution_id") or institution.get("type"), "institution"),
        institution_name=_text(institution.get("name"), "institution name"),
        link_session_id=_text(metadata.get("link_session_id"), "link_session_id"),
        request_id=_text(metadata.get("request_id"), "request_id"),
        status=_text(metadata.get("status"), "status"),
        error=_bounded(error, DETAIL_BYTES) or None,
        popup_blocked=raw.get("popup_blocked") is True,
        detail=_bounded({"error": error or None, "metadata": metadata}, DETAIL_BYTES),
        events=_read_events(raw.get("events")),
    )
    if kind != "success":
        return outcome
    token = raw.get("public_token")
    if token is None and not needs_token:
        return outcome
    if not isinstance(token, str) or not token.strip() or len(token) > TOKEN_LIMIT or not token.isprintable():
        raise unreadable("brings no public token")
    accounts, account_id = _read_accounts(metadata)
    return Outcome(**{**vars(outcome), "public_token": Secret(token), "accounts": accounts, "account_id": account_id})


def read_evidence(raw: object) -> dict[str, str | int | float | bool | None]:
    """The facts of the customer's browser that a mandate keeps; anything else than short plain values is left out.

    It never refuses: a bank that was linked must not be lost for a strange screen size.
    """
    found: dict[str, str | int | float | bool | None] = {}
    if not isinstance(raw, Mapping):
        return found
    for key, value in list(raw.items())[:EVIDENCE_FIELDS]:
        if not isinstance(key, str) or len(key) > 60 or HIDDEN.search(key):
            continue
        if isinstance(value, str):
            found[clean(key)] = redact(clean(value))[:TEXT_LIMIT]
        elif value is None or (isinstance(value, bool | int | float) and abs(value) <= LARGEST_NUMBER):
            found[key] = value
    return found


def unreadable(how: str) -> InputError:
    """The error for a report that Link would not give; it quotes nothing."""
    return InputError(
        f"What the browser reported {how}.",
        meaning="It was ignored; nothing was linked.",
        action="Reload the page and open Link again.",
        code="invalid_outcome",
    )


def _read_accounts(metadata: Mapping[str, object]) -> tuple[tuple[OfferedAccount, ...], str | None]:
    """The accounts offered, and the one that was picked where that is clear.

    Classic: `metadata.account_id`, with `metadata.account` or none; an account of unknown type passes, since Plaid
    itself refuses one that is not depository at the exchange (code 2001).
    """
    raw = metadata.get("accounts")
    if raw is None:
        raw = []
    if not isinstance(raw, Sequence) or isinstance(raw, str) or len(raw) > ACCOUNTS_LIMIT:
        raise unreadable("has no usable list of accounts")
    accounts = tuple(_account(_mapping(one, "account")) for one in raw)
    picked = _text(metadata.get("account_id"), "account_id")
    if picked and not any(account.id == picked for account in accounts):
        single = {"type": "depository", **_mapping(metadata.get("account"), "account"), "id": picked}
        accounts = (*accounts, _account(single))
    if len({account.id for account in accounts}) != len(accounts):
        raise unreadable("names an account twice")
    if not picked and len(accounts) == 1:
        picked = accounts[0].id
    return accounts, picked


def _account(one: Mapping[str, object]) -> OfferedAccount:
    id, type = _text(one.get("id"), "account id"), _text(one.get("type"), "account type")
    if not id or not type:
        raise unreadable("has an account without id or type")
    return OfferedAccount(
        id=id,
        name=_text(one.get("name"), "account name") or "Account",
        mask=_text(one.get("mask"), "mask"),
        type=type,
        subtype=_text(one.get("subtype"), "subtype"),
    )


def _read_events(raw: object) -> tuple[dict[str, Any], ...]:
    """The newest events that are small enough; events are for support and never a reason to refuse a linked bank."""
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        return ()
    return tuple(_bounded(event, EVENT_BYTES) for event in raw[-EVENTS_LIMIT:] if isinstance(event, Mapping))


def _bounded(value: Mapping[str, object], limit: int) -> dict[str, Any]:
    """The value without what could be a secret; `{"too_large": bytes}` in place of one that is too large."""
    if not value:
        return {}
    clean = _without_secrets(value, 0)
    size = len(json.dumps(clean, default=str).encode())
    return {"too_large": size} if size > limit else clean


def _without_secrets(value: object, depth: int) -> Any:
    if depth > 6:
        return "…"
    if isinstance(value, Mapping):
        return {
            clean(str(key))[:100]: _without_secrets(one, depth + 1)
            for key, one in value.items()
            if not HIDDEN.search(str(key))
        }
    if isinstance(value, list | tuple):
        return [_without_secrets(one, depth + 1) for one in value[:ACCOUNTS_LIMIT]]
    if value is None or (isinstance(value, bool | int | float) and abs(value) <= LARGEST_NUMBER):
        return value
    return redact(clean(str(value)))[:TEXT_LIMIT] if not isinstance(value, int) else "…"


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise unreadable(f"has a {what} of another shape")
    return value


def _text(value: object, what: str) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or len(value) > TEXT_LIMIT or not is_clean(value):
        raise unreadable(f"has a {what} that is no short text")
    return value
