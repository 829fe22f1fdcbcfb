"""How customers reach the business, as authorizations name it: to revoke one, a customer tells the business."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.domain.addresses import fold_address
from dashboard.domain.errors import ConfigError

LONGEST = 200  # characters
FEWEST_DIGITS = 7  # of a telephone number
NAMES = ("ACH_DESK_CONTACT_PHONE", "ACH_DESK_CONTACT_EMAIL", "ACH_DESK_CONTACT_ADDRESS")


@dataclass(frozen=True)
class Contact:
    """The business's telephone number, e-mail address and postal address; empty where not set."""

    phone: str = ""
    email: str = ""
    address: str = ""

    def as_table(self) -> dict[str, str]:
        """These settings by their names."""
        return dict(zip(NAMES, (self.phone, self.email, self.address), strict=True))


def read_contact(get: Callable[[str], str]) -> Contact:
    """The business's contact. Raises ConfigError."""
    phone, email, address = (" ".join(get(name).split()) for name in NAMES)
    for name, value in zip(NAMES, (phone, email, address), strict=True):
        if len(value) > LONGEST or not value.isprintable():
            raise ConfigError(name, f"longer than {LONGEST} characters, or not printable", action="Shorten it.")
    if phone and sum(letter.isdigit() for letter in phone) < FEWEST_DIGITS:
        raise ConfigError(NAMES[0], "not a telephone number", action="Write it like +1 212 555 0100.")
    if email and not fold_address(email):
        raise ConfigError(NAMES[1], "not an e-mail address", action="Write it like billing@example.com.")
    return Contact(phone, email, address)
