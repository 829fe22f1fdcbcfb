"""A page that never comes to rest: it runs again and again by itself, and each run takes its time.

It counts the presses on one button of each kind of dashboard/ui/actions.py: an ordinary one, a form's, a slow one.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

import streamlit as st

from dashboard.domain.models import Actor
from dashboard.ui import actions

COUNTS = Path(os.environ["RESTLESS_COUNTS"])


def count(kind: str) -> None:
    with (COUNTS / kind).open("a") as file:
        file.write("x")


def act(kind: str) -> actions.Work:
    def work(actor: Actor, fields: actions.Fields) -> actions.Then:
        if kind == "form":
            assert fields["words"] == "kept"
        count(kind)
        return actions.Then(keep={f"seen-{kind}": fields.get(f"seen-{kind}", 0) + 1})

    return work


@st.fragment(run_every=0.1)
def tick() -> None:
    st.session_state["ticks"] = st.session_state.get("ticks", 0) + 1
    if st.session_state["ticks"] % 2:
        st.rerun(scope="app")


actions.begin("restless")
tick()
for place in range(6):
    time.sleep(0.01)
    st.caption(f"Line {place}")
actions.button("Act", act("act"), key="act")
actions.button("Act slowly", act("slow"), key="slow", slow="Waiting …")
with st.form("form"):
    st.text_input("Words", "kept", key="words")
    actions.submit("Send", act("form"), key="form-send")
for kind in ("act", "slow", "form"):
    st.text(f"{kind} {st.session_state.get(f'seen-{kind}', 0)}")
    time.sleep(0.01)
actions.end()
