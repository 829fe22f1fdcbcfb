"""Bank statements on their page: a file is dropped, proved, imported, listed."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from dashboard.desk import Desk
from dashboard.domain.line_filter import LineFilter
from dashboard.domain.lists import ListOrder
from dashboard.domain.models import Actor
from tests import statement_files as files
from tests.pages.conftest import show, text_of


def drop(app: AppTest, name: str, content: bytes) -> AppTest:
    """Drop a file; the first account is named."""
    if app.text_input:
        app.text_input(key="statement-new").set_value("Operating").run()
    app.file_uploader[0].upload(name, content, "text/plain").run()
    assert not app.exception
    return app


def test_a_dropped_file_shows_its_proof_and_is_imported_once(app: AppTest, desk: Desk, actor: Actor) -> None:
    show(app, "statements")
    assert "There is no bank statement yet." in text_of(app)
    drop(app, "november.sta", files.mt940(":61:nonsense"))
    assert "✓ Ties" in "".join(str(one.proto.body) for one in app.get("html"))
    assert app.dataframe[0].value["why"].tolist() == ["“nonsense” is no statement line (field 61)."]
    app.button(key="statement-take").click().run()
    assert not app.exception and app.success[0].value == "4 new lines in Operating; 0 were known."
    rows = desk.line_lists.first(actor, ListOrder(LineFilter(), "posted"), 9)
    assert [row.kept.line.cents for row in rows] == [423_782, 150_000, 150_000, -21_250]
    assert not app.file_uploader, "the lines stand in the import's place"
    app.segmented_control(key="statements-look").set_value("Files").run()
    assert app.dataframe[0].value["name"].tolist() == ["november.sta"]
    app.segmented_control(key="statements-look").set_value("Import").run()
    drop(app, "again.sta", files.mt940(":61:nonsense"))
    assert app.button(key="statement-take").label == "Keep this file, which has no new line"


def test_a_file_that_does_not_tie_says_by_how_much(app: AppTest) -> None:
    show(app, "statements")
    drop(app, "november.sta", files.mt940(closing="17026,32"))
    assert "differs by $1.00" in text_of(app)


def test_a_file_that_is_refused_says_why_and_nothing_is_kept(app: AppTest, desk: Desk, actor: Actor) -> None:
    show(app, "statements")
    drop(app, "x.xml", files.camt(head="<!DOCTYPE x>"))
    assert "The XML has a DTD or an entity" in text_of(app) and desk.statements.accounts(actor) == []


def test_the_columns_of_an_unknown_file_are_chosen_once(app: AppTest, desk: Desk, actor: Actor) -> None:
    content = b"When;What;How much\n24.11.2026;Payout;1.500,00\n25.11.2026;Fee;-2,50\n"
    show(app, "statements")
    drop(app, "house.csv", content)
    assert "No profile knows these columns." in text_of(app) and "Choose the column with the date" in text_of(app)
    app.text_input(key="profile-name").set_value("House bank")
    app.selectbox(key="profile-date").set_value("When")
    app.selectbox(key="profile-form").set_value("DD.MM.YYYY")
    app.multiselect(key="profile-text").set_value(["What"])
    app.selectbox(key="profile-amount").set_value("How much")
    app.radio(key="profile-mark").set_value(",").run()
    assert "So 2 of 2 rows can be read." in text_of(app)
    assert app.dataframe[1].value["amount"].tolist() == ["$1,500.00", "($2.50)"]
    app.button(key="profile-keep").click().run()
    app.button(key="statement-take").click().run()
    assert [one.name for one in desk.statements.profiles(actor)] == ["House bank"]
    order = ListOrder(LineFilter(account="Operating"), "posted")
    rows = desk.line_lists.first(actor, order, 5)
    assert [row.kept.line.cents for row in rows] == [-250, 150_000]
