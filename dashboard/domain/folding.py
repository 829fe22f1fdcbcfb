"""Texts as they are compared: what a person takes for the same has the same key, everywhere."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

ACCENTS = range(0x300, 0x370)  # combining marks of Latin, Greek and Cyrillic; a mark of other scripts is a letter
JOINERS = "\u200c\u200d"  # Persian and Indic names need them between letters; they have no width
# Letters that Unicode does not take apart.
LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŋ": "n"}
)
# Signs that a keyboard has in one form, and a text set by a program in others.
SIGNS = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "‐": "-", "‑": "-", "–": "-", "—": "-"})


def fold(text: str) -> str:
    """The key of a reference: without case, width and joiners, spaces at the ends and double ones (NFKC, case-folded).

    Accents stay: `é` and `e` are two references.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = unicodedata.normalize("NFKC", plain).translate(dict.fromkeys(map(ord, JOINERS)))
    return " ".join(plain.split())


def fold_search(text: str) -> str:
    """The key of a search: as `fold`, and without accents."""
    if text.isascii():
        return fold(text)
    return "".join(map(_fold_letter, fold(text)))


@lru_cache(maxsize=4_096)
def _fold_letter(letter: str) -> str:
    """What is left of one letter of any text; nothing of an accent or a joiner. Syllables of Hangul stay whole."""
    folded = unicodedata.normalize("NFKC", letter).casefold().translate(SIGNS).translate(LETTERS)
    if all("\uac00" <= one <= "\ud7a3" for one in folded):
        return folded
    apart = unicodedata.normalize("NFKD", folded)
    return "".join(one for one in apart if ord(one) not in ACCENTS and one not in JOINERS)


def fold_letters(text: str) -> list[str]:
    """What `fold_search` leaves of each letter, spaces as they are: nothing of an accent that stands by itself."""
    return [_fold_letter(letter) for letter in text]
