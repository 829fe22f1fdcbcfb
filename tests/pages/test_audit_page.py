"""The audit page: filters, before and after, the chain's state; nobody sees it who may not."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.operations.audit import AuditFilter
from tests.pages.conftest import show, text_of
from tests.pages.test_pages import add


def test_the_trail_is_searched_on_one_line(app: AppTest, desk: Desk, actor: Actor) -> None:
    pia = add(desk, actor)
    desk.customers.edit(actor, pia.id, name="Pia Paige")
    show(app, "audit")
    assert set(app.dataframe[0].value["what"]) >= {"Customer added", "Customer edited", "Audit trail viewed"}
    assert "Complete up to entry" in text_of(app)
    app.text_input(key="audit-subject").set_value("Paige").run()
    assert not app.exception
    assert list(app.dataframe[0].value["what"]) == ["Customer edited", "Customer added"]
    app.text_input(key="audit-who").set_value("nobody").run()
    assert "No row matches these filters" in text_of(app)


def test_a_changed_trail_is_said_in_red(app: AppTest, desk: Desk, actor: Actor) -> None:
    add(desk, actor)
    desk.store.database.handle.execute("DROP TRIGGER audit_keeps")
    desk.store.database.handle.execute("UPDATE audit SET actor = 'nobody' WHERE seq = 1")
    show(app, "audit")
    assert any("changed outside the desk" in str(one.value) for one in app.error)


def test_older_rows_are_a_page_away(app: AppTest, desk: Desk, actor: Actor) -> None:
    for number in range(60):
        add(desk, actor, f"Pia {number}")
    show(app, "audit")
    first = list(app.dataframe[0].value["seq"])
    next(one for one in app.button if one.label == "Older").click().run()
    second = list(app.dataframe[0].value["seq"])
    assert len(first) == 50 and second[0] == first[-1] - 1
    next(one for one in app.button if one.label == "Newer").click().run()
    assert list(app.dataframe[0].value["seq"])[-1] == first[-1]


def test_the_look_itself_is_one_row_however_often_the_page_runs(app: AppTest, desk: Desk, actor: Actor) -> None:
    show(app, "audit")
    app.run()
    app.run()
    assert [row.action for row in desk.audit.page(actor, AuditFilter(what="audit.viewed")).rows] == ["audit.viewed"]


@pytest.mark.parametrize("word", ["Who", "What", "About", "Between"])
def test_every_filter_has_its_name(app: AppTest, word: str) -> None:
    show(app, "audit")
    labels = {one.label for kind in (app.text_input, app.selectbox, app.date_input) for one in kind}
    assert word in labels
