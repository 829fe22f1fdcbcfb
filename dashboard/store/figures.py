"""The reader of what stands beside the table: one payment's mandate, and the figures behind the charts."""

from __future__ import annotations

from typing import Any

from dashboard.store.payments import PaymentRows


class FigureRows(PaymentRows):
    """Answers questions about payments that the table itself does not."""

    def mandate(self, stripe_mandate_id: str) -> dict[str, Any] | None:
        """The authorization that the desk keeps under Stripe's id, or None."""
        query = (
            "SELECT stripe_mandate_id, status, acceptance, accepted_at, operator FROM mandate"
            " WHERE stripe_mandate_id = ?"
        )
        return next(iter(self._database.handle.query(query, [stripe_mandate_id])), None)

    def mandate_of_debit(self, debit_id: str | None) -> str | None:
        """Stripe's id of the mandate of the account that a debit of ours was ordered on."""
        query = "SELECT b.mandate_id FROM debit d JOIN bank_account b ON b.id = d.bank_account_id WHERE d.id = ?"
        row = next(iter(self._database.handle.query(query, [debit_id])), None)
        return row["mandate_id"] if row else None

    def settlements(self, source_ids: list[str]) -> list[dict[str, Any]]:
        """The balance transactions of these refunds and disputes, oldest first."""
        marks = ", ".join("?" * len(source_ids))
        query = f"SELECT * FROM settlement WHERE source_id IN ({marks}) ORDER BY created"  # noqa: S608
        return list(self._database.handle.query(query, source_ids))
