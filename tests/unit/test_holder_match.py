"""The bank's name beside the customer's: what counts as the same, what only a person can say."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.accounts.holder_match import COMPANY_WORDS, GENERATIONS, TITLES, Likeness, compare


def strip(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))


WORDS = st.text("abcdefghijklmnopqrstuvwxyzáéñöüç", min_size=2, max_size=9).filter(
    lambda word: not {strip(word)} & (COMPANY_WORDS | TITLES | set(GENERATIONS) | {"and", "or", "dba", "aka", "ta"})
)
NAMES = st.lists(WORDS, min_size=2, max_size=4, unique_by=lambda word: strip(word)).map(" ".join)


@pytest.mark.parametrize(
    ("customer", "bank", "likeness"),
    [
        ("Jenny Rosen", "ROSEN, JENNY", Likeness.SAME),
        ("Jenny Rosen", "Ms. Jenny Rosen", Likeness.SAME),
        ("José Núñez", "JOSE NUNEZ", Likeness.SAME),
        ("Łukasz Sørensen", "Lukasz Sorensen", Likeness.SAME),
        ("Sinéad O’Connor", "SINEAD OCONNOR", Likeness.SAME),
        ("Ann Smith-Jones", "ANN SMITH JONES", Likeness.SAME),
        ("Ann Smith-Jones", "ANN SMITHJONES", Likeness.SAME),
        ("Jenny Rosen", "JOHN & JENNY ROSEN", Likeness.SAME),
        ("John Rosen", "JOHN & JENNY ROSEN", Likeness.SAME),
        ("Jenny Rosen", "Rosen's Flowers DBA Jenny Rosen", Likeness.SAME),
        ("Jenny Rosen", "JENNY A ROSEN", Likeness.CLOSE),
        ("Jenny Rosen", "J ROSEN", Likeness.CLOSE),
        ("Jenny Rosen", "Jenny Anne Rosen", Likeness.CLOSE),
        ("John Smith", "John Smith Jr.", Likeness.CLOSE),
        ("John Smith Jr.", "John Smith Sr.", Likeness.DIFFERENT),
        ("Jenny Rosen", "JENNY ROSE", Likeness.DIFFERENT),
        ("Jenny Rosen", "John Rosen", Likeness.DIFFERENT),
        ("Jenny Rosen", "Rosen", Likeness.DIFFERENT),
        ("J R", "Jenny Rosen", Likeness.DIFFERENT),
        ("Chen Wu", "Y Chen", Likeness.DIFFERENT),
        ("Jenny Rosen", "Alberta Bobbeth Charleson", Likeness.DIFFERENT),
        ("李小龍", "李小龍", Likeness.SAME),
    ],
)
def test_people(customer: str, bank: str, likeness: Likeness) -> None:
    assert compare(customer, [bank]) is likeness
    assert compare(customer, ["Somebody Else", bank]) is likeness, "one holder of several is enough"


@pytest.mark.parametrize(
    ("customer", "bank", "likeness"),
    [
        ("Acme, Inc.", "ACME", Likeness.SAME),
        ("Acme L.L.C.", "Acme LLC", Likeness.SAME),
        ("The Johnson & Sons Company", "JOHNSON AND SONS CO", Likeness.SAME),
        ("Straße GmbH", "STRASSE", Likeness.SAME),
        ("Acme Flowers", "Acme Flowers of Boston", Likeness.CLOSE),
        ("Acme Flowers Inc", "Acme Tools Inc", Likeness.DIFFERENT),
        ("Johnson & Sons", "Johnson", Likeness.DIFFERENT),
        ("The Company Inc", "The Company LLC", Likeness.DIFFERENT),
    ],
)
def test_companies(customer: str, bank: str, likeness: Likeness) -> None:
    assert compare(customer, [bank], company=True) is likeness


def test_a_bank_that_names_nobody_says_nothing() -> None:
    assert compare("Jenny Rosen", []) is Likeness.UNKNOWN
    assert compare("Jenny Rosen", ["", "  "]) is Likeness.UNKNOWN


@given(NAMES, st.randoms(use_true_random=False), st.booleans())
def test_case_order_accents_and_commas_never_matter(name: str, random: object, company: bool) -> None:
    words = name.split()
    random.shuffle(words)  # type: ignore[attr-defined]  # hypothesis' own Random
    told = strip(", ".join(words)).upper()
    assert compare(name, [told], company=company) is Likeness.SAME


@given(NAMES, st.sampled_from(sorted(COMPANY_WORDS)))
def test_a_companys_form_never_matters(name: str, form: str) -> None:
    assert compare(name, [f"{name}, {form.upper()}."], company=True) is Likeness.SAME


@given(NAMES)
def test_an_initial_may_stand_for_a_first_name(name: str) -> None:
    first, *rest = name.split()
    assert compare(name, [" ".join([f"{first[0]}.", *rest])]) is Likeness.CLOSE


@given(NAMES, NAMES, st.booleans())
def test_it_does_not_matter_which_side_is_which(one: str, other: str, company: bool) -> None:
    assert compare(one, [other], company=company) is compare(other, [one], company=company)


@given(NAMES, NAMES)
def test_names_without_a_word_in_common_are_never_taken_for_one(one: str, other: str) -> None:
    if not set(strip(one).split()) & set(strip(other).split()):
        assert compare(one, [other]) is Likeness.DIFFERENT


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=3), st.booleans())
def test_any_text_has_an_answer_and_everybody_is_like_themselves(name: str, holders: list[str], company: bool) -> None:
    assert compare(name, holders, company=company) in Likeness
    if any(one.isalnum() for one in name):
        assert compare(name, [*holders, name], company=company) is Likeness.SAME
