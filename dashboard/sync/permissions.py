"""What a restricted key may not read: left out and said by the name of the permission, while the rest goes on."""

from __future__ import annotations

import json
import re

from dashboard.domain.errors import ProviderDenied
from dashboard.store.sync.state import SyncStateTable

LEFT_OUT = "left_out"  # the cursor that keeps what the last syncs could not read
# Without these there is nothing to show, or nothing that tells of changes.
REQUIRED = frozenset({"charges", "events"})
PERMISSIONS = {
    "account": "rak_accounts_read",
    "balance": "rak_balance_read",
    "balance_transactions": "rak_balance_transaction_source_read",
    "customers": "rak_customer_read",
    "disputes": "rak_dispute_read",
    "mandates": "rak_payment_method_read",
    "payment_intents": "rak_payment_intent_read",
    "payouts": "rak_payout_read",
    "refunds": "rak_charge_read",
}
NAMED = re.compile(r"'(rak_\w+)'")  # Stripe: "Having the 'rak_charge_read' permission would allow this request"


def permission_of(resource: str, error: ProviderDenied) -> str:
    """The permission that is missing: as Stripe says it, else as its list of permissions calls it."""
    found = NAMED.search(f"{error.provider_message} {error.what}")
    return found[1] if found else PERMISSIONS.get(resource, f"read {resource.replace('_', ' ')}")


def read_left_out(state: SyncStateTable) -> dict[str, str]:
    """What the last syncs could not read, and the permission that each needs."""
    kept = state.cursor(LEFT_OUT)
    return dict(json.loads(kept)) if kept else {}


def keep_left_out(state: SyncStateTable, left_out: dict[str, str]) -> None:
    """Keep it for the pages and for the next sync, which asks again; joins the caller's transaction."""
    if left_out:
        state.set_cursor(LEFT_OUT, json.dumps(left_out, sort_keys=True))
    else:
        state.drop_cursor(LEFT_OUT)
