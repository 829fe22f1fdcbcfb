"""Every error that ACH Desk raises on purpose, as one tree.

DeskError                     what happened, what it means for this person, what to do
├── ConfigError               a setting is missing or contradicts another; names the key and the fix
├── AccessDenied              this person may not do this
├── InputError                what a person typed cannot be used
│   └── FormError             fields of a form; carries what is wrong with each
├── Refused                   the desk itself says no: a rule about money or mandates
├── StoreError                the database
│   ├── WrongDatabase         the file belongs to another environment, account or mode
│   ├── UnreadableSecret      a stored secret cannot be decrypted with the keys at hand
│   ├── StoreUnavailable      locked, full, read-only or damaged
│   └── LeaseLost             somebody else works on this row now
└── ProviderError             Plaid or Stripe; carries provider, code and request_id
    ├── ProviderUnreachable   no usable answer; `maybe_done` says whether the request may have had its effect
    ├── ProviderLimited       too many requests; try again later
    ├── ProviderDenied        our key is not accepted, or not for this; it says nothing about the request
    ├── ProviderRejected      a definite no; trying the same again changes nothing
    ├── ProviderPaused        held until somebody approves it at the provider; it may still have its effect
    └── ProviderBroken        an answer that breaks the provider's own contract
"""

from __future__ import annotations

from collections.abc import Mapping


class DeskError(Exception):
    """An error a person can act on: `what` happened, `meaning` for them, `action` to take; one sentence each."""

    def __init__(self, what: str, *, meaning: str = "", action: str = "", code: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.meaning = meaning
        self.action = action
        self.code = code

    def sentences(self) -> str:
        """The whole error as running text, for a log line or a terminal."""
        return " ".join(part for part in (self.what, self.meaning, self.action) if part)


class ConfigError(DeskError):
    """A setting is missing or contradicts another; `key` is its name."""

    def __init__(self, key: str, what: str, *, action: str) -> None:
        super().__init__(f"{key}: {what}", action=action, code="config")
        self.key = key

    def sentences(self) -> str:
        """One sentence that names the key and the fix."""
        return f"{self.what}; {self.action[:1].lower()}{self.action[1:]}"


class AccessDenied(DeskError):
    """This person may not do this."""


class InputError(DeskError):
    """What a person typed cannot be used."""


class FormError(InputError):
    """Fields of a form cannot be used; `fields` has what is wrong with each, by the field's name."""

    def __init__(self, fields: Mapping[str, InputError]) -> None:
        wrong = list(fields.values())
        what = " ".join(dict.fromkeys(one.what for one in wrong))
        action = " ".join(dict.fromkeys(one.action for one in wrong))
        super().__init__(what, meaning="Nothing was saved.", action=action, code=wrong[0].code)
        self.fields = dict(fields)


class Refused(DeskError):
    """The desk itself says no, by a rule about money, mandates or the state of a row."""


class StoreError(DeskError):
    """Something about the database."""


class WrongDatabase(StoreError):
    """The database file belongs to another Plaid environment, Stripe account or mode."""


class UnreadableSecret(StoreError):
    """A stored secret cannot be decrypted with the keys at hand."""


class StoreUnavailable(StoreError):
    """The database is locked, full, read-only or damaged; nothing was written."""


class LeaseLost(StoreError):
    """Another worker holds this row's lease; this one must not write its result."""


class ProviderError(DeskError):
    """Plaid or Stripe answered with an error, or not at all; `request_id` is what their support asks for."""

    def __init__(
        self,
        what: str,
        *,
        provider: str,
        code: str = "",
        kind: str = "",
        request_id: str | None = None,
        http_status: int | None = None,
        provider_message: str = "",
        meaning: str = "",
        action: str = "",
    ) -> None:
        super().__init__(what, meaning=meaning, action=action, code=code)
        self.provider = provider
        self.kind = kind
        self.request_id = request_id
        self.http_status = http_status
        self.provider_message = provider_message


class ProviderUnreachable(ProviderError):
    """No usable answer came; `maybe_done` is True where the request may have had its effect."""

    def __init__(self, what: str, *, maybe_done: bool, **facts: str | int | None) -> None:
        super().__init__(what, **facts)  # type: ignore[arg-type]  # the facts are ProviderError's keywords
        self.maybe_done = maybe_done


class ProviderLimited(ProviderError):
    """The provider asks for fewer requests; the request had no effect."""


class ProviderDenied(ProviderError):
    """The provider does not accept our key, or not for this kind of request (401, 403).

    The request had no effect, and the answer says nothing about it: with the right key the same request may succeed.
    """


class ProviderPaused(ProviderError):
    """The provider holds the request until somebody there approves it: it was not done, and may still be.

    `approval` is the provider's id of that question, empty where it named none.
    """

    def __init__(self, what: str, *, approval: str, **facts: str | int | None) -> None:
        super().__init__(what, **facts)  # type: ignore[arg-type]  # the facts are ProviderError's keywords
        self.approval = approval


class ProviderRejected(ProviderError):
    """A definite no: the request had no effect and the same request will not succeed."""


class ProviderBroken(ProviderError):
    """The answer is not what the provider's contract says: not JSON, or a field is missing or of another type.

    `maybe_done` is True for a request that changes something: it may have had its effect.
    """

    def __init__(self, what: str, *, maybe_done: bool, **facts: str | int | None) -> None:
        super().__init__(what, **facts)  # type: ignore[arg-type]  # the facts are ProviderError's keywords
        self.maybe_done = maybe_done
