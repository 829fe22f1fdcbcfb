"""A page whose write finds the database taken says so in words, and works again when it is free."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.domain.models import Actor, HolderType
from tests.pages.conftest import show, text_of


def test_another_writer_is_said_on_the_page_and_nothing_is_half_done(app: AppTest, desk: Desk, actor: Actor) -> None:
    customer = desk.customers.add(actor, "Lotte Lock", "lotte@example.com", "L-1", HolderType.INDIVIDUAL)
    show(app, "customers")
    desk.store.database.busy_timeout_ms = 50
    desk.store.database.close()  # connections of earlier runs are more patient
    app.query_params["customer"] = customer.id
    with closing(sqlite3.connect(desk.settings.db, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        app.run()
        said = text_of(app)
        assert not app.exception and "Another process is writing. Nothing was saved." in said
        assert "look for a second ach-desk" in said
        other.execute("ROLLBACK")
    app.run()
    assert "Lotte Lock" in text_of(app) and "Another process" not in text_of(app)
