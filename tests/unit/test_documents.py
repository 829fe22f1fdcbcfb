"""What the documents say is true of the code."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from dashboard.cli import build_parser
from tests.documents import ROOT, generated


@pytest.mark.parametrize("path", generated(), ids=lambda path: path.name)
def test_the_generated_parts_are_fresh(path: Path) -> None:
    assert path.read_text() == generated()[path], "run `python -m tests.documents`"


def verbs() -> list[str]:
    actions = (action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction))
    return [verb for action in actions for verb in action.choices]


@pytest.mark.parametrize("verb", verbs())
def test_every_verb_is_in_the_readme_and_has_a_help(verb: str) -> None:
    assert f"ach-desk {verb}" in (ROOT / "README.md").read_text()
    assert f"  {verb}" in build_parser().format_help()


@pytest.mark.parametrize("path", sorted((ROOT / "pages").glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_every_page_is_in_the_readme(path: Path) -> None:
    assert f"`{path.stem}`" in (ROOT / "README.md").read_text()
