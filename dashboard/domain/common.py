"""What several features name: the generation of Link, the mode, and a problem as it is kept and shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Generation(StrEnum):
    """Which contract of Plaid's a link was made under (DESIGN section 2)."""

    CURRENT = "current"
    CLASSIC = "classic"


class Mode(StrEnum):
    """Whose money moves: the built-in sandbox's, the providers' test modes', or real money."""

    SANDBOX = "sandbox"
    TEST = "test"
    LIVE = "live"


@dataclass(frozen=True)
class Problem:
    """What went wrong, as a person reads it; the ids are what a provider's support asks for."""

    what: str
    meaning: str = ""
    action: str = ""
    code: str = ""
    provider: str = ""
    request_id: str | None = None
