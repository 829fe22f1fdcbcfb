"""The screen beside which a customer links their bank on their own phone: a code, the address, and the time left."""

from __future__ import annotations

import html
from collections.abc import Callable
from datetime import timedelta

import segno
import streamlit as st

from dashboard.domain.formatting import countdown
from dashboard.linking.hosted import PhoneLink, is_open
from dashboard.messages.customer_screens import Words
from dashboard.ui.text import plain

LOOK_EVERY = 1.0


def show(phone: PhoneLink, words: Words, look: Callable[[], PhoneLink | None]) -> None:
    """The code and the address, and by the second how long they are good for; runs the app anew once that ends."""
    st.header(words.phone_heading, anchor=False)
    st.markdown(words.phone_how)
    if phone.has_left:
        st.warning(words.exited, icon=":material/info:")
    st.html(draw_code(phone.url, words.phone_heading))
    st.code(phone.url, language=None, wrap_lines=True)

    @st.fragment(run_every=LOOK_EVERY)
    def watch() -> None:
        now = look()
        if now is None or not is_open(now.left) or now.has_left != phone.has_left:
            st.rerun(scope="app")
        else:
            st.markdown(f":material/hourglass_top: {words.waiting} {plain(write_left(now.left, words))}")

    watch()


def draw_code(url: str, label: str) -> str:
    """The address as a QR code that any camera reads, dark on white in either theme."""
    uri = segno.make(url, error="m").svg_data_uri(border=4, dark="#000", light="#fff")
    return f'<img src="{html.escape(uri)}" alt="{html.escape(label)}" style="width:22rem;max-width:100%">'


def write_left(left: timedelta, words: Words) -> str:
    """`Good for another 12:05.`"""
    return words.time_left.format(time=countdown(int(left.total_seconds())))
