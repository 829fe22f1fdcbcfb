"""The columns of the payments table in this process: any filter, order and place of a million in milliseconds."""

from __future__ import annotations

from dashboard.store.payments.columns.held import SORTS
from dashboard.store.payments.columns.lists import Mark
from dashboard.store.payments.columns.matching import first_instant
from dashboard.store.payments.columns.table import PaymentColumns

__all__ = ["SORTS", "Mark", "PaymentColumns", "first_instant"]
