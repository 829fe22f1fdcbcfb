"""What Stripe says that it holds, read once everything that moved is read: one request, and none while all is quiet."""

from __future__ import annotations

import logging

from dashboard.domain.errors import ProviderDenied, ProviderError
from dashboard.sync.run import SyncRun

QUIET_EVERY = 21_600  # seconds; without news only what was pending becomes available
ASKED = "balance_asked"  # the cursor that keeps when it was asked for, whatever the answer was

log = logging.getLogger(__name__)


def asked_at(run: SyncRun) -> int:
    """When it was asked for last, in epoch seconds; 0 where it never was."""
    return int(run.store.sync_state.cursor(ASKED) or 0)


def read_balance(run: SyncRun) -> None:
    """Read and keep it. Where Stripe does not say it now, the last reading stays, which bears its time."""
    at, found = int(run.clock.now().timestamp()), None
    try:
        found = run.ask("balance", run.stripe.balance)
    except ProviderDenied as error:
        run.leave_out("balance", error)
    except ProviderError as error:
        log.warning("The Stripe balance was not read: %s", error.code)

    def remember() -> None:
        run.store.sync_state.set_cursor(ASKED, str(at))
        if found is not None:
            run.store.stripe_balance.keep(found, at)

    run.commit("charges", [], remember)
