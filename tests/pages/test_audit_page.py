"""The audit page: filters, before and after, the chain's state; nobody sees it who may not."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.domain.models import Actor
from dashboard.ui.operations.audit_grid import AUDIT
from tests.pages.conftest import grid_of, show
from tests.pages.test_pages import add


def test_the_trail_is_searched_on_one_line(app: AppTest, desk: Desk, actor: Actor) -> None:
    pia = add(desk, actor)
    desk.customers.edit(actor, pia.id, name="Pia Paige")
    told = grid_of(show(app, "audit"))
    assert {"Customer added", "Customer edited"} <= {word for _, word in told["fields"][2]["options"]}
    assert any("Complete up to entry" in str(one.proto) for one in app.get("popover"))

    def read(**query: str) -> list[list[str]]:
        asked = {"filter": query, "sort": "seq", "desc": True, "start": 0, "size": 50, "zone": "UTC"}
        return [row for row in AUDIT.answers().rows(desk, actor, asked)["rows"] if row]

    found = read(subject="Paige")
    assert [row[3] for row in found] == ["Customer edited", "Customer added"]
    assert read(who="nobody") == []
    one = AUDIT.answers().one
    assert one
    told = one(desk, actor, {"id": found[0][0], "zone": "UTC"})
    assert ["name", "Pia Page", "Pia Paige"] in [row for part in told["parts"] for row in part[2]]


def test_a_changed_trail_is_said_in_red(app: AppTest, desk: Desk, actor: Actor) -> None:
    add(desk, actor)
    desk.store.database.handle.execute("DROP TRIGGER audit_keeps")
    desk.store.database.handle.execute("UPDATE audit SET actor = 'nobody' WHERE seq = 1")
    show(app, "audit")
    assert any("changed outside the desk" in str(one.value) for one in app.error)


def test_the_look_itself_is_one_row_however_often_rows_are_read(desk: Desk, actor: Actor) -> None:
    asked = {"filter": {}, "sort": "seq", "desc": True, "start": 0, "size": 50, "zone": "UTC"}
    for _ in range(3):
        AUDIT.answers().rows(desk, actor, asked)
    assert [row.action for row in desk.store.trail.read("audit")] == ["audit.viewed"]


def test_every_filter_has_its_name(app: AppTest) -> None:
    told = grid_of(show(app, "audit"))
    assert [one.get("label", one["kind"]) for one in told["fields"]] == ["About", "Who", "What", "days"]
