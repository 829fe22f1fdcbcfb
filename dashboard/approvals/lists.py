"""Decided approvals as a list that somebody scrolls through."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from dashboard.domain.approval_filter import ApprovalFilter
from dashboard.domain.approvals import Approval
from dashboard.domain.clock import Clock
from dashboard.domain.lists import midnight
from dashboard.domain.models import Actor, Customer
from dashboard.lists import Lists
from dashboard.staff.access import Permission
from dashboard.store import Store
from dashboard.store.approvals.rows import ApprovalSearch, DecidedApproval


@dataclass(frozen=True)
class ApprovalRow:
    """What was decided, about what (`title`), and whose it is."""

    decided: DecidedApproval
    title: str
    customer: str


class ApprovalLists(Lists[ApprovalFilter, ApprovalSearch, ApprovalRow]):
    """What waits no more. `title_of` says what an approval is about."""

    subject = "approvals"
    permission = Permission.VIEW_PAYMENTS

    def __init__(self, store: Store, clock: Clock, zone: tzinfo, title_of: Callable[[Approval], str]) -> None:
        super().__init__(store, clock, store.approvals.listing)
        self._zone, self._title_of = zone, title_of

    def _resolve(self, _actor: Actor, wanted: ApprovalFilter) -> ApprovalSearch:
        start, end = midnight(wanted.decided_from, self._zone), midnight(wanted.decided_to, self._zone, 1)
        return ApprovalSearch(wanted, start, end)

    def _read(self, _actor: Actor, ids: Sequence[str]) -> Mapping[str, ApprovalRow]:
        found = self._store.approvals.several(ids)
        wanted = [one.approval.customer_id for one in found.values() if one.approval.customer_id]
        owners = self._store.customers.several(wanted)
        return {
            id: ApprovalRow(one, self._title_of(one.approval), say_owner(one.approval, owners))
            for id, one in found.items()
        }


def say_owner(approval: Approval, owners: Mapping[str, Customer]) -> str:
    """The customer's name, or our id of one who is there no more; a batch is of several."""
    if approval.kind == "batch":
        return "several customers"
    owner = owners.get(approval.customer_id or "")
    return owner.name if owner else approval.customer_id or "a customer whom only Stripe knows"
