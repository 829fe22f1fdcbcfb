"""A customer is told of a scheduled debit by mail, once; what no mail can tell is left to a person in time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from dashboard.domain.errors import (
    AccessDenied,
    InputError,
    ProviderError,
    ProviderRejected,
    ProviderUnreachable,
    Refused,
)
from dashboard.domain.models import Actor, BankAccount, Debit, Role
from dashboard.messages.customer_screens import Language
from dashboard.schedules.notice_mail import TOLD_BY
from tests.unit import test_mandates
from tests.unit.desk_fixture import DeskFixture
from tests.unit.test_debits import submit
from tests.unit.test_schedules import go_to, make, schedule
from tests.unit.two_people import MAKER

__all__ = ["make"]
SMTP = {"ACH_DESK_SMTP_HOST": "127.0.0.1", "ACH_DESK_SMTP_TLS": "none", "ACH_DESK_SMTP_FROM": "billing@acme.example"}
TELL_BY = date(2026, 6, 29)  # seven days before Monday 6 July, to which Saturday the 4th is moved


@dataclass
class Letters:
    """A mail server that keeps what it is given, and fails as it is told."""

    fails: list[ProviderError] = field(default_factory=list)
    sent: list[EmailMessage] = field(default_factory=list)

    def send(self, message: EmailMessage) -> None:
        error = self.fails.pop(0) if self.fails else None
        if error is None or (isinstance(error, ProviderUnreachable) and error.maybe_done):
            self.sent.append(message)
        if error is not None:
            raise error


def mailing(desk: DeskFixture) -> Letters:
    """The desk with such a server."""
    letters = Letters()
    desk.mailer = letters
    desk.restart()
    return letters


@pytest.fixture
def desk(make: Callable[..., DeskFixture]) -> DeskFixture:
    return make(**SMTP)


@pytest.fixture
def letters(desk: DeskFixture) -> Letters:
    return mailing(desk)


def moved(desk: DeskFixture, **more: Any) -> Debit:
    """A debit for a Saturday, of which its customer is told since it is taken on the Monday."""
    account: BankAccount = desk.desk.account(desk.actor, str(desk.link().bank_account_id))
    return schedule(desk, account, first_on=date(2026, 7, 4), **more)[0]


def turn(desk: DeskFixture, day: date) -> None:
    """It is that day, and the desk looks, twice."""
    go_to(desk, day)
    for _ in range(2):
        desk.debit_notices.send_due()
        desk.later()


def text(letter: EmailMessage) -> str:
    return str(letter.get_content())


def test_the_mail_goes_out_three_days_before_its_day_once(desk: DeskFixture, letters: Letters) -> None:
    debit = moved(desk)
    turn(desk, TELL_BY - timedelta(days=4))
    assert letters.sent == [] and desk.debit_notices.status(desk.actor, debit.id) is None
    turn(desk, TELL_BY - timedelta(days=3))
    turn(desk, TELL_BY)
    (letter,) = letters.sent
    assert letter["To"] == "jenny@example.com" and letter["From"] == "Acme Payments <billing@acme.example>"
    assert letter["Subject"] == "Acme Payments: $42.00 will be debited on 6 July 2026"
    said = text(letter)
    assert "We will debit $42.00 from First Platypus Bank Plaid Checking ••0000 on 6 July 2026, for INV-1." in said
    assert "Banks are closed on the day that was agreed" in said and letter.get_content_type() == "text/plain"
    assert desk.schedules.notices(desk.actor) == [] and desk.schedules.due_notices(desk.actor) == []
    kept = desk.store.schedules.notice(debit.id)
    assert kept is not None and kept.told_by == TOLD_BY
    trail = [row.action for row in desk.store.trail.read(debit.id) if row.action.startswith("debit_notice")]
    assert trail == ["debit_notice.mailed", "debit_notice.ordered"]
    with pytest.raises(InputError, match="a mail of the desk has told"):
        desk.schedules.told(MAKER, debit.id)


def test_another_amount_is_said_beside_the_last_one_in_the_customers_language(
    desk: DeskFixture, letters: Letters
) -> None:
    account = desk.desk.account(desk.actor, test_mandates.link(desk, language=Language.SPANISH))
    first = submit(desk, account, 900, invoice_reference="INV-0")
    (debit,) = schedule(desk, account, first_on=date(2026, 7, 1), similar_to=first.id)
    turn(desk, date(2026, 6, 21))
    (letter,) = letters.sent
    assert "Debitaremos $42.00" in text(letter) and "el 1 de julio de 2026" in text(letter)
    assert "último débito, que fue de $9.00" in text(letter) and debit.id not in text(letter)


@pytest.mark.parametrize("email", ["", "two words@example.com", "=?utf-8?q?x?=@example.com"])
def test_who_has_no_address_stays_in_the_list(desk: DeskFixture, letters: Letters, email: str) -> None:
    debit = moved(desk)
    with desk.store.transaction() as db:
        db.execute("UPDATE customer SET email = ?", [email])
    turn(desk, TELL_BY)
    assert letters.sent == [] and [one.id for one, _, _ in desk.schedules.due_notices(desk.actor)] == [debit.id]
    desk.debit_notices.send(MAKER, debit.id)
    job = desk.debit_notices.status(desk.actor, debit.id)
    assert letters.sent == [] and job is not None and job.problem and job.problem.code == "no_address"


def test_without_a_mail_server_the_list_is_worked_by_hand(make: Callable[..., DeskFixture]) -> None:
    desk = make()
    debit = moved(desk)
    turn(desk, TELL_BY)
    assert [one.id for one, _, _ in desk.schedules.due_notices(desk.actor)] == [debit.id]
    with pytest.raises(Refused, match="No mail server"):
        desk.debit_notices.send(MAKER, debit.id)


def test_what_the_server_refuses_is_due_at_once_and_sent_again_by_a_person_only(
    desk: DeskFixture, letters: Letters
) -> None:
    debit = moved(desk)
    letters.fails = [ProviderRejected("No such box.", provider="smtp", code="550")]
    turn(desk, TELL_BY - timedelta(days=3))
    assert letters.sent == [] and [one.id for one, _, _ in desk.schedules.due_notices(desk.actor)] == [debit.id]
    turn(desk, TELL_BY)
    assert letters.sent == [], "after a failure nobody is mailed by itself"
    desk.debit_notices.send(MAKER, debit.id)
    assert len(letters.sent) == 1 and desk.schedules.notices(desk.actor) == []


def test_where_a_mail_may_have_been_sent_no_second_one_goes_out_by_itself(desk: DeskFixture, letters: Letters) -> None:
    debit = moved(desk)
    letters.fails = [ProviderUnreachable("Lost.", maybe_done=True, provider="smtp")]
    for day in (TELL_BY - timedelta(days=3), TELL_BY):
        turn(desk, day)
    assert len(letters.sent) == 1
    ((notice, _, _),) = desk.schedules.due_notices(desk.actor)
    job = desk.debit_notices.status(desk.actor, notice.id)
    assert job is not None and job.problem is not None and job.problem.code == "maybe_sent"
    desk.schedules.told(MAKER, debit.id)
    assert desk.schedules.notices(desk.actor) == []


def test_a_server_that_is_away_is_waited_for(desk: DeskFixture, letters: Letters) -> None:
    moved(desk)
    letters.fails = [ProviderUnreachable("Away.", maybe_done=False, provider="smtp")]
    turn(desk, TELL_BY - timedelta(days=3))
    assert letters.sent == []
    turn(desk, TELL_BY - timedelta(days=1))
    assert len(letters.sent) == 1


def test_nobody_is_told_of_what_is_canceled_or_what_they_were_told(desk: DeskFixture, letters: Letters) -> None:
    told, gone = moved(desk), moved(desk, invoice_reference="INV-2", amount_cents=4_300)
    desk.schedules.told(MAKER, told.id)
    desk.schedules.cancel(desk.actor, gone.id)
    turn(desk, TELL_BY)
    assert letters.sent == []


def test_nobody_is_told_of_what_a_second_person_has_not_approved(make: Callable[..., DeskFixture]) -> None:
    desk = make(ACH_DESK_APPROVE_ABOVE_CENTS="1000", **SMTP)
    letters = mailing(desk)
    debit = moved(desk)
    turn(desk, TELL_BY)
    assert letters.sent == [] and [one.id for one, _, _ in desk.schedules.due_notices(desk.actor)] == [debit.id]


def test_who_may_not_debit_sends_nothing(desk: DeskFixture, letters: Letters) -> None:
    debit = moved(desk)
    with pytest.raises(AccessDenied):
        desk.debit_notices.send(Actor("olga@example.com", frozenset({Role.OPS})), debit.id)
    assert letters.sent == []
