"""Errors as a person reads them: what happened, what it means, what to do, and the ids that support asks for."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from dashboard.domain.errors import AccessDenied, DeskError, FormError, InputError, ProviderError, Refused
from dashboard.domain.formatting import count
from dashboard.domain.models import Problem
from dashboard.messages.say_to_customer import customer_sentence, write_line
from dashboard.ui.text import plain

log = logging.getLogger(__name__)


def show(error: DeskError) -> None:
    """Draw an error of the one tree."""
    request_id = error.request_id if isinstance(error, ProviderError) else None
    provider = error.provider if isinstance(error, ProviderError) else ""
    gentle = isinstance(error, InputError | Refused | AccessDenied)
    show_problem(Problem(error.what, error.meaning, error.action, error.code, provider, request_id), gentle=gentle)


def show_form(error: FormError) -> None:
    """Draw that a form was not taken; what is wrong with each field stands beside it (`actions.explain`)."""
    fields = count(len(error.fields), "field")
    st.warning(
        f"**{fields} cannot be used.**  \n{plain(error.meaning)}  \n**What to do:** correct what is marked above.",
        icon=":material/info:",
    )


def show_problem(problem: Problem, *, gentle: bool = False, ids: Mapping[str, str | None] | None = None) -> None:
    """Draw a problem that a row keeps; `gentle` where a person can put it right at once.

    `ids` are those that support asks for beside the request id; all of it is copied in one click.
    """
    text = f"**{plain(problem.what)}**"
    if problem.meaning:
        text += f"  \n{plain(problem.meaning)}"
    spoken = customer_sentence(problem)
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
        show_unforeseen(Unforeseen(number))


@dataclass(frozen=True)
class Unforeseen:
    """An error outside the tree, by the number under which the log has it."""

    number: str


def show_unforeseen(error: Unforeseen) -> None:
    """Draw what nobody foresaw; never a traceback."""
    st.error(
        f"**Something unexpected went wrong.**  \nNothing was lost; everything saved before is still there."
        f"  \n**What to do:** try again; if it continues, give an administrator error number {plain(error.number)}.",
        icon=":material/error:",
    )
