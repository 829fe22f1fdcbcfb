"""What may be searched for, and what it finds: the same rule on every page.

A search is words. Each of them must occur somewhere in what is searched, inside words too, without case and accents;
an id is found by its beginning.
"""

from __future__ import annotations

import re

from dashboard.domain.errors import InputError
from dashboard.domain.folding import fold_letters, fold_search
from dashboard.domain.text_safety import is_clean

LONGEST = 200  # characters; no name, address or id that the desk keeps is longer
MOST_WORDS = 12
BEGINNING = 6  # letters of an id that find it; fewer are in every id of their kind
AMOUNT = re.compile(r"\$?\d{1,3}(,\d{3})*(\.\d*)?|\$\d+(\.\d*)?")  # as people write it; it is kept as `1234.50`
WRITTEN = re.compile(r"(?P<whole>[0-9]{1,12})(\.(?P<rest>[0-9]{0,2}))?")  # an amount as a word of a search has it
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")


def check_search(text: str) -> str:
    """The text without spaces at its ends. Raises InputError where it is too long, or is no Unicode text."""
    found = text.strip()
    if len(found) > LONGEST:
        raise InputError(
            f"The search has more than {LONGEST} characters.",
            meaning="Nothing was searched for.",
            action="Search for a part of it.",
            code="invalid_search",
        )
    if not is_clean(found):
        raise InputError(
            "The search has half of a character in it.",
            meaning="Nothing was searched for.",
            action="Type it again.",
            code="invalid_search",
        )
    return found


def search_words(text: str) -> tuple[str, ...]:
    """The words of a search, each as `search_key` spells it; the first twelve."""
    words = dict.fromkeys(map(_plain_amount, fold_search(text.replace("\x00", " ")).split()[:MOST_WORDS]))
    return tuple(word for word in words if word)


def search_key(*texts: str) -> str:
    """What is searched, as `search_words` are looked for in it."""
    return fold_search(" ".join(texts).replace("\x00", " "))


def find_hits(text: str, words: tuple[str, ...]) -> list[tuple[int, int]]:
    """Where words of a search stand in a text: start and end of each piece, in order; none overlap or touch."""
    letters = fold_letters(text)
    for comma in THOUSANDS.finditer(text):
        letters[comma.start()] = ""
    key = "".join(letters)
    places = [place for place, letter in enumerate(letters) for _ in letter]
    hit = set[int]()
    for word in words:
        start = key.find(word)
        while start >= 0:
            hit.update(range(places[start], places[start + len(word) - 1] + 1))
            start = key.find(word, start + 1)
    pieces = list[tuple[int, int]]()
    for place, letter in enumerate(letters):
        if pieces and pieces[-1][1] == place and (place in hit or not letter):  # an accent goes with its letter
            pieces[-1] = pieces[-1][0], place + 1
        elif place in hit:
            pieces.append((place, place + 1))
    return pieces


def begins_id(id: str, word: str) -> bool:
    """Whether a word of a search is an id, or enough of its beginning."""
    key = id.lower()
    return key == word or (len(word) >= BEGINNING and key.startswith(word))


def amount_range(word: str) -> tuple[int, int] | None:
    """The amounts in cents, both included, that a word of a search begins: `12` is 12.00 to 12.99; else None."""
    found = WRITTEN.fullmatch(word)
    if found is None:
        return None
    rest = found["rest"] or ""
    return int(found["whole"] + (rest + "00")[:2]), int(found["whole"] + (rest + "99")[:2])


def _plain_amount(word: str) -> str:
    return word.replace("$", "").replace(",", "") if AMOUNT.fullmatch(word) else word
