"""What a provider's code means to the person at the counter: what happened, what to tell the customer, what to do.

The words are ours; the codes are Plaid's (both generations) and Stripe's. A code outside the tables is shown as it
came. The tables themselves are in `problem_words`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from dashboard.domain.errors import DeskError, ProviderError, ProviderRejected
from dashboard.domain.models import Problem
from dashboard.messages.provider_codes import (
    CLASSIC_CODES,
    EXIT_STATUSES,
    PLAID_CODES,
    PLAID_TYPES,
    STRIPE_CODES,
    Words,
)

CLASSIC = "classic"
NOT_CONNECTED = "not enabled for the stripe"  # Plaid: its message where the Stripe integration is not connected


def explain(error: DeskError) -> Problem:
    """The problem that an error is, in words for a person; keeps code, provider and request id."""
    if not isinstance(error, ProviderError):
        return Problem(error.what, error.meaning, error.action, error.code)
    words = find_words(error.provider, error.code, error.kind, error.provider_message)
    if words is None:
        return Problem(
            error.what, error.meaning, error.action or _ask(error), error.code, error.provider, error.request_id
        )
    what = words.what
    if words.quote and error.provider_message:
        what = f"{what} ({error.provider_message.rstrip('.')})"
    return Problem(f"{what}.", words.meaning, words.action, error.code, error.provider, error.request_id)


def find_words(provider: str, code: str, kind: str = "", message: str = "") -> Words | None:
    """The words for a code; None where the tables do not know it."""
    if provider == "plaid" and kind == CLASSIC:
        return CLASSIC_CODES.get(code)
    if provider == "plaid":
        if NOT_CONNECTED in message.lower():
            return PLAID_CODES["INVALID_PRODUCT"]
        return PLAID_CODES.get(code) or PLAID_TYPES.get(kind)
    if provider == "stripe":
        if code == "resource_missing" and "no such token" in message.lower():
            return STRIPE_CODES["no_such_token"]
        return STRIPE_CODES.get(code)
    return None


@contextmanager
def explained() -> Iterator[None]:
    """Give a provider's error its words on its way to a page."""
    try:
        yield
    except ProviderError as error:
        problem = explain(error)
        error.what, error.meaning, error.action = problem.what, problem.meaning, problem.action
        error.args = (problem.what,)
        raise


def explain_exit(error: Mapping[str, object] | None, status: str | None, request_id: str | None) -> Problem | None:
    """What ended a Link session without a bank; None where the customer just closed it at the start.

    `error` is Link's: `{error_type, error_code, error_message, display_message}`, or the guide's `{code, message,
    resolve}`.
    """
    if error:
        code, kind = str(error.get("error_code") or ""), str(error.get("error_type") or "")
        message = str(error.get("display_message") or error.get("error_message") or "")
        if not code and "code" in error:
            code, kind, message = str(error["code"]), CLASSIC, str(error.get("message") or "")
        return explain(
            ProviderRejected(
                f"Link ended: {message or code or 'no reason given'}.",
                provider="plaid",
                code=code,
                kind=kind,
                request_id=request_id,
                provider_message=message,
                meaning="No bank was linked.",
                action="Open Link again when the customer is ready.",
            )
        )
    words = EXIT_STATUSES.get(status or "")
    if words is None:
        return None
    return Problem(f"{words.what}.", words.meaning, words.action, status or "", "plaid", request_id)


def _ask(error: ProviderError) -> str:
    name = error.provider.capitalize()
    return f"Give {name}'s support the request id." if error.request_id else f"Look at {name}'s status page."
