"""What a search hit, marked in a table: Streamlit colors whole cells of one; other texts have `text.marked`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from pandas.io.formats.style import Styler

from dashboard.domain.searches import begins_id, search_key

HIT = "background-color: #ffeb99; color: #1d2126"  # dark on light yellow, 13:1, in both themes


def mark(
    frame: pd.DataFrame,
    words: tuple[str, ...],
    searched: Mapping[str, Sequence[str]],
    ids: Mapping[str, Sequence[Sequence[str | None]]],
) -> pd.DataFrame | Styler:
    """The table with a ground under each cell that a word hit; as it is where nothing was searched for.

    `searched` has the text behind each cell of a column, `ids` the ids; both are longer than what the cells show.
    """
    if not words:
        return frame
    look = pd.DataFrame("", index=frame.index, columns=frame.columns)
    for column, texts in searched.items():
        keys = [search_key(text) for text in texts]
        look[column] = [HIT if any(word in key for word in words) else "" for key in keys]
    for column, many in ids.items():
        look[column] = [
            HIT if any(begins_id(id, word) for id in few if id for word in words) else look[column].iloc[place]
            for place, few in enumerate(many)
        ]
    return frame.style.apply(lambda _: look, axis=None)
