"""What the command line says of itself, and of what it cannot do."""

from __future__ import annotations

import argparse
import shlex
import tomllib

import pytest

from dashboard.cli import main
from dashboard.cli.parser import build_parser
from tests.unit.sources import ROOT


def verbs() -> dict[str, argparse.ArgumentParser]:
    (found,) = (one for one in build_parser()._actions if isinstance(one, argparse._SubParsersAction))
    return dict(found.choices)


@pytest.mark.parametrize("verb", verbs())
def test_each_verb_says_its_values_defaults_exit_statuses_and_an_example_that_works(verb: str) -> None:
    parser = verbs()[verb]
    said = parser.format_help()
    assert "exit status: 0" in said
    for action in parser._actions:
        assert action.help, f"{verb} {action.option_strings or action.dest} is not explained"
        if action.default not in (None, "", False, [], argparse.SUPPRESS) and not isinstance(action.default, bool):
            assert f"(default: {action.default})" in " ".join(said.split())
    example = said.split("example: ", 1)[1].splitlines()[0]
    program, *arguments = shlex.split(example)
    assert program == "ach-desk" and arguments[0] == verb
    assert build_parser().parse_args(arguments).run


def test_what_each_verb_about_keys_does_is_said_with_the_order_of_a_rotation() -> None:
    said = " ".join(verbs()["keys"].format_help().split())
    for what in ("init", "rotate", "status", "rotate-plaid"):
        assert f" {what} " in said
    steps = [
        "in front of the old one",
        "restart every ach-desk",
        "keys rotate",
        "take the old key out",
        "restart again",
    ]
    places = [said.index(step) for step in steps]
    assert places == sorted(places)


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert capsys.readouterr().out == f"ach-desk {version}\n"
