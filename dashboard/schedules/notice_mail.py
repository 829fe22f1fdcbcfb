"""Telling a customer of a scheduled debit by mail: a durable job of one step, one a debit, which sends one mail.

What it cannot tell stays in the list of customers to be told, where a person works it: without a mail server, without
an address, after a refusal, and where a mail may have been sent and its answer was lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from dashboard.domain.clock import Clock
from dashboard.domain.errors import (
    DeskError,
    InputError,
    ProviderRejected,
    ProviderUnreachable,
    Refused,
)
from dashboard.domain.jobs import Job, JobState, TryOutcome
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, Debit, DebitState, Problem
from dashboard.domain.schedules import CustomerNotice, Schedule
from dashboard.gateways.mail import Mailer
from dashboard.jobs import Jobs, Run
from dashboard.jobs.kinds import BaseKind, Blocked, Canceled, Done, Next, Step
from dashboard.mandates.copy_mail import NO_SERVER, read_address
from dashboard.mandates.wording import say_how_to_revoke
from dashboard.messages.customer_screens import WORDS, Language
from dashboard.messages.debit_notices import ToldDebit, write_mail
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require, with_debits
from dashboard.store import Store

KIND = "debit_notice"
AHEAD = timedelta(days=3)  # before the day by which a customer is told: what fails is still worked by a person in time
TOLD_BY = "a mail of the desk"
MAYBE_SENT = Problem(
    "The mail may have been sent: the mail server's answer was lost.",
    "A second one is not sent without somebody's word.",
    "Ask the customer whether it came. Say that they were told, or send it again.",
    "maybe_sent",
)


class DebitNoticeKind(BaseKind):
    """`send` hands one mail over. The subject is the debit; address and words are read when it is sent."""

    name = KIND

    def __init__(self, store: Store, mailer: Mailer | None, clock: Clock, settings: Settings) -> None:
        self._store, self._mailer, self._clock, self._settings = store, mailer, clock, settings

    @property
    def steps(self) -> Mapping[str, Step]:
        """One step."""
        return {"send": self._send}

    @property
    def moves(self) -> Mapping[str, frozenset[str]]:
        """It ends: told, or left to a person, in whose list the customer stands until somebody has told them."""
        return {"send": frozenset({JobState.DONE, JobState.CANCELED})}

    def after(self, job: Job, error: DeskError, problem: Problem) -> Next:
        """A lost answer and a definite no leave it to a person; anything else is waited out."""
        if isinstance(error, ProviderUnreachable) and error.maybe_done:
            return Canceled(MAYBE_SENT)
        return Canceled(problem) if isinstance(error, ProviderRejected | InputError | Refused) else Blocked(problem)

    def title(self, job: Job) -> str:
        """Who is told."""
        debit = self._store.debits.get(job.subject)
        owner = self._store.customers.get(debit.customer_id) if debit else None
        return f"Mail about a scheduled debit to {owner.name if owner else 'a customer'}"

    def _send(self, run: Run) -> None:
        notice, debit = self._store.schedules.notice(run.job.subject), self._store.debits.get(run.job.subject)
        if notice is None or debit is None or notice.told_at or debit.state is not DebitState.SCHEDULED:
            run.move(Canceled(), "debit_notice.canceled")
            return
        if self._mailer is None:
            run.move(Blocked(NO_SERVER), "debit_notice.waits")
            return
        tries = self._store.jobs.tries(run.job.id)
        if any(one.is_doubtful for one in tries):  # the process died while it sent
            run.move(Canceled(MAYBE_SENT), "debit_notice.canceled", code=MAYBE_SENT.code)
            return
        if not tries or tries[-1].outcome is not TryOutcome.DONE:  # else the process died right after it was sent
            mailer, message = self._mailer, self._write(run.job, notice, debit)
            run.attempt(f"{run.job.id}-{len(tries)}", lambda: mailer.send(message), lambda: None)
        now = self._clock.now()
        facts = {"reason": notice.reason.value, "tell_by": notice.tell_by.isoformat(), "customer": debit.customer_id}
        with run.moving(Done(), "debit_notice.mailed", **facts):
            self._store.schedules.keep_told_once(debit.id, TOLD_BY, now)

    def _write(self, job: Job, notice: CustomerNotice, debit: Debit) -> EmailMessage:
        """The mail. Its Message-ID is the job's. Raises InputError where the customer has no address by now."""
        owner = require_found(self._store.customers.get(debit.customer_id), "customer")
        address = read_address(owner.email)
        if not address:
            raise InputError(
                "The customer has no e-mail address that mail can be sent to.",
                meaning="Nothing was sent.",
                action="Tell them in another way, then say so.",
                code="no_address",
            )
        schedule = require_found(self._store.schedules.get(debit.id), "schedule")
        business, language = self._settings.business_name, self._language(debit)
        words = write_mail(self._describe(notice, debit, schedule, owner.name, language), language)
        sender = self._settings.mail.sender if self._settings.mail else ""
        message = EmailMessage()
        message["Subject"] = words.subject
        message["From"] = Address(business, addr_spec=sender)
        message["To"] = address
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{job.id}@{sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message.set_content(words.text)
        return message

    def _describe(
        self, notice: CustomerNotice, debit: Debit, schedule: Schedule, name: str, language: Language
    ) -> ToldDebit:
        account = require_found(self._store.accounts.get(debit.bank_account_id), "account")
        return ToldDebit(
            business=self._settings.business_name,
            name=name,
            amount_cents=debit.amount_cents,
            currency=debit.currency,
            account=f"{account.institution_name} {account.name}" + (f" ••{account.mask}" if account.mask else ""),
            collect_on=schedule.collect_on,
            reference=debit.invoice_reference,
            reason=notice.reason,
            was_cents=notice.was_cents,
            how=say_how_to_revoke(self._settings.contact, WORDS[language]),
        )

    def _language(self, debit: Debit) -> Language:
        """The language in which the customer gave the authorization."""
        newest = next(iter(self._store.mandates.list(debit.bank_account_id)), None)
        said = str(newest.evidence.get("language") or "") if newest else ""
        return Language(said) if said in set(Language) else Language.ENGLISH


def is_left(mail: Job | None) -> bool:
    """Whether a mail told nobody, so that a person has to."""
    return mail is not None and mail.state is JobState.CANCELED and mail.problem is not None


class DebitNotices:
    """Orders the mails, by themselves or on a person's word, and says how each stands."""

    def __init__(self, store: Store, clock: Clock, settings: Settings, jobs: Jobs) -> None:
        self._store, self._clock, self._settings, self._jobs = store, clock, settings, jobs

    @property
    def is_on(self) -> bool:
        """Whether a mail server is set."""
        return self._settings.mail is not None

    def status(self, actor: Actor, debit_id: str) -> Job | None:
        """The newest mail about a debit; None where there is none yet."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.jobs.find(KIND, debit_id)

    def send_due(self) -> int:
        """Order a mail for each notice that is due in three days and has none; called again and again.

        There is one a debit, whatever became of it: after a failure a person works the list. Returns how many.
        """
        if not self.is_on:
            return 0
        today = self._clock.now().astimezone(self._settings.timezone).date()
        found = [id for id, email in self._store.schedules.to_mail(today + AHEAD) if read_address(email)]
        jobs = []
        for id in found:
            with self._store.transaction():
                if self._store.jobs.find(KIND, id) is None:
                    jobs.append(self._jobs.order(KIND, id, Actor.system(), step="send", action="debit_notice.ordered"))
        for job in jobs:
            if job is not None:
                self._jobs.start(job.id)
        return len(jobs)

    def send(self, actor: Actor, debit_id: str) -> None:
        """Mail it now, also where one may have been sent: this is the word to send another one.

        Raises InputError where the customer was told, or a mail is on its way; Refused where no server is set.
        """
        self._require(actor)
        if not self.is_on:
            raise Refused(NO_SERVER.what, meaning="Nothing was sent.", action=NO_SERVER.action, code="no_mail_server")
        with self._store.transaction():
            notice = require_found(self._store.schedules.notice(debit_id), "notice")
            job = None
            if notice.told_at is None:
                job = self._jobs.order(KIND, debit_id, actor, step="send", action="debit_notice.ordered")
            if job is None:
                raise InputError(
                    "This customer was told, or a mail is on its way to them.",
                    meaning="Nothing was done now.",
                    action="Reload the page.",
                    code="already_decided",
                )
        self._jobs.start(job.id)

    def _require(self, actor: Actor) -> None:
        """Who may debit is a setting, so it is asked here and not taken from the actor."""
        require(with_debits(actor, self._settings.debit_rules.roles), Permission.CREATE_DEBIT)
