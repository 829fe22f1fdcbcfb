"""Webhooks, for a team that can expose an address: an event is a hint that something is to be read now, never data.

Without them everything still works, by polling. Each event is a row in the transaction of its effect, so a repeat
finds it there and does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.connections.health import HealthWatch
from dashboard.domain.clock import Clock
from dashboard.domain.errors import ProviderRejected
from dashboard.domain.models import Mode
from dashboard.gateways.signatures import PlaidVerifier, name_signed, verify_stripe
from dashboard.linking.hosted import HostedLinks
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.sync.changes import CURSOR, OVERLAP, TYPES

STRIPE, PLAID = "stripe", "plaid"
FOLLOWED = frozenset(kind for kinds in TYPES.values() for kind in kinds)  # what a sync reads at all
# What says that a connection is not what it was (Plaid: Items webhooks; Auth's says that numbers changed).
ABOUT_ITEMS = frozenset(
    {
        ("ITEM", "ERROR"),
        ("ITEM", "LOGIN_REPAIRED"),
        ("ITEM", "PENDING_DISCONNECT"),
        ("ITEM", "PENDING_EXPIRATION"),
        ("ITEM", "USER_PERMISSION_REVOKED"),
        ("ITEM", "USER_ACCOUNT_REVOKED"),
        ("ITEM", "NEW_ACCOUNTS_AVAILABLE"),
        ("AUTH", "DEFAULT_UPDATE"),
    }
)


class Webhooks:
    """Takes what was posted, believes only what its provider signed, and notes what is to be read because of it."""

    def __init__(
        self,
        store: Store,
        verifier: PlaidVerifier | None,
        hosted: HostedLinks,
        health: HealthWatch,
        clock: Clock,
        settings: Settings,
    ) -> None:
        self._store, self._verifier, self._hosted, self._health = store, verifier, hosted, health
        self._clock, self._settings = clock, settings

    def take_stripe(self, body: bytes, signature: str) -> bool:
        """An event of Stripe; True where it is new and the next sync is to read it. Raises ProviderRejected."""
        event = verify_stripe(body, signature, self._settings.serving.stripe_webhook_secret)
        id, kind = event.get("id"), event.get("type")
        if not (isinstance(id, str) and id.startswith("evt_") and isinstance(kind, str)):
            raise _refused(STRIPE, "it is no event")
        if event.get("livemode") is not (self._settings.mode is Mode.LIVE):
            raise _refused(STRIPE, "it is of the other mode")
        if kind not in FOLLOWED:
            return False
        return self._store.webhooks.record(STRIPE, id, kind, self._clock.real(), done=self._is_read(event))

    def _is_read(self, event: Mapping[str, Any]) -> bool:
        """Whether a sync has passed this event's time already: Stripe repeats for days what it could not deliver."""
        created, cursor = event.get("created"), self._store.sync_state.cursor(CURSOR)
        return isinstance(created, int) and cursor is not None and created < int(cursor) - OVERLAP

    def take_plaid(self, body: bytes, token: str) -> bool:
        """A webhook of Plaid; True where it is new and something is asked because of it.

        Raises ProviderRejected, ProviderError where Plaid's key cannot be fetched: then Plaid tells it again.
        """
        if self._verifier is None:
            raise _refused(PLAID, "this generation has none")
        said = self._verifier.verify(body, token)
        kind, code = str(said.get("webhook_type")), str(said.get("webhook_code"))
        if said.get("environment") not in {None, self._settings.plaid_env}:
            raise _refused(PLAID, "it is of another environment")
        id = name_signed(token)  # Plaid's webhooks have no id; what Plaid tells twice is signed anew, with its time
        if (kind, code) == ("AUTH", "DEFAULT_UPDATE") and not self._store.webhooks.has(PLAID, id):
            # Before the row: what it begins has its own, once for each account, and must not be lost between the two.
            self._health.numbers_changed(str(said.get("item_id")), _named(said.get("account_ids_with_updated_auth")))
        with self._store.transaction():
            if not self._store.webhooks.record(PLAID, id, f"{kind}.{code}", self._clock.real(), done=True):
                return False
            if (kind, code) in ABOUT_ITEMS:
                return self._health.hint(str(said.get("item_id")))
            if (kind, code) == ("LINK", "SESSION_FINISHED"):
                return self._hosted.poll_now(str(said.get("link_token")))
        return False


def _named(accounts: object) -> list[str]:
    """Plaid's ids of the accounts whose numbers have changed."""
    return [str(id) for id in accounts] if isinstance(accounts, Mapping) else []


def _refused(provider: str, why: str) -> ProviderRejected:
    return ProviderRejected(
        f"A webhook that {provider.title()} signed was refused: {why}.",
        provider=provider,
        code="webhook",
        meaning="Nothing was changed; polling will bring what it was about.",
    )
