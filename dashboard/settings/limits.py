"""Settings of the limits that reserve: per customer, per person, and for the whole desk."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.domain.errors import ConfigError
from dashboard.domain.limits import Limit, LimitRules

LARGEST_LIMIT = 10**14  # a trillion dollars: sums of cents stay far below what 64 bits hold


def read_limits(get: Callable[[str], str]) -> LimitRules:
    """The limits that are set, in cents; an empty one limits nothing. Raises ConfigError."""
    return {limit: _read(limit.setting, text) for limit in Limit if (text := get(limit.setting).strip())}


def as_table(rules: LimitRules) -> dict[str, str]:
    """These settings in force by their names; empty where nothing is limited."""
    return {limit.setting: str(rules.get(limit, "")) for limit in Limit}


def _read(key: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= LARGEST_LIMIT:
        raise ConfigError(
            key,
            f"`{text}` is not a number of cents from 1 to {LARGEST_LIMIT}",
            action="Write $1,000.00 as 100000; leave it out for no limit.",
        )
    return int(text)
