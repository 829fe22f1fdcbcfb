"""sqlite-utils without pandas and numpy, which it loads where they are installed to know more types of columns.

A process that shows no page has no other use for them, and is 100 MB smaller without: the sync, backups, the command.
"""

from __future__ import annotations

import sys

_HIDDEN = [name for name in ("pandas", "numpy") if name not in sys.modules]
for _name in _HIDDEN:
    sys.modules[_name] = None  # type: ignore[assignment]  # documented: an import of it raises ImportError
import sqlite_utils  # noqa: E402

for _name in _HIDDEN:
    del sys.modules[_name]

__all__ = ["sqlite_utils"]
