"""A folder of exported files that is there whole or not at all, and takes the place of nothing but an older one."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard.domain.errors import InputError

MANIFEST = "manifest.json"
MADE_BY = "ach-desk export"


@contextmanager
def written_folder(folder: Path) -> Iterator[Path]:
    """A folder beside it to write into, which takes its name at the end; after an error nothing is left of it.

    Raises InputError where it holds files that no export wrote, or cannot be written.
    """
    whole = folder.resolve()
    require_ours(whole)
    try:
        whole.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{whole.name}.", dir=whole.parent))
    except OSError as error:
        raise _unwritten(folder, error) from error
    try:
        partial = beside / "new"
        partial.mkdir(mode=0o700)
        yield partial
        require_ours(whole)  # what came there meanwhile
        if whole.exists():
            whole.rename(beside / "old")
        try:
            partial.rename(whole)
        except OSError:
            if (beside / "old").exists():
                (beside / "old").rename(whole)
            raise
    except OSError as error:
        raise _unwritten(folder, error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def require_ours(folder: Path) -> None:
    """Nothing where there is no such folder, an empty one, or only what an export wrote. Raises InputError."""
    if not os.path.lexists(folder):
        return
    if not folder.is_dir():
        raise _refused(f"{folder} is no folder.")
    try:
        names = {one.name for one in folder.iterdir()}
    except OSError as error:
        raise _unwritten(folder, error) from error
    others = sorted(names - _listed(folder / MANIFEST))
    if others:
        raise _refused(f"{folder} holds what no export wrote, such as {others[0]}.")


def _listed(manifest: Path) -> set[str]:
    """The names of an export's files by its manifest; none where there is no such manifest."""
    try:
        facts = json.loads(manifest.read_bytes())
        if facts["made_by"] == MADE_BY:
            return {MANIFEST, *(str(table["file"]) for table in facts["tables"])}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return set()


def _refused(what: str) -> InputError:
    return InputError(
        what,
        meaning="Nothing was written, and nothing was changed there.",
        action="Name a folder that is new or empty, or one of an earlier export.",
        code="export_folder",
    )


def _unwritten(folder: Path, error: OSError) -> InputError:
    return InputError(
        f"{folder} cannot be written ({error.strerror or type(error).__name__}).",
        meaning="There is no new export: half of one would look complete.",
        action="Free some space, or choose another place.",
        code="export_unwritten",
    )
