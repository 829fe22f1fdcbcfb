"""Reading a provider's JSON by type: what is used must be as it should, or the answer is a ProviderBroken."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from dashboard.domain.errors import ProviderBroken
from dashboard.domain.text_safety import is_clean

log = logging.getLogger(__name__)

LARGEST_AMOUNT = 10**13  # dollars; no bank account holds as many, and sums of such amounts still fit the database
LARGEST_NUMBER = 2**63 - 1  # what the database keeps
Read = TypeVar("Read")


class Checked:
    """A JSON object whose fields are read by type.

    Reading a field of another type raises ProviderBroken, so only what is used is read. What is only shown (`shown`)
    may be anything, and one bad entry of a list costs that entry (`each`).
    """

    def __init__(
        self, data: object, *, provider: str, what: str, request_id: str | None = None, maybe_done: bool = False
    ) -> None:
        self._facts = {"provider": provider, "request_id": request_id}
        self._what, self._maybe_done = what, maybe_done
        self.request_id = request_id
        if not isinstance(data, dict):
            raise self.broken("is no JSON object")
        self.data: dict[str, Any] = data

    def broken(self, how: str) -> ProviderBroken:
        """The error that says which part of which answer is wrong; never quotes the answer."""
        return ProviderBroken(
            f"{str(self._facts['provider']).capitalize()}'s answer to {self._what} {how}.",
            maybe_done=self._maybe_done,
            code="broken_reply",
            meaning="The answer cannot be used.",
            action="Try again later; if it continues, give their support the request id.",
            **self._facts,
        )

    def text(self, key: str) -> str:
        """A string that is there and not empty."""
        value = self.data.get(key)
        if not isinstance(value, str) or not value or not is_clean(value):
            raise self.broken(f"lacks `{key}`")
        return value

    def maybe_text(self, key: str) -> str | None:
        """A string, or None where it is null, absent or empty."""
        value = self.data.get(key)
        if value is None or value == "":
            return None
        if not isinstance(value, str) or not is_clean(value):
            raise self.broken(f"has a `{key}` that is no text")
        return value

    def shown(self, key: str) -> str | None:
        """A string that is only shown: whatever else is there counts as absent."""
        value = self.data.get(key)
        return value if isinstance(value, str) and value and is_clean(value) else None

    def texts(self, key: str) -> tuple[str, ...]:
        """The strings of a list; what is no text in it, or empty, is left out, and what is no list is none."""
        value = self.data.get(key)
        found = value if isinstance(value, list) else []
        return tuple(part for part in found if isinstance(part, str) and part and is_clean(part))

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false; absent means the default."""
        value = self.data.get(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self.broken(f"has a `{key}` that is neither true nor false")
        return value

    def number(self, key: str) -> int:
        """A whole number that is there."""
        value = self.data.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_NUMBER:
            raise self.broken(f"lacks the number `{key}`")
        return value

    def cents(self, key: str) -> int | None:
        """An amount in dollars as whole cents; None where it is null or absent. A bank's fraction of a cent is cut."""
        value = self.data.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise self.broken(f"has a `{key}` that is no amount")
        try:
            amount = Decimal(str(value))
            if amount.is_finite() and abs(amount) < LARGEST_AMOUNT:  # asked before 1e999999 is written out
                return int(amount * 100)
        except (ArithmeticError, ValueError):  # 1e999999999 is too large even to be compared
            pass
        raise self.broken(f"has a `{key}` that is no amount")

    def time(self, key: str) -> datetime | None:
        """An ISO 8601 instant in UTC; None where it is null or absent."""
        value = self.maybe_text(key)
        if value is None:
            return None
        try:
            at = datetime.fromisoformat(value)
            return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise self.broken(f"has a `{key}` that is no time") from None

    def day(self, key: str) -> date:
        """An ISO 8601 calendar day that is there."""
        try:
            return date.fromisoformat(self.text(key))
        except ValueError:
            raise self.broken(f"has a `{key}` that is no day") from None

    def part(self, key: str) -> Checked:
        """A nested object that is there."""
        return self._nested(self.data.get(key), key)

    def maybe_part(self, key: str) -> Checked | None:
        """A nested object, or None where it is null or absent."""
        value = self.data.get(key)
        return None if value is None else self._nested(value, key)

    def each(
        self, key: str, read: Callable[[Checked], Read], *, required: bool = True, may_all_fail: bool = False
    ) -> list[Read]:
        """What `read` makes of each entry of a list. An entry that it cannot read is left out, and counted in the log.

        Raises ProviderBroken where there is no list, and where none of its entries can be read unless they may all
        fail. Where it is not required, either is an empty list.
        """
        value = self.data.get(key)
        if not isinstance(value, list):
            if required:
                raise self.broken(f"lacks the list `{key}`")
            return []
        found: list[Read] = []
        for one in value:
            try:
                found.append(read(self._nested(one, key)))
            except ProviderBroken:
                continue
        if len(found) < len(value):
            log.warning("%s: %s of %s `%s` cannot be read.", self._what, len(value) - len(found), len(value), key)
            if required and not found and not may_all_fail:
                raise self.broken(f"has no `{key}` that can be read")
        return found

    def count(self, key: str) -> int:
        """How many entries a list has, whatever they are."""
        value = self.data.get(key)
        return len(value) if isinstance(value, list) else 0

    def _nested(self, value: object, key: str) -> Checked:
        if not isinstance(value, dict):
            raise self.broken(f"has a `{key}` of another shape")
        return Checked(
            value,
            provider=str(self._facts["provider"]),
            what=self._what,
            request_id=self.request_id,
            maybe_done=self._maybe_done,
        )
