"""The customer's copy by mail: in their words, by a mail server that is known; never a second one silently."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from dashboard.domain.errors import (
    AccessDenied,
    ConfigError,
    InputError,
    ProviderDenied,
    ProviderError,
    ProviderRejected,
    ProviderUnreachable,
    Refused,
)
from dashboard.domain.jobs import Job, JobState, TryOutcome
from dashboard.domain.models import Actor, Role, Secret
from dashboard.gateways.mail import MailServer
from dashboard.mandates import Mandates
from dashboard.mandates.copy_mail import CopyMails
from dashboard.messages.customer_screens import Language
from dashboard.operations.open_jobs import OpenJobs
from dashboard.settings import Contact, MailSettings, Settings
from tests.certificates import make_certificate
from tests.mail_server import LOGIN, MailServerDouble
from tests.unit.desk_fixture import DeskFixture
from tests.unit.handed_counter import FACTS, PIN, Counter
from tests.unit.test_mandates import link

SENDER = "billing@acme.example"


@pytest.fixture
def server() -> Iterator[MailServerDouble]:
    started = MailServerDouble()
    yield started
    started.stop()


def mail_of(server: MailServerDouble, **more: object) -> MailSettings:
    plain = MailSettings("127.0.0.1", server.port, "", Secret(""), SENDER, "none")
    return replace(plain, **more)  # type: ignore[arg-type]  # fields of it


class Mailing:
    """A desk with a mail server, and one authorization."""

    def __init__(self, given: DeskFixture, server: MailServerDouble, language: Language = Language.ENGLISH) -> None:
        given.settings = replace(given.settings, mail=mail_of(server), contact=Contact(phone="+1 212 555 0100"))
        given.mailer = MailServer(mail_of(server))
        given.restart()
        self.given, self.server = given, server
        self.account = link(given, language=language)
        self.mandates = Mandates(given.store, given.clock, given.settings)
        (self.one,) = self.mandates.of_account(given.actor, self.account)
        self.mails = CopyMails(given.store, self.mandates, given.jobs, given.settings)

    def send(self) -> None:
        self.mails.send(self.given.actor, self.account, self.one.mandate.id)

    @property
    def job(self) -> Job:
        job = self.mails.status(self.given.actor, self.one.mandate.id)
        assert job is not None
        return job

    def state(self) -> JobState:
        return self.job.state

    def actions(self) -> list[str]:
        said = [row.action for row in self.given.store.trail.read() if row.action.startswith("copy_mail")]
        return said[::-1]


@pytest.fixture
def mailing(given: DeskFixture, server: MailServerDouble) -> Mailing:
    return Mailing(given, server)


def test_the_customer_gets_what_they_agreed_to_and_how_to_revoke_it(mailing: Mailing) -> None:
    mailing.send()
    (mail,) = mailing.server.received
    assert mail["To"] == "jenny@example.com" and mail["From"] == f"Acme Payments <{SENDER}>"
    text = bytes(mail.get_payload(decode=True)).decode()
    assert (
        mailing.one.mandate.text in text and "+1 212 555 0100" in text and mailing.one.mandate.stripe_mandate_id in text
    )
    assert "Mozilla" not in text and "203.0.113.9" not in text, "the proof is ours to keep"
    assert mailing.state() is JobState.DONE and mailing.actions() == ["copy_mail.ordered", "copy_mail.sent"]


def test_the_mail_is_in_the_language_in_which_they_agreed(given: DeskFixture, server: MailServerDouble) -> None:
    Mailing(given, server, Language.SPANISH).send()
    text = bytes(server.received[-1].get_payload(decode=True)).decode()
    assert "autoriza a Acme Payments" in text


def test_a_mail_that_may_have_been_sent_is_not_sent_again_without_somebodys_word(mailing: Mailing) -> None:
    mailing.server.fail = {"END": ""}
    mailing.send()
    assert len(mailing.server.received) == 1 and mailing.state() is JobState.ASKING
    mailing.server.fail = {}
    mailing.given.later(timedelta(days=2))
    mailing.given.restart()
    mailing.given.later(timedelta(days=2))
    assert len(mailing.server.received) == 1, "nothing is sent by itself"
    (listed,) = OpenJobs(mailing.given.store, mailing.given.jobs, mailing.given.clock).attention(mailing.given.actor)
    assert listed.title.endswith("Jenny Rosen") and listed.problem and "may have been sent" in listed.problem.what
    CopyMails(mailing.given.store, mailing.mandates, mailing.given.jobs, mailing.given.settings).send(
        mailing.given.actor, mailing.account, mailing.one.mandate.id
    )
    first, second = mailing.server.received
    assert first["Message-ID"] == second["Message-ID"], "so that a mailbox knows it for the same"
    assert mailing.state() is JobState.DONE
    assert mailing.actions() == ["copy_mail.ordered", "copy_mail.asks", "copy_mail.resumed", "copy_mail.sent"]


def test_one_that_was_surely_not_sent_is_retried_by_itself(mailing: Mailing) -> None:
    mailing.server.fail = {"RCPT": "451 try later"}
    mailing.send()
    assert mailing.state() is JobState.BLOCKED
    mailing.server.fail = {}
    mailing.given.later(timedelta(minutes=1))
    assert mailing.state() is JobState.DONE and len(mailing.server.received) == 1


def test_one_whose_process_died_right_after_the_servers_yes_is_not_sent_again(mailing: Mailing) -> None:
    """The yes was kept, the end of the job was not."""
    mailing.server.fail = {"RCPT": "451 try later"}
    mailing.send()
    jobs, job = mailing.given.store.jobs, mailing.job
    number = jobs.add_try(job.id, "send", "sent-by-the-dead", mailing.given.clock.now())
    jobs.end_try(job.id, number, TryOutcome.DONE)
    mailing.server.fail = {}
    mailing.given.restart()
    mailing.given.later(timedelta(minutes=1))
    assert mailing.state() is JobState.DONE and mailing.server.received == []


def test_a_refusal_is_the_end_and_says_what_to_do(mailing: Mailing) -> None:
    mailing.server.fail = {"RCPT": "550 no such user"}
    mailing.send()
    job = mailing.mails.status(mailing.given.actor, mailing.one.mandate.id)
    assert job and job.state is JobState.FAILED and job.problem and "e-mail address" in job.problem.action
    mailing.server.fail = {}
    mailing.send()
    assert mailing.state() is JobState.DONE, "a new order, once the address is right"


@pytest.mark.parametrize(
    "address",
    [
        "jé@example.com",
        "=?utf-8?q?j=C3=A9?=@example.com",  # the same, as a header reads it
        "=?utf-8?q?eve=40example.net=2C?=@example.com",
        "=?utf-8?q?a=0D=0ABcc=3Aeve=40example.net?=@example.com",
    ],
)
def test_an_address_that_mail_does_not_reach_is_said_before(mailing: Mailing, address: str) -> None:
    with mailing.given.store.transaction() as db:
        db.execute("UPDATE customer SET email = ? WHERE id = ?", [address, mailing.given.customer.id])
    with pytest.raises(InputError, match="no e-mail address"):
        mailing.send()
    assert mailing.actions() == []


def test_only_who_links_banks_mails_copies(mailing: Mailing) -> None:
    with pytest.raises(AccessDenied):
        mailing.mails.send(Actor("auditor", frozenset({Role.AUDITOR})), mailing.account, mailing.one.mandate.id)


def test_the_customer_of_a_handed_over_tablet_mails_themselves_their_copy_once(
    given: DeskFixture, server: MailServerDouble
) -> None:
    given.settings = replace(given.settings, mail=mail_of(server))
    given.mailer = MailServer(mail_of(server))
    given.restart()
    counter = Counter(given)
    counter.pins.set_pin(given.actor, PIN)
    counter.lock()
    counter.handover.agree(counter.actor, FACTS)
    counter.handover.report(counter.actor, given.outcome(), {"ip_address": "198.51.100.1", "user_agent": "x"})
    account = counter.handover.account(counter.actor)
    assert account is not None
    mandates = Mandates(given.store, given.clock, given.settings)
    mails = CopyMails(given.store, mandates, given.jobs, given.settings)
    assert not mails.is_sent_own(counter.actor, account.id)
    mails.send_own(counter.actor, account.id)
    mails.send_own(counter.actor, account.id)
    assert mails.is_sent_own(counter.actor, account.id) and len(server.received) == 1
    with pytest.raises(Refused):
        mails.send_own(counter.actor, "acct_of_somebody_else")
    with pytest.raises(AccessDenied):
        mails.send(counter.actor, account.id, str(account.mandate_id))


def test_without_a_mail_server_none_is_ordered_and_an_open_one_waits(mailing: Mailing) -> None:
    given = mailing.given
    mailing.server.fail = {"MAIL": "421 closing"}
    mailing.send()
    given.mailer, given.settings = None, replace(given.settings, mail=None)
    given.restart()
    given.later(timedelta(hours=1))
    assert mailing.state() is JobState.BLOCKED
    off = CopyMails(given.store, mailing.mandates, given.jobs, given.settings)
    assert not off.is_on
    with pytest.raises(Refused, match="No mail server"):
        off.send(given.actor, mailing.account, mailing.one.mandate.id)


def message() -> EmailMessage:
    made = EmailMessage()
    made["To"], made["From"], made["Subject"] = "jenny@example.com", SENDER, "Your copy"
    made.set_content("ñ\n.hidden dot\n")
    return made


def test_mail_goes_by_tls_to_a_server_that_is_known_with_the_login(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    server = MailServerDouble(certificate)
    try:
        mail = mail_of(server, user=LOGIN[0], password=Secret(LOGIN[1]), tls="starttls")
        MailServer(mail, ssl.create_default_context(cafile=str(certificate[0]))).send(message())
        assert server.logins == [LOGIN]
        assert bytes(server.received[0].get_payload(decode=True)).decode().splitlines() == ["ñ", ".hidden dot"]
        with pytest.raises(ProviderUnreachable) as unknown:
            MailServer(mail).send(message())
        assert not unknown.value.maybe_done, "nothing is told to a server that nobody vouches for"
        with pytest.raises(ProviderDenied) as denied:
            wrong = replace(mail, password=Secret("another"))
            MailServer(wrong, ssl.create_default_context(cafile=str(certificate[0]))).send(message())
        assert "another" not in denied.value.sentences() and "ACH_DESK_SMTP_PASSWORD" in denied.value.action
        assert len(server.received) == 1
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("fail", "kind", "maybe"),
    [
        ({"MAIL": "550 no"}, ProviderRejected, None),
        ({"RCPT": "550 no"}, ProviderRejected, None),
        ({"RCPT": "450 later"}, ProviderUnreachable, False),
        ({"DATA": "554 no"}, ProviderRejected, None),
        ({"END": "554 spam"}, ProviderRejected, None),
        ({"END": "451 later"}, ProviderUnreachable, False),
        ({"RCPT": ""}, ProviderUnreachable, False),
        ({"END": ""}, ProviderUnreachable, True),
    ],
)
def test_what_the_server_says_decides_whether_it_may_have_been_sent(
    server: MailServerDouble, fail: dict[str, str], kind: type[ProviderError], maybe: bool | None
) -> None:
    server.fail = fail
    with pytest.raises(kind) as failed:
        MailServer(mail_of(server)).send(message())
    assert getattr(failed.value, "maybe_done", None) is maybe
    assert "jenny@example.com" not in failed.value.sentences()


def test_nobody_listening_is_no_doubt(server: MailServerDouble) -> None:
    server.stop()
    with pytest.raises(ProviderUnreachable) as failed:
        MailServer(mail_of(server)).send(message())
    assert not failed.value.maybe_done


def test_a_mail_server_without_starttls_gets_nothing(server: MailServerDouble) -> None:
    with pytest.raises(ProviderRejected, match="does not offer"):
        MailServer(mail_of(server, tls="starttls")).send(message())
    assert server.received == []


GOOD = {"ACH_DESK_SMTP_HOST": "mail.example.com", "ACH_DESK_SMTP_FROM": SENDER}


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"ACH_DESK_SMTP_FROM": "nobody"}, "ACH_DESK_SMTP_FROM"),
        ({"ACH_DESK_SMTP_FROM": ""}, "ACH_DESK_SMTP_FROM"),
        ({"ACH_DESK_SMTP_PORT": "smtp"}, "ACH_DESK_SMTP_PORT"),
        ({"ACH_DESK_SMTP_TLS": "none"}, "ACH_DESK_SMTP_TLS"),
        ({"ACH_DESK_SMTP_TLS": "ssl"}, "ACH_DESK_SMTP_TLS"),
        ({"ACH_DESK_SMTP_USER": "desk"}, "ACH_DESK_SMTP_PASSWORD"),
        ({"ACH_DESK_SMTP_PASSWORD": "x"}, "ACH_DESK_SMTP_USER"),
        ({"ACH_DESK_SMTP_HOST": ""}, "ACH_DESK_SMTP_HOST"),
    ],
)
def test_a_wrong_setting_of_the_mail_server_is_named(
    make_settings: Callable[..., Settings], changes: dict[str, str], key: str
) -> None:
    mail = make_settings(**GOOD).mail
    assert mail is not None and (mail.port, mail.tls) == (587, "starttls"), "TLS where nobody says otherwise"
    with pytest.raises(ConfigError) as wrong:
        make_settings(**{**GOOD, **changes})
    assert wrong.value.key == key
