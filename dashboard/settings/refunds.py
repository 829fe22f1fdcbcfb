"""Settings of refunds: whether only a part may be given back, and above what a second person approves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.domain.errors import ConfigError
from dashboard.settings.limits import read_limit

PARTIAL, ABOVE = "ACH_DESK_REFUND_PARTIAL", "ACH_DESK_REFUND_APPROVE_ABOVE_CENTS"


@dataclass(frozen=True)
class RefundRules:
    """`above_cents` is None where nobody approves a refund."""

    partial: bool
    above_cents: int | None


def read_refund_rules(get: Callable[[str], str]) -> RefundRules:
    """The refunds' rules. Raises ConfigError."""
    partial = get(PARTIAL)
    if partial not in {"yes", "no"}:
        raise ConfigError(PARTIAL, f"`{partial}` is not known", action="Use `yes` or `no`.")
    return RefundRules(partial == "yes", read_limit(ABOVE, get(ABOVE), least=0))


def as_table(rules: RefundRules) -> dict[str, str]:
    """These settings in force by their names."""
    above = "" if rules.above_cents is None else str(rules.above_cents)
    return {PARTIAL: "yes" if rules.partial else "no", ABOVE: above}
