"""Text that is not ours, as a page may draw it: names, references, notes, and what providers and addresses say."""

from __future__ import annotations

import re

from dashboard.domain.searches import find_hits

JOINER = "\u2060"  # a word joiner, which has no width
_ANYWHERE = re.compile(r"[\\`*_\[\]<>$~:&/]")
_AT_THE_START = re.compile(r"^(\d*)([#+=|.)-])")  # a heading, a list, a rule, a table
# Addresses, Streamlit's own picture and dashes are looked for again after the escapes were taken away. One letter that
# stands in an element of its own keeps them apart; the style sheet (ui/layout.py) draws it like the others, and a copy
# of the text has nothing more. Where there is no letter, a joiner does it.
_APART = re.compile(r"(?<=\\:)\\/(?=\\/)|(?<=ww)w(?=\.)|(?<=@)[a-z0-9]|(?<=\\:)s(?=treamlit\\:)", re.IGNORECASE)
_JOINED = re.compile(r"(?<=@)(?=[^\s~])|(?:(?<=\s-)|(?<=^-)|(?<=^\\-))(?=-(?:\s|$))")


def plain(text: str) -> str:
    """The text on one line, as Markdown that draws these characters and nothing else: no link, picture, color or
    icon comes of it, in a paragraph, a heading, a button or a tooltip."""
    return _escape(" ".join(text.split()))


def marked(text: str, words: tuple[str, ...]) -> str:
    """As `plain`, with what a search hit on a ground of its own; `words` are those of `domain/searches.py`."""
    one_line, drawn, at = " ".join(text.split()), "", 0
    for start, end in find_hits(one_line, words):
        drawn += f"{_escape(one_line[at:start])}:yellow-background[{_escape(one_line[start:end])}]"
        at = end
    return drawn + _escape(one_line[at:])


def _escape(one_line: str) -> str:
    escaped = _AT_THE_START.sub(r"\1\\\2", _ANYWHERE.sub(r"\\\g<0>", one_line))
    return _JOINED.sub(JOINER, _APART.sub(r"~~\g<0>~~", escaped))


def plain_lines(text: str) -> str:
    """The same for a text of several lines, each of which stays one."""
    return "  \n".join(plain(line) for line in text.splitlines())
