"""The columns of the payments table in this process: any filter, order and place of a million in milliseconds."""

from __future__ import annotations

from dashboard.store.payments.columns.table import PaymentColumns

__all__ = ["PaymentColumns"]
