"""What becomes a fact only by time is noted once; a business day's morning is one summary, and a quiet one nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from dashboard.books import MonthBooks
from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import Refused
from dashboard.domain.models import Debit
from dashboard.domain.notices import QUIET, REMINDER, Channel, Fact, Notice, NoticeKind, NoticeState
from dashboard.gateways.stripe import Stripe
from dashboard.messages.notices import Reader, notice_words
from dashboard.notices import LOOK_EVERY, Notices
from dashboard.notices.carriers import Attachment
from dashboard.notices.sending import GATHERED, Sender
from dashboard.notices.summary import is_first_of_week
from dashboard.notices.watching import Watch
from dashboard.payments.charts import Charts
from dashboard.reports import Form, Reports
from dashboard.settings import Settings
from dashboard.statements import Statements
from dashboard.statements.matching import PayoutMatching
from dashboard.store import Store
from dashboard.sync import Sync
from dashboard.sync.run import LEASE
from tests import statement_files as files
from tests.unit.case_scenes import charge, dispute, seconds
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import lost
from tests.unit.notice_channels import CarrierDouble
from tests.unit.test_debits import submit
from tests.unit.test_notices import MailerDouble
from tests.unit.test_payout_matches import FRED, pay_out
from tests.unit.two_people import link, make, order, two  # noqa: F401  fixtures

CONFIRM, READ = "confirm_payment_intent", "read_payment_intent"
NEW_YORK = ZoneInfo("America/New_York")
Make = Callable[..., Settings]


@pytest.fixture
def make_watch(store: Store, clock: FixedClock, make_settings: Make) -> Callable[..., Watch]:
    def made(live: bool = False, **changes: str) -> Watch:
        keys = {"PLAID_ENV": "production", "STRIPE_SECRET_KEY": "sk_live_x"} if live else {}
        settings = make_settings(**keys, **changes)
        sync = Sync(store, cast(Stripe, None), clock, settings)
        matching = matching_of(store, clock, settings)
        reports = Reports(store, clock, settings, MonthBooks(store, clock, settings, matching))
        return Watch(store, clock, settings, sync, Charts(store, clock, settings), matching, reports)

    return made


def matching_of(store: Store, clock: FixedClock, settings: Settings) -> PayoutMatching:
    return PayoutMatching(store, clock, settings)


@pytest.fixture
def watch(make_watch: Callable[..., Watch]) -> Watch:
    return make_watch(ACH_DESK_NOTICE_HOUR="never")


def noted(store: Store, kind: NoticeKind) -> list[tuple[str, str]]:
    found = (one.fact for one in store.outbox.newest(100))
    return [(one.subject, one.level) for one in found if one.kind is kind][::-1]


def texts(store: Store, clock: FixedClock) -> list[str]:
    reader = Reader(NEW_YORK, clock.now().astimezone(NEW_YORK).date())
    return [notice_words(one, reader).text for one in store.outbox.newest(100)][::-1]


def at(clock: FixedClock, day: str, hour: int) -> None:
    """Set the clock to an hour of New York's day."""
    clock.at = datetime.fromisoformat(day).replace(hour=hour, tzinfo=NEW_YORK).astimezone(UTC)


def finish_sync(store: Store, clock: FixedClock) -> None:
    number = store.sync_state.begin_run("events", int(clock.real().timestamp()))
    store.sync_state.end_run(number, int(clock.real().timestamp()), {})


# What waits.


def test_a_debit_that_is_unknown_for_a_day_is_noted_once(given: DeskFixture, watch: Watch) -> None:
    account = link(given)
    given.stripe.after[CONFIRM] = [lost(provider="stripe")]
    given.stripe.before[READ] = [lost(provider="stripe", maybe_done=False)] * 999
    debit: Debit = submit(given, account, 4_200)
    for _ in range(30):
        given.later(timedelta(hours=1))
        watch.look()
        kind = noted(given.store, NoticeKind.DEBIT_UNKNOWN)
        unknown_for = given.clock.now() - given.store.debits.get(debit.id).updated_at  # type: ignore[union-attr]
        assert bool(kind) == (unknown_for >= timedelta(hours=24))
    assert noted(given.store, NoticeKind.DEBIT_UNKNOWN) == [(debit.id, "")]
    assert "It is not known whether a debit of $42.00 was sent." in texts(given.store, given.clock)[0]


