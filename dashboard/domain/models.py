"""The domain's nouns: what ACH Desk knows about customers, banks, mandates and money.

Money is integer cents with a lower-case ISO currency; time is an aware UTC datetime. Each group stands in a module of
its own and is imported from here. Nothing here knows SQL, HTTP or Streamlit.
"""

from __future__ import annotations

from dashboard.domain.banks import Balance, BankAccount, BankTransaction, Ended, Item, ItemState
from dashboard.domain.common import Generation, Mode, Problem
from dashboard.domain.customers import Customer, HolderType
from dashboard.domain.debits import (
    Assessment,
    Debit,
    DebitOrder,
    DebitState,
    ExpectedDates,
    Purpose,
    RiskResult,
    RiskSource,
)
from dashboard.domain.links import (
    AttemptKind,
    AttemptState,
    Institution,
    InstitutionList,
    LinkAttempt,
    LinkOpening,
    OfferedAccount,
)
from dashboard.domain.people import Actor, Role
from dashboard.domain.secret import Secret

__all__ = [
    "Actor",
    "Assessment",
    "AttemptKind",
    "AttemptState",
    "Balance",
    "BankAccount",
    "BankTransaction",
    "Customer",
    "Debit",
    "DebitOrder",
    "DebitState",
    "Ended",
    "ExpectedDates",
    "Generation",
    "HolderType",
    "Institution",
    "InstitutionList",
    "Item",
    "ItemState",
    "LinkAttempt",
    "LinkOpening",
    "Mode",
    "OfferedAccount",
    "Problem",
    "Purpose",
    "RiskResult",
    "RiskSource",
    "Role",
    "Secret",
]
