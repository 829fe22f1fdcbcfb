"""Facts are noted with what makes them true, once, and told by one channel or the other, whatever fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import AccessDenied, ProviderRejected, Refused, StoreError
from dashboard.domain.models import Actor, Role
from dashboard.domain.notices import BEFORE_START, Channel, Fact, NoticeKind, NoticeState
from dashboard.messages.notices import TITLES, WORDS, Reader, notice_words
from dashboard.notices import Notices
from dashboard.notices.sending import FIRST_PAUSE, GATHERED, LEASE, LONGEST_PAUSE, Sender, pause_after
from dashboard.operations.backup import Backups
from dashboard.settings import Settings
from dashboard.staff.access import demo_actor
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from tests.unit.case_scenes import charge, dispute, refund, seconds
from tests.unit.notice_channels import CarrierDouble, Killed

ADMIN = Actor("root", frozenset({Role.ADMIN}))
HOUR = timedelta(hours=1)


def payout(
    clock: FixedClock, id: str = "po_1", status: str = "failed", cents: int = 123_450, **ago: int
) -> dict[str, Any]:
    arrival = seconds(clock, **(ago or {"days": 1}))
    made = {"id": id, "created": arrival, "arrival_date": arrival, "amount": cents, "currency": "usd"}
    return {**made, "status": status}


def noted(store: Store) -> list[tuple[str, str]]:
    return [(one.fact.kind.value, one.fact.subject) for one in store.outbox.newest(50)][::-1]


@pytest.fixture
def chat() -> CarrierDouble:
    return CarrierDouble(Channel.CHAT, says_names=False)


@pytest.fixture
def mail() -> CarrierDouble:
    return CarrierDouble(Channel.MAIL)


@pytest.fixture
def sender(store: Store, clock: FixedClock, settings: Settings, chat: CarrierDouble, mail: CarrierDouble) -> Sender:
    return Sender(store, clock, settings, [chat, mail], "one")


def fail(store: Store, clock: FixedClock, *ids: str) -> None:
    store.projection.apply("payouts", [payout(clock, id) for id in ids])
    clock.move(GATHERED)


# Noting.


def test_a_payout_that_fails_is_noted_with_it_once(store: Store, clock: FixedClock) -> None:
    store.projection.apply("payouts", [payout(clock, status="in_transit"), payout(clock, "po_2", "paid")])
    assert noted(store) == []
    with pytest.raises(RuntimeError), store.transaction():
        store.projection.apply("payouts", [payout(clock)])
        raise RuntimeError
    assert noted(store) == [], "neither the fact nor its notice"
    for _ in range(3):
        store.projection.apply("payouts", [payout(clock), payout(clock, "po_2", "paid")])
    assert noted(store) == [("payout_failed", "po_1")]
    (one,) = store.outbox.newest(9)
    assert one.fact.facts == {"cents": 123_450, "currency": "usd", "arrival": seconds(clock, days=1)}


def test_what_is_older_than_the_desks_notices_is_not_told(store: Store, clock: FixedClock) -> None:
    store.projection.apply("payouts", [payout(clock, "po_old", days=BEFORE_START.days + 1), payout(clock)])
    assert noted(store) == [("payout_failed", "po_1")]
    clock.move(timedelta(days=60))
    store.projection.apply("payouts", [payout(clock, "po_2", days=50)])
    assert noted(store)[1:] == [("payout_failed", "po_2")], "the line does not move: a pause hides nothing"


def test_a_payment_that_comes_back_is_noted_with_its_case(store: Store, clock: FixedClock) -> None:
    store.projection.apply("charges", [charge(clock, status="succeeded"), charge(clock, "py_2")])
    assert noted(store) == [], "a failure is work, and no alarm"
    kinds = []
    for status in ("warning_needs_response", "needs_response", "lost", "won", "lost"):
        store.projection.apply("disputes", [dispute(clock, status)])
        kinds.append(len(noted(store)))
    assert kinds == [1, 2, 2, 2, 2], "asked about, then taken: that it is lost too takes nothing more"
    told = [one.fact.facts["kind"] for one in store.outbox.newest(9)]
    assert told == ["dispute", "inquiry"]


def test_a_refund_that_did_not_arrive_is_noted_in_the_sync_that_reads_it_once(store: Store, clock: FixedClock) -> None:
    store.projection.apply("charges", [charge(clock, status="succeeded", amount_refunded=4_200)])
    for _ in range(2):
        store.projection.apply("refunds", [refund(clock, "re_1", "failed", failure_reason="declined")])
    assert noted(store) == [("refund_failed", "py_1")]
    (told,) = store.outbox.newest(9)
    words = notice_words(told, Reader(UTC, clock.now().date(), "Jenny Rosen"))
    assert words.text.startswith("A refund of $42.00 to Jenny Rosen did not arrive") and words.page == "payment"


def test_a_backup_that_fails_is_noted_once_until_one_works(
    store: Store, clock: FixedClock, vault: Vault, tmp_path: Path
) -> None:
    (tmp_path / "kept").write_text("in the way")
    backups = Backups(store.database, store.trail, vault, clock, tmp_path / "kept")
    for _ in range(3):
        with pytest.raises(StoreError):
            backups.make(ADMIN)
        clock.move(timedelta(minutes=10))
    assert noted(store) == [("backup_failed", "never")]
    assert [row.action for row in store.trail.read()].count("backup.failed") == 3


def test_every_kind_has_its_words() -> None:
    assert set(WORDS) == set(TITLES) == set(NoticeKind)


# Sending.


def test_what_comes_together_goes_as_one_message_in_its_order(
    store: Store, clock: FixedClock, sender: Sender, chat: CarrierDouble, mail: CarrierDouble
) -> None:
    store.projection.apply("payouts", [payout(clock, "po_1", cents=100)])
    assert sender.send_due() == 0, "others may come with it"
    store.projection.apply("payouts", [payout(clock, "po_2", cents=200)])
    clock.move(GATHERED)
    assert sender.send_due() == 2
    (letter,) = chat.arrived
    assert [line.text.split(",")[0] for line in letter.lines] == ["A payout of $1.00", "A payout of $2.00"]
    assert letter.title == "Acme Payments: 2 notices from ACH Desk" and not mail.arrived
    assert sender.send_due() == 0 and len(chat.arrived) == 1
    assert {(one.state, one.channel) for one in store.outbox.newest(9)} == {(NoticeState.SENT, Channel.CHAT)}


def test_without_a_channel_notices_stay_in_the_desk_and_are_not_sent_years_later(
    store: Store, clock: FixedClock, settings: Settings, chat: CarrierDouble
) -> None:
    fail(store, clock, "po_1")
    assert Sender(store, clock, settings, []).send_due() == 0
    assert store.outbox.newest(1)[0].state is NoticeState.KEPT
    assert Sender(store, clock, settings, [chat]).send_due() == 0 and not chat.arrived


@pytest.mark.parametrize("does", ["down", "refused", "lost"])
def test_a_channel_that_fails_gives_way_to_the_other_which_says_so(
    store: Store, clock: FixedClock, sender: Sender, chat: CarrierDouble, mail: CarrierDouble, does: str
) -> None:
    chat.does = does
    fail(store, clock, "po_1")
    assert sender.send_due() == 1
    (letter,) = mail.arrived
    assert letter.last.startswith("Notices by chat fail: "), "at the first failure, to whoever reads the other"
    state = store.outbox.channel(Channel.CHAT)
    assert state.failing_since == clock.real() and state.problem and state.action
    fail(store, clock, "po_2")
    assert sender.send_due() == 1 and store.outbox.channel(Channel.CHAT).tries == 1, "it is left alone for a while"
    chat.does = "arrives"
    clock.move(FIRST_PAUSE)
    fail(store, clock, "po_3")
    assert sender.send_due() == 1 and len(mail.arrived) == 2
    assert store.outbox.channel(Channel.CHAT).failing_since is None


def test_a_day_without_any_channel_ends_in_one_list_in_order(
    store: Store, clock: FixedClock, sender: Sender, chat: CarrierDouble, mail: CarrierDouble
) -> None:
    chat.does = mail.does = "down"
    for hour in range(24):
        fail(store, clock, f"po_{hour:02}")
        for _ in range(6):
            assert sender.send_due() == 0
            clock.move(timedelta(minutes=10))
    tried = store.outbox.channel(Channel.MAIL).tries
    assert tried <= 24 + 8, "tries become rare: an hour apart in the end"
    chat.does = mail.does = "arrives"
    clock.move(LONGEST_PAUSE)
    assert sender.send_due() == 24
    (letter,) = [*chat.arrived, *mail.arrived]
    assert len(letter.lines) == 11 and letter.lines[-1].text == "And 14 more: a payout failed."
    assert [one.fact.subject for one in store.outbox.newest(50)][::-1] == [f"po_{hour:02}" for hour in range(24)]


def test_pauses_double_up_to_an_hour() -> None:
    minutes = [pause_after(tries, LONGEST_PAUSE).total_seconds() / 60 for tries in (0, 1, 2, 5, 6, 900)]
    assert minutes == [1, 2, 4, 32, 60, 60]


def test_what_may_have_arrived_is_sent_again_under_the_same_id(
    store: Store, clock: FixedClock, settings: Settings, mail: CarrierDouble
) -> None:
    sender = Sender(store, clock, settings, [mail], "one")
    mail.does = "lost"
    fail(store, clock, "po_1")
    assert sender.send_due() == 0
    fail(store, clock, "po_2")
    assert sender.send_due() == 0, "not at once"
    mail.does = "arrives"
    clock.move(FIRST_PAUSE)
    assert sender.send_due() == 1 and sender.send_due() == 1
    first, again, other = mail.arrived
    assert first.id == again.id != other.id and [line.text for line in first.lines] == [
        line.text for line in again.lines
    ]


def test_a_process_that_died_while_it_sent_is_taken_over(
    store: Store, clock: FixedClock, settings: Settings, sender: Sender, chat: CarrierDouble
) -> None:
    chat.does = "dies_after"
    fail(store, clock, "po_1")
    with pytest.raises(Killed):
        sender.send_due()
    store.sync_state.acquire_lease(LEASE, "gone", int(clock.real().timestamp()), int(clock.real().timestamp()) + 60)
    chat.does = "arrives"
    other = Sender(store, clock, settings, [chat], "two")
    assert other.send_due() == 0, "its lease may still hold"
    clock.move(timedelta(seconds=61))
    assert other.send_due() == 1
    first, again = chat.arrived
    assert first.id == again.id


def test_two_processes_send_once(
    store: Store, clock: FixedClock, settings: Settings, sender: Sender, chat: CarrierDouble, mail: CarrierDouble
) -> None:
    other = Sender(store, clock, settings, [chat, mail], "two")
    sent = []
    chat.meanwhile = lambda: sent.append(other.send_due())
    fail(store, clock, "po_1")
    assert sender.send_due() == 1 and sent == [0] and len(chat.arrived) == 1


# People.


def test_a_customer_is_named_only_where_that_is_allowed(
    store: Store, clock: FixedClock, sender: Sender, chat: CarrierDouble, mail: CarrierDouble
) -> None:
    store.projection.apply("customers", [{"id": "cus_1", "created": 1, "name": "Jenny Rosen"}])
    details = {"type": "us_bank_account", "us_bank_account": {"last4": "6789", "bank_name": "STRIPE TEST BANK"}}
    store.projection.apply("charges", [charge(clock, status="succeeded", payment_method_details=details)])
    store.projection.apply("disputes", [dispute(clock)])
    clock.move(GATHERED)
    sender.send_due()
    text = chat.arrived[0].lines[0].text
    assert text.startswith("A payment of $42.00 was taken back by the customer's bank after it had succeeded: ")
    assert "Rosen" not in text and "6789" not in text
    chat.does = "down"
    store.projection.apply("charges", [charge(clock, "py_2", "succeeded", payment_method_details=details)])
    store.projection.apply("disputes", [dispute(clock, "warning_needs_response", id="dp_2", charge="py_2")])
    clock.move(GATHERED)
    sender.send_due()
    assert mail.arrived[0].lines[0].text.startswith("A payment of Jenny Rosen of $42.00 is asked about")
    assert "6789" not in mail.arrived[0].lines[0].text


def test_links_lead_to_the_desk_where_it_has_an_address(
    store: Store, clock: FixedClock, make_settings: Callable[..., Settings], chat: CarrierDouble
) -> None:
    oidc = {
        "ACH_DESK_OIDC_CLIENT_ID": "desk",
        "ACH_DESK_OIDC_CLIENT_SECRET": "x" * 20,
        "ACH_DESK_OIDC_METADATA_URL": "https://id.example.com/.well-known/openid-configuration",
        "ACH_DESK_OIDC_COOKIE_SECRET": "x" * 40,
        "ACH_DESK_OIDC_REDIRECT_URI": "https://desk.example.com/oauth2callback",
        "ACH_DESK_ROLE_ADMIN": "root@example.com",
    }
    fail(store, clock, "po_1")
    Sender(store, clock, make_settings(**oidc), [chat]).send_due()
    assert chat.arrived[0].lines[0].url == "https://desk.example.com/payouts?payout=po_1"


class MailerDouble:
    """Keeps what it is given, or says no."""

    def __init__(self) -> None:
        self.sent: list[Any] = []
        self.refuses = False

    def send(self, message: Any) -> None:
        """Keep it."""
        if self.refuses:
            raise ProviderRejected("The mail server refused a recipient (550).", provider="smtp", code="550")
        self.sent.append(message)


def test_a_test_is_for_administrators_and_says_what_is_not_set(
    store: Store, clock: FixedClock, make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(
        ACH_DESK_NOTICE_MAIL="ops@acme.example, fin@acme.example",
        ACH_DESK_SMTP_HOST="127.0.0.1",
        ACH_DESK_SMTP_FROM="desk@acme.example",
        ACH_DESK_SMTP_TLS="none",
    )
    mailer = MailerDouble()
    notices = Notices(store, clock, settings, mailer, None)
    with pytest.raises(AccessDenied):
        notices.test(Actor("fin", frozenset({Role.FINANCE})), Channel.MAIL)
    with pytest.raises(Refused, match="No chat is set"):
        notices.test(ADMIN, Channel.CHAT)
    notices.test(ADMIN, Channel.MAIL)
    (message,) = mailer.sent
    assert message["To"] == "ops@acme.example, fin@acme.example" and "Acme Payments: a test" in message["Subject"]
    (state,) = notices.channels(ADMIN)
    assert state.sent_at == clock.real()
    mailer.refuses = True
    with pytest.raises(ProviderRejected):
        notices.test(ADMIN, Channel.MAIL)
    fail(store, clock, "po_1")
    assert notices.run_due() == 0 and notices.channels(ADMIN)[0].failing_since
    mailer.refuses = False
    notices.test(ADMIN, Channel.MAIL)
    assert notices.channels(ADMIN)[0].failing_since is None, "a test that arrives ends the pause"
    assert notices.run_due() == 1 and len(mailer.sent) == 3
    (shown,) = notices.list(demo_actor())
    assert shown.words.page == "payouts" and notices.count_waiting(ADMIN) == 0


# Over 1,000 restarts.


def a_fact(clock: FixedClock, subject: str, cents: int) -> Fact:
    facts: dict[str, str | int] = {"cents": cents, "currency": "usd"}
    return Fact(NoticeKind.PAYOUT_FAILED, subject, clock.now(), facts=facts)


def test_rows_are_replaced_by_nobody(store: Store, clock: FixedClock) -> None:
    assert store.noting.note(a_fact(clock, "po_1", 1)) and not store.noting.note(a_fact(clock, "po_1", 2))
    assert store.noting.note(replace(a_fact(clock, "po_1", 2), level="again"))
    with pytest.raises(Exception, match="notices stay"), store.transaction() as db:
        db.execute("DELETE FROM notice")