def test_an_approval_is_told_when_it_is_asked_for_and_once_more_after_a_business_day(
    two: DeskFixture,  # noqa: F811  the fixture
    watch: Watch,
) -> None:
    at(two.clock, "2026-11-25", 15)  # the day before Thanksgiving
    order(two, link(two), 150_000)
    (asked,) = two.store.approvals.waiting()
    assert noted(two.store, NoticeKind.APPROVAL_WAITS) == [(asked.id, "")]
    at(two.clock, "2026-11-27", 14)
    watch.look()
    assert len(noted(two.store, NoticeKind.APPROVAL_WAITS)) == 1, "Thanksgiving is no business day"
    at(two.clock, "2026-11-27", 16)
    watch.look()
    watch.look()
    assert noted(two.store, NoticeKind.APPROVAL_WAITS) == [(asked.id, ""), (asked.id, REMINDER)]
    assert texts(two.store, two.clock)[-1].startswith("A debit of $1,500.00 waits for more than a business day for")


def test_what_is_unmatched_for_three_business_days_is_noted(
    store: Store, clock: FixedClock, settings: Settings, watch: Watch
) -> None:
    Statements(store, clock).take(FRED, files.banks()["chase"], account="Operating")
    pay_out(store, "po_elsewhere", "2026-11-23", 77_700)
    at(clock, "2026-11-25", 12)
    watch.look()
    assert len(noted(store, NoticeKind.LINE_UNMATCHED)) == 3, "those of the 19th and 20th, not of the 24th"
    assert noted(store, NoticeKind.PAYOUT_UNMATCHED) == []
    at(clock, "2026-11-30", 12)
    for _ in range(2):
        watch.look()
    assert noted(store, NoticeKind.PAYOUT_UNMATCHED) == [("po_elsewhere", "")]
    assert len(noted(store, NoticeKind.LINE_UNMATCHED)) == len(files.MOVED)
    assert "A payout of $777.00 should have arrived Mon 23 Nov and is not on the bank statement" in " ".join(
        texts(store, clock)
    )


# What falls silent.


def test_a_sync_that_is_silent_for_two_hours_is_noted_once_for_each_silence(
    store: Store, clock: FixedClock, watch: Watch
) -> None:
    def look(minutes: int) -> int:
        clock.move(timedelta(minutes=minutes))
        watch.look()
        return len(noted(store, NoticeKind.SYNC_SILENT))

    assert look(600) == 0, "none has ever finished: the doctor says so"
    finish_sync(store, clock)
    assert [look(110), look(9)] == [0, 0]
    assert [look(2), look(9), look(2), look(60)] == [0, 0, 1, 1]
    finish_sync(store, clock)
    assert look(300) == 1, "the machine slept: a sync may begin first"
    now = int(clock.real().timestamp())
    store.sync_state.acquire_lease(LEASE, "a long one", now, now + 3_600)
    assert look(30) == 1, "one that runs is not silent"
    store.sync_state.release_lease(LEASE, "a long one")
    assert [look(1), look(10)] == [2, 2]


def test_reads_are_noted_at_80_percent_and_when_they_are_spent(
    store: Store, clock: FixedClock, make_watch: Callable[..., Watch]
) -> None:
    watch, day = make_watch(live=True), int(clock.now().timestamp()) // 86_400
    counts = []
    for reads in (7_999, 1, 1_999, 1, 500):
        store.sync_state.count_reads({"events": reads}, day)
        watch.look()
        counts.append(len(noted(store, NoticeKind.READS_HIGH)))
    assert counts == [0, 1, 1, 2, 2]


def test_a_return_rate_is_noted_at_half_and_at_the_limit_once_a_month(
    store: Store, clock: FixedClock, watch: Watch
) -> None:
    """Nacha: 0.5 % unauthorized of 60 days. 1,000 debits: half is reached with 3, the limit with 5."""
    ok = [charge(clock, f"py_{number}", "succeeded") for number in range(1_000)]
    store.projection.apply("charges", ok)
    counts = []
    for number in range(7):
        lost_one = charge(clock, f"py_{number}", failure_code="debit_not_authorized")
        store.projection.apply("charges", [lost_one])
        finish_sync(store, clock)
        clock.move(timedelta(minutes=1))
        watch.look()
        counts.append([level.split()[-1] for name, level in noted(store, NoticeKind.RETURN_RATE) if name != "overall"])
    half, limit = ["half"], ["half", "limit"]
    assert counts == [[], [], half, half, limit, limit, limit]
    store.projection.apply("charges", ok[3:7])
    finish_sync(store, clock)
    watch.look()
    assert len(noted(store, NoticeKind.RETURN_RATE)) == 2, "it comes down: no news"
    assert texts(store, clock) == [
        "The unauthorized return rate is 0.30%, at half of Nacha's limit of 0.5%: 3 of 1,000 debits in 60 days.",
        "The unauthorized return rate is 0.50%, at Nacha's limit of 0.5%: 5 of 1,000 debits in 60 days.",
    ]


