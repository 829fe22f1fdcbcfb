"""Where the providers' published types are looked for, and what is said where they are not."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.official.spec import ABSENT, FILES, VARIABLE, checkouts, find_spec


def test_the_types_are_here_or_it_is_said_how_to_get_them(capsys: pytest.CaptureFixture[str]) -> None:
    """On a build server their absence fails; elsewhere it is said on the screen, and what needs them is left out."""
    if find_spec() is None:
        assert os.environ.get("CI") != "true", ABSENT
        with capsys.disabled():
            sys.stdout.write(f"\n{ABSENT}\n")


def test_a_named_folder_counts_and_one_without_the_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=VARIABLE):
        find_spec({VARIABLE: str(tmp_path)})
    spec = tmp_path / "spec"
    spec.mkdir()
    for name in FILES:
        (spec / name).touch()
    assert find_spec({VARIABLE: str(tmp_path)}) == spec


def test_a_worktree_looks_beside_the_checkout_that_it_belongs_to() -> None:
    assert all((root / "pyproject.toml").is_file() for root in checkouts())
