"""Ways out of the desk for tests: they keep what arrived, and fail as they are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from dashboard.domain.errors import ProviderRejected, ProviderUnreachable
from dashboard.domain.notices import Channel
from dashboard.notices.carriers import Letter


class Killed(BaseException):
    """The process dies here."""


@dataclass
class CarrierDouble:
    """`does` is what becomes of the next letters: arrives, down, refused, lost (it arrives, the answer does not),
    dies_before, dies_after.
    """

    channel: Channel
    does: str = "arrives"
    says_names: bool = True
    arrived: list[Letter] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def carry(self, letter: Letter) -> None:
        """Keep it, or fail."""
        self.meanwhile()
        if self.does == "dies_before":
            raise Killed
        if self.does == "down":
            raise ProviderUnreachable("It did not answer.", maybe_done=False, provider="double", action="Wait.")
        if self.does == "refused":
            raise ProviderRejected("It said no.", provider="double", code="550", action="Correct it.")
        self.arrived.append(letter)
        if self.does == "lost":
            raise ProviderUnreachable("The answer was lost.", maybe_done=True, provider="double", action="Wait.")
        if self.does == "dies_after":
            raise Killed