# The morning.


def test_a_morning_with_something_is_told_once_on_a_business_day_from_its_hour_on(
    store: Store, clock: FixedClock, make_watch: Callable[..., Watch]
) -> None:
    watch = make_watch()
    at(clock, "2026-11-26", 1)
    new = charge(clock, "py_2", created=seconds(clock))
    store.projection.apply("charges", [charge(clock, status="succeeded"), new])
    looks = {}
    for day, hour in (("2026-11-26", 9), ("2026-11-27", 7), ("2026-11-27", 8), ("2026-11-27", 20), ("2026-11-28", 9)):
        at(clock, day, hour)
        watch.look()
        looks[day, hour] = noted(store, NoticeKind.SUMMARY)
    assert looks["2026-11-26", 9] == [], "Thanksgiving"
    assert looks["2026-11-27", 7] == [] and looks["2026-11-27", 8] == [("2026-11-27", "")]
    assert looks["2026-11-28", 9] == looks["2026-11-27", 8], "once, and not on a Saturday"
    (one,) = [one for one in store.outbox.newest(9) if one.fact.kind is NoticeKind.SUMMARY]
    words = notice_words(one, Reader(NEW_YORK, clock.now().date()))
    assert words.text == "The morning of Fri 27 Nov."
    assert words.points[0].text == "Failed or returned since the last close: 1, $42.00"
    assert words.points[0].query["created_from"] == "2026-11-26", "the days of that morning, whenever it is opened"


def test_a_quiet_morning_sends_nothing_and_the_week_may_say_so(
    store: Store, clock: FixedClock, settings: Settings, make_watch: Callable[..., Watch]
) -> None:
    mail = CarrierDouble(Channel.MAIL)
    sender = Sender(store, clock, settings, [mail])
    for day in ("2026-11-23", "2026-11-24"):
        at(clock, day, 9)
        make_watch().look()
        clock.move(GATHERED)
        assert sender.send_due() == 0
    assert store.outbox.newest(9) == [] and store.outbox.find(NoticeKind.SUMMARY, "2026-11-24", QUIET)
    store.projection.apply("disputes", [dispute(clock)])
    store.projection.apply("charges", [charge(clock, status="succeeded")])
    make_watch().look()
    assert noted(store, NoticeKind.SUMMARY) == [], "the morning was looked at; what comes now is told by itself"
    clock.move(GATHERED)
    assert sender.send_due() == 3, "the payment, and two rates of the one debit that there is"
    says_so = make_watch(ACH_DESK_NOTICE_ALL_QUIET="yes")
    store.projection.apply("disputes", [dispute(clock, "won")])
    for day, told in (("2026-12-07", 1), ("2026-12-08", 0)):
        at(clock, day, 9)
        says_so.look()
        clock.move(GATHERED)
        assert sender.send_due() == told, day
    assert mail.arrived[-1].lines[0].text == "The morning of Mon 7 Dec: nothing waits for anybody."
    assert mail.arrived[-1].title == "Acme Payments: the morning in the desk"


def test_the_first_business_day_of_a_week_may_be_a_tuesday() -> None:
    days = [datetime(2026, 9, day).date() for day in (7, 8, 9, 14)]  # Labor Day is Monday 7 September
    assert [is_first_of_week(day) for day in days[1:]] == [True, False, True]


def test_the_summary_goes_by_mail_first_and_many_of_a_kind_are_counted(
    store: Store, clock: FixedClock, settings: Settings, make_watch: Callable[..., Watch]
) -> None:
    mail, chat = CarrierDouble(Channel.MAIL), CarrierDouble(Channel.CHAT)
    sender = Sender(store, clock, settings, [chat, mail])
    for number in range(37):
        pay_out(store, f"po_{number:02}", "2026-11-23", 100 + number, status="failed")
    at(clock, "2026-11-24", 10)
    store.projection.apply("charges", [charge(clock, created=seconds(clock))])
    make_watch().look()
    clock.move(GATHERED)
    assert sender.send_due() == 39 and not chat.arrived
    lines = [line.text for line in mail.arrived[0].lines]
    assert sum(line.startswith("A payout of ") for line in lines) == 10 and lines[-1] == "And 27 more: a payout failed."
    assert "The morning of Tue 24 Nov." in lines and mail.arrived[0].title == "Acme Payments: 39 notices from ACH Desk"


