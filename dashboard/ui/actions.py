"""Buttons and forms that do something, so that no press is lost in the moment of another run of the page.

Streamlit gives a press to one run of the script and forgets it where the next run comes before the line that reads it.
A press is therefore acted upon in the button's callback, before the script, and neither the callback nor what it keeps
touches `st.session_state`: to touch it is where Streamlit ends a run for the next one. What the press asks for after
that (another page, another address, an error to show) is kept until a run has done it.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.domain.errors import DeskError, FormError
from dashboard.domain.models import Actor
from dashboard.ui import errors, session
from dashboard.ui.text import plain

log = logging.getLogger(__name__)
KEY = "actions"
MOST_TRIES = 5  # of going to another page; each may be ended by the next run, none of them is ended so often


@dataclass(frozen=True)
class Then:
    """What is done after a press: go to a page (by its file's name), write the address, keep and forget values."""

    page: str = ""
    query: Mapping[str, str] | None = None
    keep: Mapping[str, object] = field(default_factory=dict)
    forget: Sequence[str] = ()
    said: str = ""  # shown below the button until the next press
    also: Callable[[], None] | None = None  # run before the page is drawn, again where that run is ended


Fields = Mapping[str, Any]
Work = Callable[[Actor, Fields], Then | None]


@dataclass
class _Press:
    """One drawing of a button. It is acted upon once: a second click on the same drawing is a double click."""

    key: str
    work: Work
    slow: str
    sorry: str
    fields: Fields = field(default_factory=dict)
    done: bool = False


@dataclass
class _Kept:
    """What the presses of one browser session leave for the runs after them."""

    page: str = ""
    then: Then | None = None
    tries: int = 0
    queued: _Press | None = None
    outcome: DeskError | errors.Unforeseen | str | None = None  # what went wrong, or a sentence to say
    last: _Press | None = None
    shown: bool = False


def button(
    label: str,
    work: Work,
    *,
    key: str,
    place: DeltaGenerator | None = None,
    below: DeltaGenerator | None = None,
    slow: str = "",
    sorry: str = "",
    **look: Any,
) -> None:
    """A button in `place` that does `work`, which is given the person and the values of all fields by their keys.

    What it returns is done next; a DeskError that it raises is shown in `below`, or in its stead what `sorry` says.
    `slow` is said beside a spinner while it runs, for what takes longer than a second.
    """
    kept, press = _kept(), _Press(key, work, slow, sorry)
    (place or st).button(label, key=key, on_click=_act, args=(kept, press), **look)
    _follow(kept, press, below)


def checkbox(label: str, work: Work, *, value: bool, key: str, **look: Any) -> None:
    """A box whose change does `work` at once; `key` is another one for another value, so that a box is one change."""
    kept, press = _kept(), _Press(key, work, "", "")
    st.checkbox(label, value=value, key=key, on_change=_act, args=(kept, press), **look)
    _follow(kept, press, None)


def submit(
    label: str,
    work: Work,
    *,
    key: str,
    place: DeltaGenerator | None = None,
    below: DeltaGenerator | None = None,
    slow: str = "",
    **look: Any,
) -> None:
    """The same for a form's button."""
    kept, press = _kept(), _Press(key, work, slow, "")
    (place or st).form_submit_button(label, key=key, on_click=_act, args=(kept, press), **look)
    _follow(kept, press, below)


def explain(key: str, field: str) -> None:
    """Say beside a field of a form what was wrong with it when the form's button, which has this key, was pressed."""
    kept = _kept()
    if kept.last is None or kept.last.key != key or not isinstance(kept.outcome, FormError):
        return
    error = kept.outcome.fields.get(field)
    if error is not None:
        st.error(f"{plain(error.what)} {plain(error.action)}", icon=":material/error:")


def call(use_case: Callable[..., Any], *args: Any, then: Then | Callable[[Any], Then] | None = None) -> Work:
    """The work that calls a use case with the person and these arguments; `then` is next, or says it of the result."""

    def work(actor: Actor, fields: Fields) -> Then | None:
        result = use_case(actor, *args)
        return then(result) if callable(then) else then

    return work


def begin(page: str) -> None:
    """Do what the last press asks for; called once the navigation is known, before the page is drawn."""
    kept = _kept()
    then = kept.then
    if then is not None:
        _keep(then)
        if then.page not in {"", page} and kept.tries < MOST_TRIES:
            kept.tries += 1
            st.switch_page(f"../pages/{then.page}.py", query_params=then.query)
        if then.query is not None and not kept.tries:
            st.query_params.from_dict(then.query)
        kept.then, kept.tries = None, 0
    if page != kept.page:
        kept.page, kept.outcome, kept.queued = page, None, None
    kept.shown = False


def shown_page() -> str:
    """The page that is drawn, by its file's name."""
    return _kept().page


def begin_fragment() -> None:
    """The same where a fragment runs by itself, for what its own buttons keep; the page is not drawn again."""
    kept = _kept()
    if kept.then is not None and not kept.then.page and kept.then.query is None:
        _keep(kept.then)
        kept.then = None


def end() -> None:
    """Show the outcome of a press whose button is not drawn any more; called after the page is drawn."""
    kept = _kept()
    kept.queued = None
    if kept.outcome is not None and not kept.shown:
        _show(kept)


def go(page: str = "", query: Mapping[str, str] | None = None, **then: Any) -> Work:
    """The work of a button that does nothing by itself: it leads to a page, or turns this one over."""
    return lambda actor, fields: Then(page, query, **then)


def _kept() -> _Kept:
    return cast(_Kept, st.session_state.setdefault(KEY, _Kept()))


def _keep(then: Then) -> None:
    for key in then.forget:
        st.session_state.pop(key, None)
    for key, value in then.keep.items():
        st.session_state[key] = value
    if then.also is not None:
        then.also()


def _act(kept: _Kept, press: _Press) -> None:
    if press.done:
        return
    kept.outcome = None
    press.fields = st.session_state.to_dict()  # unlike reading one value, this does not end the run for another
    if press.slow:
        kept.queued = press
    else:
        _do(kept, press)


def _do(kept: _Kept, press: _Press) -> None:
    kept.last = press
    try:
        kept.then = press.work(session.actor(active=True), press.fields)
        kept.outcome = kept.then.said if kept.then is not None and kept.then.said else None
        press.done = True
    except DeskError as error:
        kept.outcome = error
    except Exception:
        kept.outcome = errors.Unforeseen(uuid.uuid4().hex[:8])
        log.exception("Error %s at %s", kept.outcome.number, press.key)


def _follow(kept: _Kept, press: _Press, below: DeltaGenerator | None) -> None:
    """Where the button is drawn: do what was put off, go on where a press changed what this run shows, say an error."""
    waiting = kept.queued
    if waiting is not None and waiting.key == press.key:
        with below or nullcontext(), st.spinner(waiting.slow):
            kept.queued = None  # from here to the end of the work nothing of Streamlit's is touched
            _do(kept, waiting)
        if waiting.done or isinstance(kept.outcome, FormError):  # the fields, which say it, are drawn above
            st.rerun()
    elif kept.then is not None:  # pressed in a fragment, which runs without the page around it
        st.rerun()
    if kept.outcome is not None and kept.last is not None and kept.last.key == press.key:
        with below or nullcontext():
            _show(kept)


def _show(kept: _Kept) -> None:
    kept.shown = True
    if isinstance(kept.outcome, str):
        st.success(plain(kept.outcome), icon=":material/check_circle:")
    elif kept.last is not None and kept.last.sorry:
        st.error(plain(kept.last.sorry), icon=":material/error:")
    elif isinstance(kept.outcome, errors.Unforeseen):
        errors.show_unforeseen(kept.outcome)
    elif isinstance(kept.outcome, FormError):
        errors.show_form(kept.outcome)
    elif kept.outcome is not None:
        errors.show(kept.outcome)
