"""E-mail addresses as identities: compared in ASCII lower case, since other letters are other people."""

from __future__ import annotations

import unicodedata


def fold_address(text: str) -> str:
    """The address in lower case; empty where it is none, or holds anything but printable ASCII.

    Unicode's own folding would make one person of two: `ß` and `ss`, the long s and `s`, the Kelvin sign and `k`.
    """
    good = text.isascii() and text.isprintable() and "@" in text and not set(text) & set(" ,;<>")
    return text.lower() if good else ""


def name_odd_letters(text: str) -> list[str]:
    """The characters that are not printable ASCII by their Unicode names, each once: `LATIN SMALL LETTER SHARP S`."""
    odd = dict.fromkeys(letter for letter in text if not letter.isascii() or not letter.isprintable())
    return [unicodedata.name(letter, f"U+{ord(letter):04X}") for letter in odd]
