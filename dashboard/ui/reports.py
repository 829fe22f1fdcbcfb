"""The buttons of a report: as a PDF to be read and filed, as a workbook to go on with."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.reports import Form
from dashboard.ui.text import plain

WORDS = {Form.PDF: ("Report as PDF", ":material/picture_as_pdf:"), Form.XLSX: ("Report as Excel", ":material/table:")}
HELP = (
    "Collected, refunds, returns, fees and net, in all and by customer, bank and reason. The same books give the same"
    " file. The download is recorded in the audit trail."
)


def offer(name: str, make: Callable[[Form], bytes]) -> None:
    """Both buttons on one line; a file is made when its button is pressed. `name` is without its ending."""

    def file_of(form: Form) -> Callable[[], bytes]:
        return lambda: make(form)

    with st.container(horizontal=True, width="content"):
        for form, (words, icon) in WORDS.items():
            st.download_button(
                plain(words),
                data=file_of(form),
                file_name=f"{name}.{form}",
                mime=form.mime,
                icon=icon,
                on_click="ignore",
                help=plain(HELP),
                key=f"report-{form}",
            )
