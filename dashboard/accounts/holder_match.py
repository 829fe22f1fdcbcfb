"""Whether the name that a bank gives for an account is the customer's: case, order, accents, initials, suffixes.

A pure function without a verdict of its own on money: a person reads both names and decides. It errs towards
*different*, since a wrong *same* hides what a wrong *different* only asks about.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum

from dashboard.domain.folding import LETTERS

# What belongs to a company's form and not to its name, in the United States and among its neighbors.
COMPANY_WORDS = frozenset(
    (
        *("inc", "incorporated", "llc", "llp", "lllp", "lp", "pllc", "pc", "ltd", "limited", "corp", "corporation"),
        *("co", "company", "plc", "gmbh", "ag", "kg", "sa", "sas", "sarl", "srl", "spa", "bv", "nv", "oy", "ab", "as"),
        *("pty", "the"),
    )
)
TITLES = frozenset(("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev", "hon", "sir"))
GENERATIONS = {"jr": "jr", "junior": "jr", "sr": "sr", "senior": "sr", "ii": "ii", "iii": "iii", "iv": "iv"}
JOINT = re.compile(r"\s*(?:&|/|\+|;|\band\b|\bor\b)\s*")  # two people who hold an account together
ALIAS = re.compile(r"\s*\b(?:d/?b/?a|doing business as|a/?k/?a|t/a)\b\s*")  # the same one under two names
WORD = re.compile(r"\w+")


class Likeness(StrEnum):
    """How near two names are."""

    SAME = "same"
    CLOSE = "close"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


def compare(customer: str, holders: Sequence[str], *, company: bool = False) -> Likeness:
    """The nearest of the bank's names to the customer's; UNKNOWN where the bank names nobody.

    SAME: the same words but for case, order, accents, punctuation, titles and a company's form. CLOSE: beside that,
    initials stand for names, or one of the two has words more (a middle name). A joint account is compared with each
    of its holders. Symmetric in the two sides where one name stands on each.
    """
    named = [name for name in holders if name.strip()]
    if not named:
        return Likeness.UNKNOWN
    found = {
        _compare_two(one, other)
        for one in _readings(customer, company)
        for name in named
        for other in _readings(name, company)
    }
    return next((like for like in (Likeness.SAME, Likeness.CLOSE) if like in found), Likeness.DIFFERENT)


def fold(name: str) -> str:
    """The name in lower case without accents, apostrophes and points: `O’Néil` is `oneil`, `L.L.C.` is `llc`."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(LETTERS))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"['’`´ʼ.]", "", unicodedata.normalize("NFKC", plain).casefold().translate(LETTERS))


def _readings(name: str, company: bool) -> list[tuple[str, ...]]:
    """Every way to take a name: as it stands, each alias, and for people each of those who are named together."""
    folded = fold(name)
    parts = [folded, *(part for part in ALIAS.split(folded) if part)]
    if not company:
        parts += [person for part in list(parts) for person in _people(part)]
    parts += [part.replace("-", "") for part in parts if "-" in part]
    readings = (_words(part.replace("&", " and "), COMPANY_WORDS if company else TITLES) for part in parts)
    return [words for words in dict.fromkeys(readings) if words] or [()]


def _people(folded: str) -> list[str]:
    """Each of those who are named together: `john & jenny rosen` are `john rosen` and `jenny rosen`."""
    people = [person for person in JOINT.split(folded) if person]
    if len(people) < 2:
        return []
    family = people[-1].split()[-1]
    whole = [person if " " in person else f"{person} {family}" for person in people]
    return [person for person in whole if len(set(person.split())) > 1]


def _words(folded: str, idle: frozenset[str]) -> tuple[str, ...]:
    words = WORD.findall(folded.replace("_", " "))
    kept = [word for word in words if word not in idle]
    return tuple(sorted(kept or words))  # a name that is nothing but such words is taken as it stands


def _compare_two(one: Iterable[str], other: Iterable[str]) -> Likeness:
    left, right = Counter(one), Counter(other)
    if not left or not right:
        return Likeness.DIFFERENT
    if left == right:
        return Likeness.SAME
    generations = [{GENERATIONS[word] for word in side if word in GENERATIONS} for side in (left, right)]
    if all(generations) and generations[0] != generations[1]:
        return Likeness.DIFFERENT  # a father and a son are two people
    for side in (left, right):
        for word in [word for word in side if word in GENERATIONS]:
            del side[word]
    shared = left & right
    whole = sum(count for word, count in shared.items() if len(word) > 1)
    left, right = left - shared, right - shared
    matched = _match_initials(left, right) + _match_initials(right, left)
    rest = min(left.total(), right.total())
    if whole and whole + matched >= 2 and not rest:
        return Likeness.CLOSE
    return Likeness.DIFFERENT


def _match_initials(initials: Counter[str], names: Counter[str]) -> int:
    """Take away each initial with a name that begins with it; how many."""
    count = 0
    for initial in [word for word in initials.elements() if len(word) == 1]:
        name = next((word for word in names if len(word) > 1 and word.startswith(initial) and names[word]), None)
        if name is not None:
            initials[initial] -= 1
            names[name] -= 1
            count += 1
    return count