def test_the_ticker_sends_each_turn_and_looks_once_a_minute(
    store: Store, clock: FixedClock, settings: Settings
) -> None:
    looks = []

    class Counted:
        """A watch that only counts."""

        def look(self) -> None:
            """Count."""
            looks.append(clock.now())

    notices = Notices(store, clock, settings, None, None, cast(Watch, Counted()))
    for _ in range(13):
        notices.run_due()
        clock.move(timedelta(seconds=10))
    assert len(looks) == 3 and looks[1] - looks[0] == LOOK_EVERY
    clock.move(-timedelta(days=1))  # the sandbox's clock was set anew
    notices.run_due()
    assert len(looks) == 4
    assert all(one.state is not NoticeState.WAITING for one in store.outbox.newest(5))


def test_the_report_of_a_month_goes_by_mail_on_its_business_day(
    store: Store, clock: FixedClock, make_settings: Make, make_watch: Callable[..., Watch]
) -> None:
    given = {
        "ACH_DESK_REPORT_DAY": "3",
        "ACH_DESK_REPORTS": "month, fees, disputes",
        "ACH_DESK_NOTICE_HOUR": "8",
        "ACH_DESK_NOTICE_MAIL": "fin@acme.example",
        "ACH_DESK_SMTP_HOST": "127.0.0.1",
        "ACH_DESK_SMTP_FROM": "desk@acme.example",
        "ACH_DESK_SMTP_TLS": "none",
    }
    settings, watch = make_settings(**given), make_watch(**given)
    reports = Reports(store, clock, settings, MonthBooks(store, clock, settings, matching_of(store, clock, settings)))
    mailer = MailerDouble()
    notices = Notices(store, clock, settings, mailer, None, reports=reports)
    for number, at_ in enumerate((seconds(clock), seconds(clock, days=40))):
        row = {"id": f"txn_{number}", "created": at_, "amount": 4_200, "fee": 40, "net": 4_160, "currency": "usd"}
        row |= {"type": "payment", "status": "available", "source": "py_1"}
        store.projection.apply("balance_transactions", [row])
    told = {}
    for day, hour in (("2026-12-02", 9), ("2026-12-03", 7), ("2026-12-03", 8), ("2026-12-04", 9), ("2027-01-06", 9)):
        at(clock, day, hour)
        watch.look()
        told[day, hour] = noted(store, NoticeKind.REPORT)
    assert told["2026-12-03", 7] == [] and told["2026-12-03", 8] == [("2026-11", "")]
    assert told["2027-01-06", 9] == told["2026-12-03", 8], "in December nothing moved"
    clock.move(GATHERED)
    assert notices.run_due() == 1
    (mail,) = mailer.sent
    files = {one.get_filename(): one.get_payload(decode=True) for one in mail.iter_attachments()}
    names = ["month-2026-11.pdf", "month-2026-11.xlsx", "fees-2026-11.pdf", "fees-2026-11.xlsx"]
    assert list(files) == names, "of disputes there are none"
    assert files["month-2026-11.pdf"] == reports.month_file(FRED, "2026-11", Form.PDF)
    assert mail["Subject"] == "Acme Payments: the report of the month"
    assert [row.actor for row in store.trail.read() if row.action == "report.exported"][-1] == "ach-desk"


def test_a_report_that_cannot_be_made_does_not_hold_up_the_others(
    store: Store, clock: FixedClock, settings: Settings
) -> None:
    def attach(notice: Notice) -> list[Attachment]:
        raise Refused("The PDF could not be set.", meaning="No file was made.", action="Take it as Excel.")

    mail = CarrierDouble(Channel.MAIL)
    store.noting.note(Fact(NoticeKind.REPORT, "2026-10", clock.now()))
    clock.move(GATHERED)
    assert Sender(store, clock, settings, [mail], attach=attach).send_due() == 1
    assert mail.arrived[0].lines[-1].text == "The PDF could not be set. No file was made. Take it as Excel."
