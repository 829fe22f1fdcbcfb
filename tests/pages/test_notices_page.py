"""What somebody had to hear of, on its page."""

from __future__ import annotations

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from dashboard import running
from dashboard.desk import Desk
from dashboard.domain.models import Actor, Secret
from dashboard.domain.notices import Fact, NoticeKind
from dashboard.notices import Notices
from dashboard.settings.notices import Chat, NoticeSettings
from tests.pages.conftest import show, text_of
from tests.unit.test_notice_channels import hook


def test_a_page_without_notices_says_what_would_stand_there(app: AppTest, desk: Desk) -> None:
    said = text_of(show(app, "notices"))
    assert "There is nothing to tell." in said and "Notices stay here." in said


def test_a_notice_leads_to_where_it_is_dealt_with(app: AppTest, desk: Desk) -> None:
    facts: dict[str, str | int] = {"cents": 123_450, "currency": "usd"}
    desk.store.noting.note(Fact(NoticeKind.PAYOUT_FAILED, "po_1", desk.clock.now(), facts=facts))
    said = text_of(show(app, "notices"))
    assert "A payout of $1,234.50, expected " in said and "waits to be sent" in said
    (notice,) = desk.store.outbox.newest(1)
    app.button(key=f"open-{notice.id}").click().run()
    assert app.query_params["payout"] == "po_1"


def test_what_is_new_to_a_person_is_counted_until_they_have_read_it(app: AppTest, desk: Desk, actor: Actor) -> None:
    """By going there, or all at once; of nobody else, and in no trail."""
    for id in ("po_1", "po_2", "po_3"):
        facts: dict[str, str | int] = {"cents": 100, "currency": "usd"}
        desk.store.noting.note(Fact(NoticeKind.PAYOUT_FAILED, id, desk.clock.now(), facts=facts))
    rows = desk.store.trail.read()
    said = text_of(show(app, "notices"))
    assert "3 new to you." in said and said.count("**New**") == 3
    newest = desk.store.outbox.newest(1)[0]
    app.button(key=f"open-{newest.id}").click().run()
    assert desk.notices.count_unread(actor) == 2
    show(app, "notices")
    app.button(key="notices-read").click().run()
    assert not app.exception and "New" not in text_of(app).replace("New debit", "")
    assert desk.notices.count_unread(actor) == 0
    other = Actor("carl@example.com", actor.roles, subject="s-carl")
    assert desk.notices.count_unread(other) == 3
    assert desk.store.trail.read() == rows, "reading is nobody's business"


def test_a_way_out_that_fails_says_since_when_and_why(app: AppTest, desk: Desk) -> None:
    said = NoticeSettings((), Chat.SLACK, Secret("http://127.0.0.1:9/SECRET-CANARY"), False)
    settings = replace(desk.settings, notices=said)
    notices = Notices(desk.store, desk.clock, settings, None, hook("http://127.0.0.1:9/SECRET-CANARY"))
    made = replace(desk, settings=settings, notices=notices)
    running.provide(lambda: made)
    show(app, "notices")
    app.button(key="test-chat").click().run()
    assert "The chat did not answer" in text_of(app) and "SECRET-CANARY" not in text_of(app)


def test_a_notice_of_every_kind_is_drawn(app: AppTest, desk: Desk) -> None:
    facts: dict[str, str | int] = {"cents": 100, "currency": "usd", "what": "debit", "code": "R10", "kind": "dispute"}
    facts |= {"rate": "1%", "limit": "2%", "returned": 1, "originated": 9, "used": 8, "allowed": 10}
    subjects = {NoticeKind.SUMMARY: "2026-11-24", NoticeKind.REPORT: "2026-10", NoticeKind.SYNC_SILENT: "1790000000"}
    for kind in NoticeKind:
        desk.store.noting.note(Fact(kind, subjects.get(kind, "x"), desk.clock.now(), facts=facts))
    show(app, "notices")
    assert sum(one.key.startswith("open-") for one in app.button if one.key) == len(NoticeKind)
