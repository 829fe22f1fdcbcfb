"""What a check says: how it came out, what was found, what that means, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


class Step(StrEnum):
    """Where a check belongs: the founding guide's two steps, and the machine that the desk runs on."""

    PLAID = "Plaid"
    STRIPE = "Stripe"
    DESK = "This desk"


@dataclass(frozen=True)
class Check:
    """One finding: what was looked at, how it is, what that means, what to do."""

    name: str
    verdict: Verdict
    found: str
    meaning: str = ""
    action: str = ""
    request_id: str | None = None
    step: Step = Step.DESK

    def as_dict(self) -> dict[str, str | None]:
        """For `--json`."""
        return {**self.__dict__, "verdict": self.verdict.value, "step": self.step.value}

    def as_text(self) -> str:
        """For a ticket, on lines of its own."""
        lines = [f"{self.verdict.value.upper()} {self.step.value}: {self.name}: {self.found}"]
        lines += [f"  {more}" for more in (self.meaning, self.action) if more]
        return "\n".join([*lines, *([f"  request {self.request_id}"] if self.request_id else [])])
