"""The buttons of a list that can be taken home: as CSV for programs, as a workbook for people."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import BinaryIO

import streamlit as st

from dashboard.domain.csv_lines import csv_file
from dashboard.ui.text import plain

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HELP = "All rows that the filter shows. The download is recorded in the audit trail."


def offer(
    name: str,
    lines: Callable[[], Iterable[str]],
    fill: Callable[[BinaryIO], object],
    about: str = HELP,
    labels: tuple[str, str] = ("Download as Excel", "Download as CSV"),
) -> None:
    """Both buttons on one line; the file is made when one is pressed. `name` is the files' name without its ending."""

    def workbook() -> bytes:
        out = io.BytesIO()
        fill(out)
        return out.getvalue()

    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        st.download_button(
            plain(labels[0]),
            data=workbook,
            file_name=f"{name}.xlsx",
            mime=XLSX,
            icon=":material/table:",
            on_click="ignore",
            help=plain(about),
        )
        st.download_button(
            plain(labels[1]),
            data=lambda: csv_file(lines()),
            file_name=f"{name}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            help=plain(about),
        )
