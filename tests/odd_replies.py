"""Replies as no provider should give them: a good one with parts missing, null, huge, doubled or of another type."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from hypothesis import strategies as st

from dashboard.domain.models import Secret


class Missing(Enum):
    """What stands for a part that is taken out; a copy of it is itself."""

    MISSING = "missing"


MISSING = Missing.MISSING
LARGEST = 2**63 - 1  # what SQLite keeps
ODD_VALUES: list[Any] = [
    *(MISSING, None, True, False, 0, -1, 1.5, float("nan"), float("inf"), 2**63, -(2**70), 10**400, 99_999_999_999),
    *("", " ", "0", "1e999999999", "1e400", "NaN", "-0.001", "9" * 5_000, "x" * 70_000, "\ud800", "a\0b", "‮abc"),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-13-45", "<script>alert(1)</script>", "=1+1"),
    *([], [None], [[]], ["x"], [{}], {}, {"id": None}, {"id": 5}, {"object": {"id": []}}, [1, 2, 3]),
]
ODD = st.sampled_from(ODD_VALUES)
BODIES = [b"", b"null", b"[]", b'"x"', b"{", b"\xff\xfe\x00", b"<html>busy</html>", b"[" * 100_000, b"1" * 10_000]
STATUSES = [200, 200, 200, 200, 201, 204, 302, 400, 401, 404, 409, 429, 500, 503]

Path = tuple[Any, ...]


def places_in(value: Any, path: Path = ()) -> Iterator[Path]:
    """The way to every part of a JSON value."""
    yield path
    if isinstance(value, dict):
        for key, part in value.items():
            yield from places_in(part, (*path, key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from places_in(part, (*path, number))


def put(value: Any, path: Path, new: Any) -> Any:
    """The value with one part replaced, or taken out."""
    if not path:
        return None if new is MISSING else new
    changed = copy.deepcopy(value)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    if new is MISSING:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return changed


@st.composite
def odd(draw: st.DrawFn, template: Any) -> Any:
    """The template with one to three parts that are not what they should be, and perhaps one too many."""
    value = copy.deepcopy(template)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places_in(value))))
        value = put(value, path, copy.deepcopy(draw(ODD)))
    if isinstance(value, dict) and draw(st.booleans()):
        value["a_field_of_tomorrow"] = copy.deepcopy(draw(ODD.filter(lambda one: one is not MISSING)))
    return value


@st.composite
def odd_replies(draw: st.DrawFn, template: Any) -> tuple[int, bytes]:
    """A status and a body."""
    status = draw(st.sampled_from(STATUSES))
    if draw(st.integers(0, 9)) == 0:
        return status, draw(st.sampled_from(BODIES))
    return status, json.dumps(draw(odd(template))).encode("utf-8", "surrogatepass")


def storable(value: Any) -> bool:
    """Whether a database and a page can take this: texts that are Unicode, numbers that fit, no empty secret."""
    if isinstance(value, Secret):
        return bool(value) and storable(value.reveal())
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode() == value
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, int):
        return abs(value) <= LARGEST
    if is_dataclass(value):
        return all(storable(getattr(value, part.name)) for part in fields(value))
    if isinstance(value, list | tuple):
        return all(storable(one) for one in value)
    return True
