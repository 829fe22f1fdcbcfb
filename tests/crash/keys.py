"""The flows of what is secret: Plaid's access tokens, our own key, and a backup that is restored."""

from __future__ import annotations

from pathlib import Path

from dashboard.desk import Desk
from dashboard.domain.clock import Clock
from dashboard.operations.backup import Backups, restore
from dashboard.operations.key_rotation import rotate
from dashboard.settings import load_settings
from dashboard.store.encryption.vault import Vault, make_key
from tests.crash.crash_fixture import CrashFixture
from tests.crash.flow import Notes, common
from tests.crash.linking import linked


def act_tokens(crash: CrashFixture) -> None:
    desk = crash.open()
    desk.plaid_tokens.rotate(crash.actor)
    desk.close()


def resume_tokens(crash: CrashFixture) -> None:
    desk = crash.open()
    desk.jobs.run_due()
    desk.close()


def check_tokens(crash: CrashFixture) -> Notes:
    """Every connection has a token that works, or says on the list that it must be linked anew."""
    desk = crash.open()
    found = common(desk)
    lost = {item.id for _, item in desk.plaid_tokens.lost(crash.actor)}
    for item in desk.store.items.list():
        alive = crash.sandbox.lives(desk.store.items.access_token(item.id).reveal())
        if alive == (item.id in lost):
            found["lost_tokens"] = 1
    if desk.plaid_tokens.status(crash.actor).going_on:
        found["stuck"] = "a change of a token goes on for ever"
    desk.close()
    return found


# Our own key, and backups.


def prepare_keys(crash: CrashFixture, desk: Desk) -> Notes:
    linked(crash, desk)
    old, new = crash.environ()["ACH_DESK_KEY"], make_key().reveal()
    return {"old": old, "new": new}


def rotate_keys(crash: CrashFixture) -> None:
    crash.notes["environ"] = {"ACH_DESK_KEY": f"{crash.notes['made']['new']},{crash.notes['made']['old']}"}
    desk = crash.open()
    rotate(crash.actor, desk.store.database, desk.store.sealed, desk.store.trail, Clock(), lambda done: None)
    desk.close()


def check_keys(crash: CrashFixture) -> Notes:
    crash.notes["environ"] = {"ACH_DESK_KEY": crash.notes["made"]["new"]}
    desk = crash.open()
    found = common(desk)
    if not desk.store.sealed.are_readable():
        found["lost_tokens"] = 1
    desk.close()
    return found


def prepare_restore(crash: CrashFixture, desk: Desk) -> Notes:
    linked(crash, desk)
    backups = Backups(desk.store.database, desk.store.trail, Vault(desk.settings.keys), Clock(), crash.folder / "kept")
    return {"backup": backups.make(crash.actor, sealed=True).name}


def restore_backup(crash: CrashFixture) -> None:
    settings = load_settings(crash.environ(), None)
    source: Path = crash.folder / "kept" / crash.notes["made"]["backup"]
    restore(source, settings.db, Vault(settings.keys), {}, crash.actor, Clock())


def check_restore(crash: CrashFixture) -> Notes:
    desk = crash.open()
    found = common(desk)
    if not desk.store.sealed.sample():
        found["lost_tokens"] = 1
    desk.close()
    return found
