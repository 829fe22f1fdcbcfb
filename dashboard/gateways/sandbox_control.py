"""The built-in sandbox's own controls: its clock, and what becomes of the next debit. Only for the demo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import requests

from dashboard.domain.errors import InputError, ProviderUnreachable
from dashboard.domain.text_safety import clean
from dashboard.gateways.checked import Checked

SECONDS = (2, 60)  # moving the clock settles every debit that is due, which takes a while over a long history


@dataclass(frozen=True)
class SandboxOutcome:
    """One thing that can become of a debit in the sandbox, and what it means."""

    outcome: str
    text: str


@dataclass(frozen=True)
class SandboxConnection:
    """One of the sandbox's Items: `item_id` is Plaid's, `error` its code or None."""

    item_id: str
    institution: str
    accounts: tuple[str, ...]
    error: str | None


class SandboxControl:
    """Talks to `/_sandbox`. Raises ProviderUnreachable where the sandbox does not answer."""

    def __init__(self, url: str, session: requests.Session) -> None:
        self._url, self._session = url.rstrip("/"), session

    def now(self) -> datetime:
        """The sandbox's time in UTC."""
        return _time(self._ask("GET", "/_sandbox"))

    def advance(self, business_days: int) -> datetime:
        """Move the clock by business days and let what is due happen; returns the new time. Raises InputError."""
        return _time(self._ask("POST", "/_sandbox/clock/advance", {"business_days": business_days}))

    def outcomes(self) -> list[SandboxOutcome]:
        """What a debit can be made to do."""
        reply = self._ask("GET", "/_sandbox/outcomes")
        return reply.each("outcomes", lambda one: SandboxOutcome(one.text("outcome"), one.text("text")))

    def set_outcome(self, outcome: str, bank_account: str | None = None) -> None:
        """From now on debits end so, of one Stripe bank account or of all. Raises InputError for an unknown one."""
        body: dict[str, object] = {"outcome": outcome}
        if bank_account is not None:
            body["bank_account"] = bank_account
        self._ask("POST", "/_sandbox/outcome", body)

    def statement(self) -> str:
        """The bank statement that the sandbox's payouts make until now, as Chase's CSV."""
        return self._ask("GET", "/_sandbox/statement").text("csv")

    def connections(self) -> list[SandboxConnection]:
        """The Items that can be broken, newest first."""
        reply = self._ask("GET", "/_sandbox/connections")
        return reply.each("connections", _connection)

    def ways(self) -> dict[str, str]:
        """How a connection can be broken, in words by name."""
        reply = self._ask("GET", "/_sandbox/connections")
        return dict(reply.each("ways", lambda one: (one.text("way"), one.text("text"))))

    def break_connection(self, item_id: str, way: str) -> SandboxConnection:
        """Break or mend one. Raises InputError for an unknown one, and for a way that its generation does not know."""
        return _connection(self._ask("POST", "/_sandbox/connections", {"item_id": item_id, "way": way}))

    def _ask(self, method: str, path: str, body: dict[str, object] | None = None) -> Checked:
        try:
            response = self._session.request(method, self._url + path, json=body, timeout=SECONDS)
            data = response.json()
        except (requests.RequestException, ValueError, RecursionError) as error:
            raise ProviderUnreachable(
                f"The sandbox does not answer ({type(error).__name__}).",
                maybe_done=method != "GET",
                provider="sandbox",
                code="unreachable",
                action="Check whether `make demo` is still running.",
            ) from None
        if response.status_code != 200:
            said = clean(str(data.get("error") or "")) if isinstance(data, dict) else None
            raise InputError(
                f"The sandbox refused: {said or f'HTTP {response.status_code}'}.",
                meaning="Nothing was changed.",
                code="sandbox_refused",
            )
        return Checked(data, provider="sandbox", what=path)


def _time(reply: Checked) -> datetime:
    try:
        return datetime.fromtimestamp(reply.number("now"), UTC)
    except (ValueError, OverflowError, OSError):
        raise reply.broken("names no time") from None


def _connection(one: Checked) -> SandboxConnection:
    return SandboxConnection(
        one.text("item_id"), one.text("institution"), one.texts("accounts"), one.maybe_text("error")
    )
