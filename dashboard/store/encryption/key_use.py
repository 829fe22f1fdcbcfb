"""Which encryption key each running process seals under, so that a rotation does not race with an older one.

Each process holds a lock on a file beside the database that is named like its newest key's fingerprint. The lock is the
operating system's, so a killed process leaves none behind; the fingerprint says nothing of the key.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from dashboard.domain.errors import Refused, StoreUnavailable
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.database import translated

_OPEN, _MODE = os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600


def note_key(owner: object, database: Path, vault: Vault) -> weakref.finalize[[int], object]:
    """Note that this process seals under the vault's newest key while `owner` lives, or until the result is called.

    Raises StoreUnavailable while a rotation to a newer key is under way.
    """
    import fcntl

    with translated():
        descriptor = os.open(_path(database, vault.fingerprint), _OPEN, _MODE)
        if os.geteuid() == 0:  # a command that root runs must not shut the service's own account out
            owner_of = database.stat()
            os.fchown(descriptor, owner_of.st_uid, owner_of.st_gid)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise StoreUnavailable(
            "The keys are being rotated to one that is not the first in ACH_DESK_KEY here.",
            meaning="Nothing was changed.",
            action="Put the new key in front of ACH_DESK_KEY, and start again.",
            code="rotating",
        ) from None
    return weakref.finalize(owner, os.close, descriptor)


@contextmanager
def no_older_key_in_use(database: Path, vault: Vault) -> Iterator[None]:
    """Hold every older key's file, so that nobody seals under one meanwhile. Raises Refused where a process does."""
    import fcntl

    own = _path(database, vault.fingerprint)
    with ExitStack() as held:
        for path in sorted(database.parent.glob(f"{database.name}.key-*")):
            if path == own:
                continue
            descriptor = os.open(path, _OPEN, _MODE)
            held.callback(os.close, descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Refused(
                    "An ach-desk that runs still seals under an older key.",
                    meaning="Nothing was changed: what it writes meanwhile could not be read once that key is gone.",
                    action="Put the new key in front of ACH_DESK_KEY for every ach-desk, restart them, then rotate.",
                    code="older_key_in_use",
                ) from None
        yield


def _path(database: Path, fingerprint: str) -> Path:
    return database.with_name(f"{database.name}.key-{fingerprint}")
