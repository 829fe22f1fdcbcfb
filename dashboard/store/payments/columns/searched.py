"""What payments are found by beside their own words: the amount as it is typed, and why a payment came back."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from dashboard.domain.formatting import bare_money
from dashboard.domain.return_codes import reason_texts
from dashboard.domain.searches import search_key
from dashboard.store.engine.dialect import at_least_three_digits
from dashboard.store.payments.columns.words import Fold, fold_all, fold_some

# Columns that only a search asks for: how they come from the table, and how they are searched for.
SEARCHED: dict[str, tuple[str, Fold]] = {
    "customer": ("customer", fold_all),
    "email": ("email", fold_all),
    "reference": ("reference", fold_all),
    "last4": ("last4", fold_all),
    "sum": (f"{at_least_three_digits('amount')} || ' ' || currency", lambda values: fold_amounts(values)),
    "why": (
        # Only of what came back, so that a charge is not looked up for each of a million.
        "CASE WHEN reason IS NOT NULL THEN reason || ' ' || coalesce((SELECT network_code FROM charge"
        " WHERE charge.id = payment.id), '') END",
        lambda values: fold_reasons(values),
    ),
}


def fold_amounts(values: pa.Array) -> pa.Array:
    """`123450 usd` as `1234.50`; dollars above zero all at once."""
    even = pc.and_not(pc.ends_with(values, " usd"), pc.starts_with(values, "-"))
    dollars = values.filter(even)
    whole, rest = pc.utf8_slice_codeunits(dollars, 0, -6), pc.utf8_slice_codeunits(dollars, -6, -4)
    return fold_some(values, even, pc.binary_join_element_wise(whole, rest, "."), _amount)


def _amount(value: str) -> str:
    cents, currency = value.split(" ")
    return bare_money(int(cents), currency)


def fold_reasons(values: pa.Array) -> pa.Array:
    """A reason and the bank's own return code, where it gave one, with what the reason means and its return code."""
    return pa.array([_reason(value) for value in values.to_pylist()], pa.string())


def _reason(value: str) -> str:
    reason, _, network_code = value.rpartition(" ")
    return search_key(*reason_texts(reason, network_code))
