"""The files of the product, read and parsed once, for the tests that hold a rule over every one of them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def read(path: Path) -> str:
    """The text of a file."""
    return path.read_text()


@cache
def parse(path: Path) -> ast.Module:
    """The tree of a Python file; nobody changes it."""
    return ast.parse(read(path))


def over_each(paths: Sequence[Path]) -> Callable[[Callable[[Path], None]], Callable[[], None]]:
    """One test that looks at each of these files, and names all that break its rule."""

    def make(look: Callable[[Path], None]) -> Callable[[], None]:
        def test() -> None:
            broken = []
            for path in paths:
                try:
                    look(path)
                except AssertionError as error:
                    broken.append(f"{path.relative_to(ROOT)}: {error}")
            assert paths and not broken, "\n".join(broken)

        test.__name__, test.__qualname__, test.__doc__ = look.__name__, look.__qualname__, look.__doc__
        test.__module__ = look.__module__
        return test

    return make
