"""Stripe's error object, and the refusals that several endpoints share."""

from __future__ import annotations

from typing import Any


class StripeError(Exception):
    """A refusal in Stripe's shape. `kept` commits what the request had done before it was refused.

    `saved` says whether the idempotency key remembers it: Stripe saves a result once the endpoint began to run, so a
    failed validation of parameters is not saved.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        type: str = "invalid_request_error",
        saved: bool = True,
        kept: bool = False,
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.status, self.saved, self.kept = status, saved, kept
        self.error: dict[str, Any] = {"message": message, "type": type}
        if code:
            self.error["code"] = code
            self.error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        if param:
            self.error["param"] = param
        self.error.update({name: value for name, value in extra.items() if value is not None})


def no_such(what: str, id: str, param: str = "id", status: int = 404) -> StripeError:
    """`No such customer: 'cus_x'`: 404 for the object that the path names, 400 for one in a parameter."""
    return StripeError(status, f"No such {what}: '{id}'", code="resource_missing", param=param)


def invalid(message: str, param: str | None = None, code: str | None = None) -> StripeError:
    """A parameter that is refused before anything ran."""
    return StripeError(400, message, code=code, param=param, saved=False)


def missing(param: str) -> StripeError:
    """A required parameter that is absent."""
    return invalid(f"Missing required param: {param}.", param, "parameter_missing")


def not_imitated(what: str) -> StripeError:
    """A clear 501 for what the sandbox leaves out."""
    return StripeError(
        501, f"The sandbox does not imitate {what}; see dashboard/sandbox/README.md.", type="api_error", saved=False
    )
