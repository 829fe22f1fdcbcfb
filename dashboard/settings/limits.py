"""Settings of the limits that reserve: per customer, per person, and for the whole desk."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.domain.errors import ConfigError
from dashboard.domain.limits import Limit, LimitRules

LARGEST_LIMIT = 10**14  # a trillion dollars: sums of cents stay far below what 64 bits hold


def read_limits(get: Callable[[str], str]) -> LimitRules:
    """The limits that are set, in cents; an empty one limits nothing. Raises ConfigError."""
    found = {limit: read_limit(limit.setting, get(limit.setting)) for limit in Limit}
    return {limit: cents for limit, cents in found.items() if cents is not None}


def as_table(rules: LimitRules) -> dict[str, str]:
    """These settings in force by their names; empty where nothing is limited."""
    return {limit.setting: str(rules.get(limit, "")) for limit in Limit}


def read_limit(key: str, text: str, *, least: int = 1) -> int | None:
    """A number of cents; None where none is set. Raises ConfigError."""
    text = text.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or not least <= int(text) <= LARGEST_LIMIT:
        raise ConfigError(
            key,
            f"`{text}` is not a number of cents from {least} to {LARGEST_LIMIT}",
            action="Write $1,000.00 as 100000; leave it out for no limit.",
        )
    return int(text)
