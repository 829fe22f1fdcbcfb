"""What an answer of Plaid's says about a connection, written down wherever it comes: asked for, or met on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from dashboard.domain.clock import Clock
from dashboard.domain.errors import ProviderError
from dashboard.domain.models import Actor, ItemState
from dashboard.gateways.plaid_replies import ItemHealth
from dashboard.store import Store
from dashboard.store.connections.health import Health

# Plaid: docs errors/item, errors/institution, errors/invalid-input; the numbers are the classic generation's.
STATES: dict[str, ItemState] = {
    **dict.fromkeys(
        (
            "ITEM_LOGIN_REQUIRED",
            "ITEM_LOCKED",
            "INVALID_CREDENTIALS",
            "INVALID_MFA",
            "INSUFFICIENT_CREDENTIALS",
            "USER_SETUP_REQUIRED",
            "ACCESS_NOT_GRANTED",
            "1205",
            "1215",
        ),
        ItemState.LOGIN_REQUIRED,
    ),
    **dict.fromkeys(
        ("USER_PERMISSION_REVOKED", "ITEM_NOT_FOUND", "INVALID_ACCESS_TOKEN", "ITEM_NOT_SUPPORTED", "1105", "1610"),
        ItemState.REVOKED,
    ),
    **dict.fromkeys(
        (
            "INSTITUTION_DOWN",
            "INSTITUTION_NOT_RESPONDING",
            "INSTITUTION_NOT_AVAILABLE",
            "INSTITUTION_NO_LONGER_SUPPORTED",
            "1302",
            "1303",
            "1700",
            "1701",
        ),
        ItemState.DOWN,
    ),
}
OTHER_IDS = "INVALID_ACCOUNT_ID"  # Plaid: the account was closed, or has another id since: they are found again
DAILY = timedelta(days=1)  # Plaid: /item/get is free, at most 15 times a minute for an Item
WHILE_DOWN = timedelta(minutes=30)


class ItemStateRecorder:
    """Keeps the state of connections, each change with its audit row; `by` is who caused the question."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def record_answer(self, by: Actor, item_id: str, found: ItemHealth) -> None:
        """Keep what `/item/get` said. An error outside the table still means that the connection does not work."""
        state = ItemState.HEALTHY
        if found.error_code is not None:
            state = STATES.get(found.error_code, ItemState.LOGIN_REQUIRED)
        now = self._clock.now()
        with self._store.transaction():
            before = self._store.health.note(
                item_id,
                state,
                now,
                code=found.error_code,
                reason=found.error_reason,
                consent_expires_at=found.consent_expires_at,
                next_at=now + (WHILE_DOWN if state is ItemState.DOWN else DAILY),
            )
            self._append(by, item_id, before, state, found.error_code, now, found.request_id)

    def record_error(self, by: Actor, item_id: str, error: ProviderError) -> bool:
        """Keep what an error says about the connection, and ask about it soon; False where it says nothing about it."""
        state = STATES.get(error.code) if error.provider == "plaid" else None
        now = self._clock.now()
        if state is None:
            if error.provider == "plaid" and error.code == OTHER_IDS:
                with self._store.transaction():
                    self._store.health.ask_soon(item_id, now)
                    self._store.health.note_accounts(item_id, None)
            return False
        with self._store.transaction():
            before = self._store.health.note(item_id, state, now, code=error.code, read=False)
            soon = WHILE_DOWN if state is ItemState.DOWN else timedelta()
            self._store.health.ask_soon(item_id, now + soon)
            self._append(by, item_id, before, state, error.code, now, error.request_id)
        return True

    @contextmanager
    def recording(self, by: Actor, item_id: str) -> Iterator[None]:
        """Keep what an error that is raised inside says about the connection, on its way up."""
        try:
            yield
        except ProviderError as error:
            self.record_error(by, item_id, error)
            raise

    def record_working(self, by: Actor, item_id: str) -> None:
        """The bank has just answered for this connection, so it is not down."""
        known = self._store.health.get(item_id)
        if known is not None and known.state is ItemState.DOWN:
            now = self._clock.now()
            with self._store.transaction():
                before = self._store.health.note(item_id, ItemState.HEALTHY, now, read=False)
                self._append(by, item_id, before, ItemState.HEALTHY, None, now, None)

    def _append(
        self,
        by: Actor,
        item_id: str,
        before: Health | None,
        state: ItemState,
        code: str | None,
        at: datetime,
        request_id: str | None,
    ) -> None:
        """The audit row of a change; that nothing changed is no row, or a day's questions would fill the trail."""
        if before is None or (before.read_at is None and before.state is state and code is None):
            return
        self._store.trail.append(
            by,
            "item.health",
            item_id,
            at,
            before={"state": before.state.value, "code": before.error_code},
            after={"state": state.value, "code": code},
            code=code,
            request_id=request_id,
        )
