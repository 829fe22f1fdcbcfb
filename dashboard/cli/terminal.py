"""Questions at a terminal: with a default, with a hidden answer, with yes or no."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol


class Terminal(Protocol):
    """Who answers."""

    def ask(self, question: str) -> str:
        """One line, as it was typed."""

    def ask_hidden(self, question: str) -> str:
        """One line that is not shown while it is typed."""

    def say(self, words: str) -> None:
        """Show a line."""


class Console:
    """The person at this process's own terminal."""

    def ask(self, question: str) -> str:
        """One line, as it was typed."""
        with _ending():
            return input(question)

    def ask_hidden(self, question: str) -> str:
        """One line that is not shown while it is typed."""
        with _ending():
            return getpass.getpass(question)

    def say(self, words: str) -> None:
        """Show a line."""
        print(words, flush=True)


@contextmanager
def _ending() -> Iterator[None]:
    try:
        yield
    except EOFError:  # Ctrl-D means the same
        raise KeyboardInterrupt from None


def ask(terminal: Terminal, question: str, default: str = "", *, needed: bool = False) -> str:
    """An answer; Enter takes the default. Asked again while one is needed and none is given."""
    shown = f"{question} [{default}]: " if default else f"{question}: "
    while not (found := terminal.ask(shown).strip() or default) and needed:
        terminal.say("This one is needed.")
    return found


def ask_secret(terminal: Terminal, question: str, kept: str = "") -> str:
    """A hidden answer; Enter keeps the one that was there."""
    shown = f"{question} (hidden; Enter keeps the present one): " if kept else f"{question} (hidden): "
    while not (found := terminal.ask_hidden(shown).strip() or kept):
        terminal.say("This one is needed.")
    return found


def choose(terminal: Terminal, question: str, choices: Sequence[str], default: str) -> str:
    """One of the choices; asked again for anything else."""
    while (found := ask(terminal, f"{question} ({' or '.join(choices)})", default)) not in choices:
        terminal.say(f"Answer {' or '.join(choices)}.")
    return found


def confirm(terminal: Terminal, question: str, *, default: bool = False) -> bool:
    """Yes or no; Enter is the default."""
    while (found := ask(terminal, question, "yes" if default else "no").lower()) not in {"y", "yes", "n", "no"}:
        terminal.say("Answer yes or no.")
    return found in {"y", "yes"}
