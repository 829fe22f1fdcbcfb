"""The button that mails a customer their copy, and what it says of the last one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import running
from dashboard.desk import Desk, open_desk
from dashboard.domain.models import Actor, Purpose
from dashboard.domain.schedules import ScheduleOrder
from dashboard.jobs.worker import InlineWorker
from dashboard.settings import load_settings
from tests.empty_desks import settings_for
from tests.mail_server import MailServerDouble
from tests.pages.conftest import show, text_of
from tests.pages.test_pages import add, link
from tests.pages.test_questions import press
from tests.sandboxes import Sandbox


@pytest.fixture
def server() -> Iterator[MailServerDouble]:
    started = MailServerDouble()
    yield started
    started.stop()


@pytest.fixture
def desk(lived_sandbox: Sandbox, server: MailServerDouble, tmp_path: Path) -> Iterator[Desk]:
    ready = {"url": lived_sandbox.url, "link_script": f"{lived_sandbox.url}/link.js", **lived_sandbox.keys}
    mail = {"HOST": "127.0.0.1", "PORT": str(server.port), "TLS": "none", "FROM": "billing@example.com"}
    environ = settings_for(ready, {}, tmp_path) | {f"ACH_DESK_SMTP_{name}": value for name, value in mail.items()}
    opened = open_desk(load_settings(environ, None), worker=InlineWorker())
    running.provide(lambda: opened)
    yield opened
    running.provide(None)
    opened.close()


def test_a_copy_is_mailed_and_a_doubtful_one_only_on_a_persons_word(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox, server: MailServerDouble
) -> None:
    app.query_params["account"] = link(desk, actor, lived_sandbox, add(desk, actor, "Mona Mailed")).id
    show(app, "accounts")
    server.fail = {"END": ""}
    press(app, "Mail the copy to the customer")
    assert "It may have been sent" in text_of(app) and len(server.received) == 1
    app.run()
    assert len(server.received) == 1
    server.fail = {}
    press(app, "Send it again")
    assert "Mailed " in text_of(app) and len(server.received) == 2
    assert any(one.label == "Mail it again" for one in app.button)


def test_the_staffs_last_screen_offers_the_mail_too(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox, server: MailServerDouble
) -> None:
    link(desk, actor, lived_sandbox, customer := add(desk, actor, "Lena Last"))
    app.query_params["attempt"] = desk.linking.recent(actor, customer.id)[0].id
    show(app, "onboard")
    press(app, "Mail the copy to the customer")
    assert "Mailed " in text_of(app) and len(server.received) == 1


def test_without_a_mail_server_there_is_no_such_button(
    app: AppTest, actor: Actor, lived_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    ready = {"url": lived_sandbox.url, "link_script": f"{lived_sandbox.url}/link.js", **lived_sandbox.keys}
    other = open_desk(
        load_settings(settings_for(ready, {}, tmp_path_factory.mktemp("other")), None), worker=InlineWorker()
    )
    running.provide(lambda: other)
    try:
        assert not other.copy_mails.is_on
        app.query_params["account"] = link(other, actor, lived_sandbox, add(other, actor, "Nora Notmailed")).id
        show(app, "accounts")
        assert not any("Mail" in one.label for one in app.button)
    finally:
        other.close()


def test_a_customer_is_told_of_a_scheduled_debit_by_mail_on_a_persons_word(
    app: AppTest, desk: Desk, actor: Actor, lived_sandbox: Sandbox, server: MailServerDouble
) -> None:
    account = link(desk, actor, lived_sandbox, add(desk, actor, "Tina Told"))
    saturday = desk.schedules.first_day(actor) + timedelta(days=21)
    saturday += timedelta(days=(5 - saturday.weekday()) % 7)
    order = ScheduleOrder(desk.debits.ticket(), account.id, 1_250, "INV-T", Purpose.SERVICES, saturday)
    desk.schedules.order(actor, order)
    said = text_of(show(app, "debit"))
    assert "“We will debit $12.50 from" in said and "The desk mails it to " in said
    server.fail = {"RCPT": "550 no such box"}
    press(app, "Mail it now")
    assert "refused a recipient" in text_of(app) and server.received == []
    server.fail = {}
    press(app, "Mail it now")
    (letter,) = server.received
    assert "$12.50 will be debited on" in str(letter["Subject"]) and desk.schedules.notices(actor) == []
