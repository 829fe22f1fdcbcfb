"""Sums of a month: a few statements over whole sets, however many payments there are."""

from __future__ import annotations

from typing import Any

from dashboard.store.engine.database import Database
from dashboard.store.sql import select, select_one

# Which balance at Stripe a row belongs to: the payout that carried it says so by its source type, since all of a payout
# is of one balance; what comes back of a payout is of the balance that it left. What is in no payout yet is of its
# charge's: Stripe says no source type of a balance transaction. A payout that was read before its source type was kept
# is of the balance that its charges are of. A payout's own row is left out: it says itself what left the balance.
MOVED = """
WITH part AS (
  SELECT s.payout_id, s.source_id, s.type, s.created, s.amount, s.fee, s.net, s.currency,
    coalesce(c.rail, (SELECT max(y.rail) FROM balance_transaction x JOIN charge y ON y.id = x.source_id
      WHERE x.payout_id = s.source_id AND y.rail = 'ach_debit')) AS rail, b.source_type AS left_from
  FROM balance_transaction s LEFT JOIN refund r ON r.id = s.source_id LEFT JOIN dispute d ON d.id = s.source_id
  LEFT JOIN charge c ON c.id = coalesce(r.charge_id, d.charge_id, s.source_id)
  LEFT JOIN payout b ON b.id = s.source_id
  WHERE s.type <> 'payout'
), paid AS (
  SELECT p.id, p.created, p.amount, p.currency, p.status, p.arrival, p.automatic, p.itemized, p.reconciliation,
    p.source_type, coalesce(CASE WHEN p.source_type = 'bank_account' THEN 1 WHEN p.source_type IS NOT NULL THEN 0 END,
      max(CASE WHEN m.rail = 'ach_debit' THEN 1 ELSE 0 END), 0) AS old_rail,
    coalesce(sum(m.net), 0) AS net
  FROM payout p LEFT JOIN part m ON m.payout_id = p.id
  GROUP BY p.id, p.created, p.amount, p.currency, p.status, p.arrival, p.automatic, p.itemized, p.reconciliation,
    p.source_type
), moved AS (
  SELECT m.*, coalesce(
    CASE WHEN coalesce(p.source_type, m.left_from) = 'bank_account' THEN 1
      WHEN coalesce(p.source_type, m.left_from) IS NOT NULL THEN 0 END,
    CASE WHEN m.rail IS NULL THEN NULL WHEN m.rail = 'ach_debit' THEN 1 ELSE 0 END,
    p.old_rail, 0) AS old_rail, p.created AS paid_at
  FROM part m LEFT JOIN paid p ON p.id = m.payout_id
)
"""
BACK = "('payout_failure', 'payout_cancel')"  # what puts a payout that did not arrive back on the balance


class BooksTable:
    """Reads what the books are made of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def movements(self, begins_at: int, ends_at: int) -> list[dict[str, Any]]:
        """By old_rail, currency, type and rail: `before` the month, count, amount, fee, net in it, and what stays.

        `unpaid` is what is in no payout by the end of the month; cents.
        """
        query = (
            f"{MOVED} SELECT old_rail, currency, type, rail,"
            " sum(CASE WHEN created < :begin THEN net ELSE 0 END) AS before,"
            " sum(CASE WHEN created >= :begin THEN 1 ELSE 0 END) AS count,"
            " sum(CASE WHEN created >= :begin THEN amount ELSE 0 END) AS amount,"
            " sum(CASE WHEN created >= :begin THEN fee ELSE 0 END) AS fee,"
            " sum(CASE WHEN created >= :begin THEN net ELSE 0 END) AS net,"
            " sum(CASE WHEN paid_at IS NULL OR paid_at >= :end THEN net ELSE 0 END) AS unpaid"
            " FROM moved WHERE created < :end GROUP BY old_rail, currency, type, rail ORDER BY 1, 2, 3, 4"
        )
        return select(self._database.handle, query, {"begin": begins_at, "end": ends_at})

    def payouts(self, begins_at: int, ends_at: int) -> list[dict[str, Any]]:
        """By old_rail and currency: payouts made `before` the month and `within` it, and those `by_hand`; cents."""
        query = (
            f"{MOVED} SELECT old_rail, currency,"
            " sum(CASE WHEN created < :begin THEN amount ELSE 0 END) AS before,"
            " sum(CASE WHEN created >= :begin THEN amount ELSE 0 END) AS within,"
            " sum(CASE WHEN automatic = 0 THEN amount ELSE 0 END) AS by_hand"
            " FROM paid WHERE created < :end GROUP BY old_rail, currency ORDER BY 1, 2"
        )
        return select(self._database.handle, query, {"begin": begins_at, "end": ends_at})

    def on_their_way(self, ends_at: int, bank_ends: int) -> list[dict[str, Any]]:
        """Payouts made before an instant that reach the bank from a day on, or came back only after the instant.

        One of which neither is known (it failed, and its return is not read) is listed too: it is an blocker.
        """
        query = (
            f"{MOVED} SELECT id, arrival, amount, currency, status, old_rail FROM paid p WHERE created < :end"
            " AND ((status NOT IN ('failed', 'canceled') AND (arrival >= :bank_end OR arrival IS NULL))"
            " OR (status IN ('failed', 'canceled') AND NOT EXISTS (SELECT 1 FROM balance_transaction b"
            f" WHERE b.source_id = p.id AND b.type IN {BACK} AND b.created < :end))) ORDER BY arrival, id"
        )
        return select(self._database.handle, query, {"end": ends_at, "bank_end": bank_ends})

    def doubtful_payouts(self, ends_at: int) -> list[dict[str, Any]]:
        """Payouts before an instant that do not tie to their parts, or failed without a known return.

        `{id, amount, net, currency, itemized, returned}`; one made by hand has no parts to tie to.
        """
        query = (
            f"{MOVED}, looked AS (SELECT p.*, (status NOT IN ('failed', 'canceled') OR EXISTS (SELECT 1 FROM"
            f" balance_transaction b WHERE b.source_id = p.id AND b.type IN {BACK})) AS returned FROM paid p"
            " WHERE created < :end) SELECT id, amount, net, currency, itemized, returned FROM looked"
            " WHERE (automatic = 1 AND (itemized = 0 OR net <> amount)) OR NOT returned ORDER BY created, id"
        )
        return select(self._database.handle, query, {"end": ends_at})

    def count_unread(self, ends_at: int) -> int:
        """Charges before an instant whose balance transaction is named but not kept."""
        query = (
            "SELECT count(*) AS number FROM charge WHERE created < ? AND balance_transaction_id IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM balance_transaction b WHERE b.id = charge.balance_transaction_id)"
        )
        row = select_one(self._database.handle, query, [ends_at])
        return int(row["number"]) if row else 0

    def span(self) -> tuple[int, int] | None:
        """When the first and the last balance transaction was made, or None where none is kept."""
        query = "SELECT min(created) AS first, max(created) AS last FROM balance_transaction WHERE created > 0"
        row = select_one(self._database.handle, query, [])
        return (row["first"], row["last"]) if row and row["first"] is not None else None
