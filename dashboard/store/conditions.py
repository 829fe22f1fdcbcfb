"""From a filter to a condition: tests that must all hold, and their values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from dashboard.domain.searches import BEGINNING, amount_range, search_words
from dashboard.store.engine.dialect import contains, list_of, listed
from dashboard.store.listing import Asked

NAME = re.compile(r":(\w+)")


class Conditions:
    """Tests with named values; what a filter leaves out is not tested."""

    def __init__(self, *tests: str) -> None:
        self._tests, self._values = list(tests), dict[str, object]()

    def add(self, test: str, value: object | None) -> None:
        """A test whose one parameter has this value: `t.amount >= :low`; none where that is None."""
        if value is not None:
            self.hold(test, **dict.fromkeys(NAME.findall(test), value))

    def hold(self, test: str, **values: object) -> None:
        """A test that always holds, with the values of its parameters."""
        self._tests.append(test)
        self._values |= values

    def among(self, column: str, chosen: Iterable[object]) -> None:
        """One of these, where any is chosen."""
        values, name = list(chosen), column.partition(".")[2]
        if values:
            self.hold(f"{column} IN {listed(name)}", **{name: list_of(values)})

    def search(
        self,
        text: str,
        *,
        within: Sequence[str],
        begins: Sequence[str] = (),
        exact: Sequence[str] = (),
        amount: str = "",
        keys: tuple[str, Mapping[str, Sequence[int]]] = ("", {}),
    ) -> None:
        """Each word stands somewhere in one of `within` (lower case), begins an id of `begins`, or is one of `exact`.

        In `amount`, a column of cents, it is found as people write it. `keys` are a column and the values of it that
        were found by each word elsewhere.
        """
        for place, word in enumerate(search_words(text)):
            name = f":word{place}"
            begun = "substr(lower({}), 1, length({}))" if len(word) >= BEGINNING else "lower({})"
            found = [contains(one, name) for one in within] + [f"{one} = {name}" for one in exact]
            found += [f"{begun.format(id, name)} = {name}" for id in begins]
            amounts = amount_range(word) if amount else None
            if amounts is not None:
                found.append(f"{amount} BETWEEN {name}_low AND {name}_high")
                self._values |= {f"word{place}_low": amounts[0], f"word{place}_high": amounts[1]}
            if word in keys[1]:
                found.append(f"{keys[0]} IN {listed(f'word{place}_keys')}")
                self._values[f"word{place}_keys"] = list_of(keys[1][word])
            self._tests.append(f"({' OR '.join(found)})")
            self._values[f"word{place}"] = word

    def asked(self, news: str = "TRUE", **values: object) -> Asked:
        """All of them; `news` with its values is what a row that came later must be to be counted."""
        return Asked(" AND ".join(self._tests or ["TRUE"]), self._values | values, news)
