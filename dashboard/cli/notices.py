"""`ach-desk notice`: a test notice by each channel that is set."""

from __future__ import annotations

import argparse
import sys

from dashboard.cli.commands import operator, settings_for
from dashboard.domain.errors import ProviderError
from dashboard.domain.notices import Channel
from dashboard.settings import Need, Settings


def notice(chosen: argparse.Namespace) -> int:
    """Send a test; 1 where a channel fails or none is set."""
    return send_test(settings_for(frozenset({Need.KEY})), chosen.by)


def send_test(settings: Settings, by: str) -> int:
    """The same with settings that were read; `by` is one channel, or empty for each."""
    from dashboard.domain.clock import Clock
    from dashboard.notices.opening import make_notices
    from dashboard.store import Store
    from dashboard.store.encryption.vault import Vault

    clock, failed = Clock(), False
    store = Store.open(settings.db, Vault(settings.keys), clock, settings.timezone)
    try:
        notices = make_notices(settings, store, clock)
        wanted = [Channel(by)] if by else [one.channel for one in notices.channels(operator())]
        if not wanted:
            print("No channel is set: notices stay in the desk. See ACH_DESK_NOTICE_… in README.md.", file=sys.stderr)
            return 1
        for channel in wanted:
            try:
                notices.test(operator(), channel)
                print(f"{channel.value}: sent")
            except ProviderError as error:
                failed = True
                print(f"{channel.value}: {error.what} {error.action}", file=sys.stderr)
    finally:
        store.close()
    return 1 if failed else 0
