"""Texts from outside: what Python takes, but neither a database nor a page does."""

from __future__ import annotations

import ipaddress


def is_clean(text: str) -> bool:
    """Whether the text is Unicode: JSON can spell half of a surrogate pair, which no UTF-8 can."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def clean(text: str) -> str:
    """The text with a question mark for each half of a surrogate pair."""
    return text if is_clean(text) else text.encode("utf-8", "replace").decode()


def read_address(value: object) -> str | None:
    """An IP address, or None where it is none."""
    try:
        return str(ipaddress.ip_address(value)) if isinstance(value, str) else None
    except ValueError:
        return None
