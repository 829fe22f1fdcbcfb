"""What a bank's CSV columns mean: profiles that are built in, and those that a person makes once by choosing columns.

A profile says everything that a file does not: the order of day and month, the decimal mark, the sign. It fits a file
by the names of its columns; nothing of it is ever guessed from the values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dashboard.domain.bank_values import DATE_FORMATS
from dashboard.domain.errors import InputError
from dashboard.domain.folding import fold

BOOKED, PENDING, FAILED = "booked", "pending", "failed"


@dataclass(frozen=True)
class CsvProfile:
    """One mapping of columns, by name; in a file without a head by `#1`, `#2` …

    The amount is one signed column, two columns (`debit`, `credit`), or a column beside one that says which (`side`,
    with its words for money out and money in). `statuses` says of a status column's words what they mean.
    """

    name: str
    date: str
    date_format: str
    text: tuple[str, ...]
    version: int = 1
    separator: str = ","
    decimal: str = "."
    header: tuple[str, ...] = ()
    columns: int = 0
    amount: str = ""
    debit: str = ""
    credit: str = ""
    side: str = ""
    debit_words: tuple[str, ...] = ()
    credit_words: tuple[str, ...] = ()
    inverted: bool = False
    balance: str = ""
    reference: tuple[str, ...] = ()
    hint: str = ""
    number: str = ""
    currency: str = "usd"
    currency_column: str = ""
    status: str = ""
    statuses: tuple[tuple[str, str], ...] = ()

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that a file must have; balance, references and hints may be missing."""
        return tuple(
            one
            for one in (self.date, *self.text, self.amount, self.debit, self.credit, self.side, self.status)
            if one and not one.startswith("#")
        )

    def to_json(self) -> str:
        """As the database keeps it."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)


def from_json(text: str) -> CsvProfile:
    """A profile as it was kept."""
    found: dict[str, Any] = json.loads(text)
    for name in ("text", "header", "reference", "debit_words", "credit_words"):
        found[name] = tuple(found[name])
    found["statuses"] = tuple((word, meaning) for word, meaning in found["statuses"])
    return CsvProfile(**found)


CHASE = CsvProfile(
    name="chase",
    date="Posting Date",
    date_format="MM/DD/YYYY",
    text=("Description",),
    amount="Amount",
    balance="Balance",
    reference=("Check or Slip #",),
)
BANK_OF_AMERICA = CsvProfile(
    name="bank-of-america",
    date="Date",
    date_format="MM/DD/YYYY",
    text=("Description",),
    amount="Amount",
    balance="Running Bal.",
)
WELLS_FARGO = CsvProfile(
    name="wells-fargo",
    date="#1",
    date_format="MM/DD/YYYY",
    text=("#5",),
    columns=5,
    amount="#2",
    reference=("#4",),
)
MERCURY = CsvProfile(
    name="mercury",
    date="Date (UTC)",
    date_format="MM-DD-YYYY",
    text=("Bank Description", "Description"),
    amount="Amount",
    reference=("Reference", "Tracking ID", "Check Number"),
    number="Source Account",
    status="Status",
    statuses=(
        *(("sent", BOOKED), ("received", BOOKED), ("completed", BOOKED), ("settled", BOOKED), ("posted", BOOKED)),
        *(("pending", PENDING), ("scheduled", PENDING), ("processing", PENDING)),
        *(("failed", FAILED), ("cancelled", FAILED), ("canceled", FAILED), ("blocked", FAILED), ("reversed", FAILED)),
    ),
)
BUILT_IN = {one.name: one for one in (CHASE, BANK_OF_AMERICA, WELLS_FARGO, MERCURY)}
ALIASES = {
    **dict.fromkeys(("chase", "jpmorgan", "jpmorganchase"), "chase"),
    **dict.fromkeys(("bankofamerica", "bofa", "boa"), "bank-of-america"),
    **dict.fromkeys(("wellsfargo", "wells", "wf"), "wells-fargo"),
    "mercury": "mercury",
}
TITLES = {
    "chase": "Chase",
    "bank-of-america": "Bank of America",
    "wells-fargo": "Wells Fargo",
    "mercury": "Mercury",
}
# The columns by which a file is known as a bank's, without being told.
SIGNATURES = {
    "chase": ("Details", "Posting Date", "Description", "Amount", "Type", "Balance"),
    "bank-of-america": ("Date", "Description", "Amount", "Running Bal."),
    "mercury": ("Date (UTC)", "Description", "Amount", "Status", "Source Account", "Bank Description"),
}


def built_in(name: str) -> CsvProfile | None:
    """A built-in profile by its name as a person writes it (`Wells Fargo`, `bofa`), or None."""
    return BUILT_IN.get(ALIASES.get(re.sub(r"[^a-z0-9]", "", name.lower()), ""))


def known_by(header: Sequence[str]) -> CsvProfile | None:
    """The built-in profile whose bank writes these columns, or None."""
    names = [fold(one) for one in header]
    for name, signature in SIGNATURES.items():
        wanted = [fold(one) for one in signature]
        if set(wanted) <= set(names) and (name != "bank-of-america" or names[: len(wanted)] == wanted):
            return BUILT_IN[name]
    return None


def check_profile(profile: CsvProfile) -> CsvProfile:
    """The profile, where it is whole. Raises InputError with what is missing or contradicts itself."""
    ways = [bool(profile.amount), bool(profile.debit or profile.credit)]
    wrong = ""
    if built_in(profile.name):
        wrong = f"“{profile.name}” is the name of a built-in profile."
    elif not profile.date or profile.date_format not in DATE_FORMATS:
        wrong = "Choose the column with the date, and how dates are written."
    elif not any(profile.text):
        wrong = "Choose the column with the bank's text."
    elif sum(ways) != 1:
        wrong = "Choose one column with the amount, or one with money out and one with money in."
    elif bool(profile.debit) != bool(profile.credit):
        wrong = "Choose both the column with money out and the one with money in."
    elif profile.side and not (profile.amount and profile.debit_words and profile.credit_words):
        wrong = "Say which words in the direction's column mean money out and money in."
    elif profile.decimal not in {".", ","} or len(profile.separator) != 1:
        wrong = "Choose a decimal mark and a separator."
    elif profile.status and not profile.statuses:
        wrong = "Say which words in the status's column mean that the bank has booked the row."
    elif not profile.name.strip():
        wrong = "Give them a name."
    if wrong:
        raise InputError("The columns cannot be used yet.", meaning=wrong, action="Choose them again.", code="profile")
    return profile
