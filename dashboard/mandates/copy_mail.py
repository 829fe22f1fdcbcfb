"""Mailing the customer their copy: a durable job of one step, which never sends a second one without being asked to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from dashboard.domain.models import Actor, Problem
from dashboard.gateways.mail import Mailer
from dashboard.jobs import Jobs, Run
from dashboard.jobs.kinds import Ask, BaseKind, Blocked, Canceled, Done, Failed, Next, Step
from dashboard.mandates import Authorization, Mandates
from dashboard.mandates.copies import copy_of
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store

KIND = "copy_mail"
SEND_AGAIN = "send_again"  # what a person is asked
MAYBE_SENT = Problem(
    "The mail may have been sent: the mail server's answer was lost.",
    "A second one is not sent without somebody's word.",
    "Ask the customer whether it came; if it did not, send it again.",
    "maybe_sent",
)
NO_SERVER = Problem(
    "No mail server is set.",
    "The copy waits.",
    "Set ACH_DESK_SMTP_HOST and the settings beside it, and restart every ach-desk.",
    "no_mail_server",
)


class CopyMailKind(BaseKind):
    """`send` hands one mail over. The subject is the authorization; the address is read when it is sent."""

    name = KIND

    def __init__(
        self, store: Store, mandates: Mandates, mailer: Mailer | None, clock: Clock, settings: Settings
    ) -> None:
        self._store, self._mandates, self._mailer = store, mandates, mailer
        self._clock, self._settings = clock, settings

    @property
    def steps(self) -> Mapping[str, Step]:
        """One step."""
        return {"send": self._send}

    @property
    def moves(self) -> Mapping[str, frozenset[str]]:
        """It ends, or asks whether to send a second one."""
        return {"send": frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELED, JobState.ASKING})}

    def after(self, job: Job, error: DeskError, problem: Problem) -> Next:
        """A lost answer asks a person; a definite no is the end; anything else is waited out."""
        if isinstance(error, ProviderUnreachable) and error.maybe_done:
            return Ask(SEND_AGAIN, MAYBE_SENT)
        return Failed(problem) if isinstance(error, ProviderRejected | InputError | Refused) else Blocked(problem)

    def title(self, job: Job) -> str:
        """Whose copy it is."""
        found = self._mandates.find(job.subject)
        return f"Mail with the authorization's copy to {found.customer.name if found else 'a customer'}"

    def _send(self, run: Run) -> None:
        found = self._mandates.find(run.job.subject)
        if found is None:
            run.move(Canceled(), "copy_mail.canceled")
            return
        if self._mailer is None:
            run.move(Blocked(NO_SERVER), "copy_mail.waits")
            return
        tries = self._store.jobs.tries(run.job.id)
        if sum(one.is_doubtful for one in tries) > run.job.answers:  # also where the process died while it sent
            run.move(Ask(SEND_AGAIN, MAYBE_SENT), "copy_mail.asks")
            return
        if not tries or tries[-1].outcome is not TryOutcome.DONE:  # else the process died right after it was sent
            mailer, message = self._mailer, self._write(found, run.job)
            run.attempt(f"{run.job.id}-{len(tries)}", lambda: mailer.send(message), lambda: None)
        run.move(Done(), "copy_mail.sent", customer=found.customer.id, account=found.account.id)

    def _write(self, found: Authorization, job: Job) -> EmailMessage:
        """The mail. Its Message-ID is the job's, so that a mailbox may know a second one for the same."""
        address, sender = require_address(found), self._settings.mail.sender if self._settings.mail else ""
        copy = copy_of(found, self._settings.timezone, mailed=True)
        message = EmailMessage()
        message["Subject"] = f"{copy.title} · {copy.business}"
        message["From"] = Address(copy.business, addr_spec=sender)
        message["To"] = address
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{job.id}@{sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message.set_content(copy.as_text())
        return message


class CopyMails:
    """Orders the mails, and says how each stands."""

    def __init__(self, store: Store, mandates: Mandates, jobs: Jobs, settings: Settings) -> None:
        self._store, self._mandates, self._jobs, self._settings = store, mandates, jobs, settings

    @property
    def is_on(self) -> bool:
        """Whether a mail server is set."""
        return self._settings.mail is not None

    def status(self, actor: Actor, mandate_id: str) -> Job | None:
        """The newest mail of an authorization."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._store.jobs.find(KIND, mandate_id)

    def send(self, actor: Actor, bank_account_id: str, mandate_id: str) -> None:
        """Mail the copy; where the last one may have been sent, this is the word to send a second one.

        Raises InputError where the customer has no address that mail reaches, Refused where no server is set.
        """
        require(actor, Permission.LINK_BANK)
        self._order(actor, lambda: self._mandates.get(actor, bank_account_id, mandate_id))

    def send_own(self, actor: Actor, bank_account_id: str) -> None:
        """The same for the customer of a device that was handed over, once: a second press sends nothing."""
        require(actor, Permission.OWN_STEP)
        if not self.is_sent_own(actor, bank_account_id):
            self._order(actor, lambda: self._mandates.own(actor, bank_account_id))

    def is_sent_own(self, actor: Actor, bank_account_id: str) -> bool:
        """Whether that customer's copy was ordered already."""
        require(actor, Permission.OWN_STEP)
        found = self._mandates.own(actor, bank_account_id)
        return found is not None and self._store.jobs.find(KIND, found.mandate.id) is not None

    def _order(self, actor: Actor, find: Callable[[], Authorization | None]) -> None:
        found = find()
        if not self.is_on or found is None:
            raise Refused("No mail server is set.", action="Print the copy.", code="no_mail_server")
        require_address(found)
        id, customer = found.mandate.id, found.customer.id
        last = self._store.jobs.find(KIND, id)
        if last is not None and not last.state.is_ended:
            self._jobs.try_again(actor, KIND, id, action="copy_mail.resumed")
            return
        with self._store.transaction():
            job = self._jobs.order(KIND, id, actor, step="send", action="copy_mail.ordered", customer=customer)
        if job is not None:
            self._jobs.start(job.id)


def require_address(found: Authorization) -> str:
    """The customer's address. Raises InputError where there is none that every mail server takes."""
    address = read_address(found.customer.email)
    if not address:
        raise InputError(
            f"{found.customer.name} has no e-mail address that mail can be sent to.",
            meaning="Nothing was sent.",
            action="Correct it on the customer's page, or print the copy.",
            code="no_address",
        )
    return address


def read_address(email: str | None) -> str:
    """An address that every mail server takes; empty where this is none."""
    address = (email or "").strip()
    is_plain = address.isascii() and address.isprintable() and " " not in address
    return address if is_plain and "=?" not in address else ""  # an encoded word (RFC 2047) is read as other letters
