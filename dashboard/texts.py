"""Texts from outside: what Python takes, but neither a database nor a page does."""

from __future__ import annotations


def is_sound(text: str) -> bool:
    """Whether the text is Unicode: JSON can spell half of a surrogate pair, which no UTF-8 can."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def make_sound(text: str) -> str:
    """The text with a question mark for each half of a surrogate pair."""
    return text if is_sound(text) else text.encode("utf-8", "replace").decode()
