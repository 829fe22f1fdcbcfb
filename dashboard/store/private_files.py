"""Files with names or secrets in them: readable by the desk's own account from their first byte on (mode 0600)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

PRIVATE = 0o600


def open_private(path: Path) -> BinaryIO:
    """Open a file for writing, emptied, that nobody else may read, whatever the umask says. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, PRIVATE)
    os.fchmod(descriptor, PRIVATE)  # also where the file was there before
    return os.fdopen(descriptor, "wb")
