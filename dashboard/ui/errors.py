"""Errors as a person reads them: what happened, what it means, what to do, and the ids that support asks for."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import streamlit as st

from dashboard.errors import AccessDenied, DeskError, InputError, ProviderError, Refused
from dashboard.models import Problem
from dashboard.sayings import say, write_line

log = logging.getLogger(__name__)


def show(error: DeskError) -> None:
    """Draw an error of the one tree."""
    request_id = error.request_id if isinstance(error, ProviderError) else None
    provider = error.provider if isinstance(error, ProviderError) else ""
    gentle = isinstance(error, InputError | Refused | AccessDenied)
    show_problem(Problem(error.what, error.meaning, error.action, error.code, provider, request_id), gentle=gentle)


def show_problem(problem: Problem, *, gentle: bool = False, ids: Mapping[str, str | None] | None = None) -> None:
    """Draw a problem that a row keeps; `gentle` where a person can put it right at once.

    `ids` are those that support asks for beside the request id; all of it is copied in one click.
    """
    text = f"**{plain(problem.what)}**"
    if problem.meaning:
        text += f"  \n{plain(problem.meaning)}"
    spoken = say(problem)
    if spoken:
        text += f"  \n**Say to the customer:** “{plain(spoken)}”"
    if problem.action:
        text += f"  \n**What to do:** {plain(problem.action)}"
    (st.warning if gentle else st.error)(text, icon=":material/info:" if gentle else ":material/error:")
    if problem.request_id or problem.provider or any((ids or {}).values()):
        st.caption("For a ticket, or the provider's support (copy with the button at the right):")
        st.code(write_line(problem, ids), language=None, wrap_lines=True)


@contextmanager
def shown() -> Iterator[None]:
    """Draw whatever goes wrong inside; what nobody foresaw gets an id that is in the log, never a traceback here."""
    try:
        yield
    except DeskError as error:
        show(error)
    except Exception as error:
        if type(error).__module__.startswith("streamlit"):  # a rerun or a stop travels as an exception
            raise
        number = uuid.uuid4().hex[:8]
        log.exception("Error %s on a page", number)
        st.error(
            f"**Something went wrong that nobody foresaw.**  \nNothing was lost; what was saved before is still there."
            f"  \n**What to do:** try again; if it goes on, tell an administrator error number `{number}`.",
            icon=":material/error:",
        )


def plain(text: str) -> str:
    """The text with the characters that Markdown would act on made harmless: providers' words may hold any."""
    for character in "\\`*_[]<>$~":
        text = text.replace(character, f"\\{character}")
    return text
