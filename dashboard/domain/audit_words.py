"""What the audit trail's actions say to a person, also those that an older version wrote under another value."""

from __future__ import annotations

from dashboard.domain.audit_actions import AuditAction

# What an older version wrote for an action of today: both are found and read as that one.
FORMER = {"payments_exported": AuditAction.PAYMENTS_EXPORTED}
WORDS = {action.value: action.words for action in AuditAction} | {old: now.words for old, now in FORMER.items()}


def spellings(action: str) -> list[str]:
    """Every value under which an action stands in a file, today's first."""
    return [action, *(old for old, now in FORMER.items() if now.value == action)]


def today_of(action: str) -> str:
    """The value that is written today for what a file may hold under a former one."""
    return FORMER[action].value if action in FORMER else action


def in_words(action: str) -> str:
    """What an action says to a person; one that only a newer version knows is shown by its value."""
    return WORDS.get(action, action)
