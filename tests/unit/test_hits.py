"""What a search hit is marked where it stands, and a text that is not ours stays text with the mark in it."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.domain.searches import search_words
from dashboard.ui.hits import HIT, mark
from dashboard.ui.text import marked, plain

MARK = re.compile(r":yellow-background\[((?:\\.|[^\]\\])*)\]")
HOSTILE = [
    *("[x](http://evil)", "**bold**", ":red[x]", "`code`", "$x$", "a_b_c", "<b>"),
    *("www.evil.example", "x@evil.example"),
]


@pytest.mark.parametrize(
    ("text", "typed", "drawn"),
    [
        ("Zoë Lang", "lan", "Zoë :yellow-background[Lan]g"),
        ("Zoë Lang", "zoe g", ":yellow-background[Zoë] Lan:yellow-background[g]"),
        ("王小明", "小", "王:yellow-background[小]明"),
        ("Zoë  Lang", "", "Zoë Lang"),
        ("Zoë Lang", "x", "Zoë Lang"),
    ],
)
def test_the_letters_that_were_hit_are_marked(text: str, typed: str, drawn: str) -> None:
    assert marked(text, search_words(typed)) == drawn


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("typed", ["evil", "x", "b", "]", "[", ":", "**", "http://", "\\", "`"])
def test_a_hostile_text_stays_text_with_a_mark_in_it(text: str, typed: str) -> None:
    drawn = marked(text, search_words(typed))
    pieces = [piece for place, piece in enumerate(MARK.split(drawn)) if piece or place % 2]
    assert all(plain_of(piece) in text for piece in pieces)
    assert plain_of(MARK.sub(r"\1", drawn)) == text


def plain_of(drawn: str) -> str:
    """The letters that a reader sees of what `plain` wrote."""
    return re.sub(r"\\(.)", r"\1", drawn.replace("~~", "").replace("\u2060", ""))


@given(text=st.text(max_size=30), typed=st.text(max_size=6))
def test_nothing_but_the_mark_is_added_to_what_plain_draws(text: str, typed: str) -> None:
    drawn = marked(text, search_words(typed))
    assert plain_of(MARK.sub(r"\1", drawn)) == plain_of(plain(text))


def test_cells_of_a_table_are_marked_by_the_text_behind_them() -> None:
    frame = pd.DataFrame({"name": ["Zoë", "Ben"], "stripe": ["cus_NffrFeUf", "none yet"], "added": ["zoe", "zoe"]})
    searched, ids = {"name": ["Zoë zoe@example.com", "Ben"]}, {"stripe": [("cus_NffrFeUf", None), (None,)]}

    def marks(typed: str) -> list[tuple[int, int]]:
        found = mark(frame, search_words(typed), searched, ids)
        assert not isinstance(found, pd.DataFrame)
        found._compute()  # type: ignore[attr-defined]  # what Streamlit does with it
        return sorted(place for place, look in found.ctx.items() if "background-color" in dict(look))  # type: ignore[attr-defined]

    assert marks("ZOE") == [(0, 0)]
    assert marks("example") == [(0, 0)]
    assert marks("cus_nf") == [(0, 1)]
    assert marks("nffrfeuf") == [] and marks("cus_") == []
    assert mark(frame, (), searched, ids) is frame
    assert "color: #1d2126" in HIT, "dark letters, since the ground is light in both themes"
