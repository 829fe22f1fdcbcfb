"""Lists in the table that scrolls: how a list is described to it, and what it answers past Streamlit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import parse_qsl

import streamlit as st

from dashboard.desk import Desk
from dashboard.domain.lists import ListFilter, ListOrder, Row, Tally
from dashboard.domain.models import Actor
from dashboard.domain.searches import begins_id, search_key, search_words
from dashboard.lists import Lists
from dashboard.staff.access import Permission, require
from dashboard.ui import actions, format, session
from dashboard.ui.navigation import list_pages
from dashboard.ui.text import plain
from dashboard.web import grid_routes
from dashboard.web.grid_routes import Asked, Grid, read_query, read_ranges, read_zone

Filter = TypeVar("Filter", bound=ListFilter)
EVERYTHING = "Everything"
NAMES = {  # of lists, by their pages, as the end of "Back to …"
    "payments": "payments",
    "payouts": "the payouts",
    "customers": "the customers",
    "accounts": "the accounts",
    "mandates": "the accounts that need a mandate",
    "cases": "the cases",
    "approvals": "the approvals",
    "batches": "the batches",
    "statements": "the bank lines",
    "audit": "the audit trail",
}
PATHS = {name: f"../pages/{name}.py" for name in NAMES}


class Column(NamedTuple):
    """A column: title, width in pixels, what it is sorted by; `number` stands right, `up` sorts upwards at first."""

    title: str
    width: int
    sort: str = ""
    number: bool = False
    up: bool = False


@dataclass(frozen=True)
class Reading:
    """Who reads: their zone, now, and the words of their search."""

    zone: tzinfo
    now: datetime
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """A row as the table shows it: cells by column; `searched` is the text behind a cell, `ids` the ids behind one."""

    cells: Mapping[str, str]
    state: str = ""
    searched: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, Sequence[str | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Listed(Generic[Filter, Row]):
    """A list: its name in the address, its columns and filter, and how a row reads.

    A row opens beside the table, by `write_one`, or at a page: `opens` is that page and the parameter for the `id`.
    `noun` is what one row is; `none` is said where a filter shows nothing. `scope` is the part of the query that says
    of what it is a list: no person takes it off, and it is no part of the address's filter.
    """

    name: str
    title: str
    noun: str
    columns: Mapping[str, Column]
    fields: Sequence[Mapping[str, object]]
    sort: str
    permission: Permission
    read_filter: Callable[[Mapping[str, str]], Filter]
    lists: Callable[[Desk], Lists[Filter, Any, Row]]
    write_rows: Callable[[Desk, Actor, Sequence[Row], Reading], list[Line]]
    write_one: Callable[[Desk, Actor, str, Reading], dict[str, Any]] | None = None
    opens: tuple[str, str] | None = None
    views: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    id: str = "id"
    search: str = "text"
    scope: str = ""

    @property
    def key(self) -> str:
        """The key of its component."""
        return f"{self.name}-grid"

    def describe(self, actor: Actor, empty: tuple[str, str], **more: object) -> dict[str, object]:
        """What the table is told beside its rows; `empty` says why there is no row at all, and what to do.

        Raises AccessDenied, so that a part that runs by itself at a device in a customer's hands draws no table.
        """
        require(actor, self.permission)
        return {
            **describe_columns(self.name, self.title, self.columns, actor),
            "id": self.id,
            "opens": self.opens,
            "sort": self.sort,
            "fields": list(self.fields),
            "views": {EVERYTHING: {}, **self.views},
            "figures": {},
            "none": f"No {self.noun} matches this filter.",
            "warning": "",
            "reading": "",
            "whole": True,
            "empty": empty,
            **more,
        }

    def order(self) -> ListOrder[Filter]:
        """The filter and order that the table shows: what it said last, or the address where it has not yet."""
        query = spelled(self.key)
        sort = query.get("sort", "")
        known = {one.sort for one in self.columns.values() if one.sort}
        return ListOrder(self.read_filter(query), sort if sort in known else self.sort, query.get("order") != "up")

    def answers(self) -> Grid:
        """What it answers past Streamlit."""
        return Grid(
            rows=self._rows,
            sums=self._sums,
            picked=self._picked,
            copied=self._copied,
            one=self._answer_one(self.write_one) if self.write_one else None,
        )

    def _read_order(self, asked: Asked) -> ListOrder[Filter]:
        return ListOrder(self.read_filter(read_query(asked)), str(asked["sort"]), asked["desc"] is True)

    def _rows(self, desk: Desk, actor: Actor, asked: Asked) -> dict[str, Any]:
        """Rows of a list by place. Where they read as at the answer that `since` names, only that."""
        order = self._read_order(asked)
        reading = Reading(read_zone(asked), desk.clock.now(), search_words(read_query(asked).get(self.search, "")))
        found = self.lists(desk).block(
            actor, order, start=int(asked["start"]), size=int(asked["size"]), mark=str(asked.get("mark") or "")
        )
        lines = iter(self.write_rows(desk, actor, [row for row in found.rows if row is not None], reading))
        rows = [None if row is None else self._cells(next(lines), reading.words) for row in found.rows]
        now = hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]
        said: dict[str, Any] = {"mark": found.mark, "now": now, "total": found.total, "newer": found.newer}
        return said if asked.get("since") == now else {**said, "rows": rows}

    def _cells(self, line: Line, words: tuple[str, ...]) -> list[str]:
        return [*(line.cells[name] for name in self.columns), line.state, find_hits(line, words)]

    def _sums(self, desk: Desk, actor: Actor, asked: Asked) -> dict[str, Any]:
        """What a filter shows and hides, in words."""
        wanted = self._read_order(asked).wanted
        everything = self.read_filter({self.scope: read_query(asked).get(self.scope, "")} if self.scope else {})
        whole = self.lists(desk).tally(actor, everything)
        shown = self.lists(desk).tally(actor, wanted) if wanted != everything else whole
        hidden = "" if wanted == everything else self.say(whole.without(shown))
        return {"words": wanted.words(), "shown": self.say(shown), "hidden": hidden, "figures": []}

    def _picked(self, desk: Desk, actor: Actor, asked: Asked) -> dict[str, Any]:
        """What ranges of a list add up to; all of it where there are no ranges."""
        found = self.lists(desk).picked(actor, self._read_order(asked), str(asked["mark"]), read_ranges(asked))
        return {"sums": self.say(found), "count": found.count}

    def _copied(self, desk: Desk, actor: Actor, asked: Asked) -> dict[str, Any]:
        """Note that rows are copied, before they are: what is not noted is not copied."""
        self.lists(desk).note_copy(actor, self._read_order(asked), int(asked["count"]))
        return {}

    def _answer_one(self, tell: Callable[[Desk, Actor, str, Reading], dict[str, Any]]) -> grid_routes.Answer:
        """Everything about one row."""
        return lambda desk, actor, asked: tell(
            desk, actor, str(asked["id"])[:100], Reading(read_zone(asked), desk.clock.now())
        )

    def say(self, tally: Tally) -> str:
        """`12 payouts, $5.00`: a count, and its money where it has any."""
        money = [format.money(cents, currency) for currency, cents in tally.amounts.items()]
        return ", ".join([format.count(tally.count, self.noun), *money])


def describe_columns(path: str, title: str, columns: Mapping[str, Column], actor: Actor) -> dict[str, object]:
    """What every table is told: its files, where its rows are, its columns, and where a browser keeps these."""
    person = hashlib.sha256(actor.name.encode()).hexdigest()[:12]  # each person who uses this browser has their own
    return {
        "files": grid_routes.address_of(""),
        "path": path,
        "title": title,
        "keep": f"ach-desk-grid:{person}{'' if path == 'payments' else f':{path}'}",
        "columns": [
            {"name": name, "title": one.title, "width": one.width, "sort": one.sort, "number": one.number}
            for name, one in columns.items()
        ],
        "up": [one.sort for one in columns.values() if one.up],
    }


def find_hits(line: Line, words: tuple[str, ...]) -> str:
    """The columns that a word of the search is in; what is searched is longer than what the cells show."""
    hit = [name for name, text in line.searched.items() if any(word in search_key(text) for word in words)]
    hit += [name for name, ids in line.ids.items() if any(begins_id(id, word) for id in ids if id for word in words)]
    return " ".join(dict.fromkeys(hit))


def spelled(key: str) -> dict[str, str]:
    """Filter and order of a table as they stand in the address: what it said last, or the address itself."""
    state = st.session_state.get(key)
    said = state.get("filter") if isinstance(state, Mapping) else getattr(state, "filter", None)
    query = said if isinstance(said, Mapping) else st.query_params
    return {str(name): str(value) for name, value in query.items()}


@contextmanager
def page() -> Iterator[None]:
    """A page that a table fills (web/look.css)."""
    with st.container(key="grid-page"):
        yield


@contextmanager
def head() -> Iterator[None]:
    """The line above a table, with the page's name."""
    with st.container(horizontal=True, vertical_alignment="center", key="grid-head"):
        yield


def draw_way_back(page: str) -> None:
    """The way to the list from which somebody came, as they left it: filter, order and place.

    Where the address names none that they may see, to the list of this page. A link to the page that is shown would
    leave the browser's address as it is, so that one is a button.
    """
    named, _, query = str(st.query_params.get("from", "")).partition("?")
    pages = list_pages(session.actor(), session.desk().mode)
    known = named in NAMES and any(named == one.stem for one in pages)
    to, asked = (named, dict(parse_qsl(query))) if known else (page, {})
    label, icon = f"Back to {NAMES[to]}", ":material/arrow_back:"
    if to == actions.shown_page():
        actions.button(plain(label), actions.go(to, asked), key="way-back", icon=icon, type="tertiary")
    else:
        st.page_link(PATHS[to], label=label, icon=icon, query_params=asked)
