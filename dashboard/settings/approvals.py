"""Settings of the second person: above what they are asked, who they are, how much they may approve, until when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.domain.errors import ConfigError
from dashboard.domain.models import Role
from dashboard.settings.limits import read_limit

ABOVE, ROLES = "ACH_DESK_APPROVE_ABOVE_CENTS", "ACH_DESK_APPROVE_ROLES"
MOST, DAYS = "ACH_DESK_APPROVE_DAY_CENTS", "ACH_DESK_APPROVE_DAYS"
LONGEST_DAYS = 30


@dataclass(frozen=True)
class ApprovalRules:
    """`above_cents` is None where nobody is asked, `most_cents` where an approver has no limit of their own."""

    above_cents: int | None
    roles: frozenset[Role]
    most_cents: int | None
    days: int


def read_approvals(get: Callable[[str], str]) -> ApprovalRules:
    """The rules of approval. Raises ConfigError."""
    names = [part.strip() for part in get(ROLES).split(",") if part.strip()]
    unknown = [name for name in names if name not in set(Role)]
    if unknown or not names:
        wrong = f"`{unknown[0]}` is not a role" if unknown else "names no role"
        raise ConfigError(ROLES, wrong, action=f"Use some of {', '.join(f'`{role}`' for role in Role)}.")
    days = get(DAYS).strip()
    if not (days.isascii() and days.isdigit()) or not 1 <= int(days) <= LONGEST_DAYS:
        raise ConfigError(DAYS, f"`{days}` is not a whole number from 1 to {LONGEST_DAYS}", action="Correct it.")
    return ApprovalRules(
        above_cents=read_limit(ABOVE, get(ABOVE), least=0),
        roles=frozenset(Role(name) for name in names),
        most_cents=read_limit(MOST, get(MOST)),
        days=int(days),
    )


def as_table(rules: ApprovalRules) -> dict[str, str]:
    """These settings in force by their names; empty where there is no such limit."""
    return {
        ABOVE: "" if rules.above_cents is None else str(rules.above_cents),
        ROLES: ", ".join(sorted(rules.roles)),
        MOST: "" if rules.most_cents is None else str(rules.most_cents),
        DAYS: str(rules.days),
    }
