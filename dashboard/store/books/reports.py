"""What a report adds up: the balance transactions of a payout or of a span, by what they are and whose."""

from __future__ import annotations

from typing import Any

from dashboard.store.engine.database import Database
from dashboard.store.sql import select

# As a payout's own list of parts: a refund's or a return's charge is found by the refund or dispute that it names.
_SUMS = """
SELECT s.currency, s.type, c.rail, coalesce(c.customer_id, '') AS customer_id,
  coalesce(nullif(m.customer, ''), k.name, c.payer, '') AS customer, coalesce(c.bank, '') AS bank,
  c.network_code, coalesce(d.reason, c.failure_code) AS reason,
  count(*) AS count, sum(s.amount) AS amount, sum(s.fee) AS fee, sum(s.net) AS net
FROM balance_transaction s LEFT JOIN refund r ON r.id = s.source_id LEFT JOIN dispute d ON d.id = s.source_id
LEFT JOIN charge c ON c.id = coalesce(r.charge_id, d.charge_id, s.source_id)
LEFT JOIN payment m ON m.id = c.id LEFT JOIN stripe_customer k ON k.id = c.customer_id
WHERE s.type <> 'payout' AND {}
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
"""


class ReportTable:
    """Reads sums in cents: currency, type, rail, customer_id, customer, bank, network_code, reason, count, amount…"""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_payout(self, payout_id: str) -> list[dict[str, Any]]:
        """Of what is in a payout."""
        return select(self._database.handle, _SUMS.format("s.payout_id = :id"), {"id": payout_id})

    def of_span(self, begins_at: int, ends_at: int) -> list[dict[str, Any]]:
        """Of what moved the Stripe balance from an instant until before another."""
        sql = _SUMS.format("s.created >= :begin AND s.created < :end")
        return select(self._database.handle, sql, {"begin": begins_at, "end": ends_at})
