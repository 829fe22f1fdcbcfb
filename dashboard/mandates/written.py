"""An authorization that a customer signed on paper, recorded at Stripe for their account: a durable job of one step.

Stripe is told `offline`: the customer accepted outside of a browser. The paper is the proof; the desk keeps its words,
the day, and where it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError, ProviderBroken, ProviderRejected, Refused
from dashboard.domain.ids import new_id
from dashboard.domain.jobs import Job, JobState
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor, Customer
from dashboard.domain.old_accounts import OldAccount, OldState, WrittenMandate, WrittenState
from dashboard.domain.tags import WRITTEN_TAG
from dashboard.gateways.payment_provider import PaymentProvider
from dashboard.jobs import Jobs, Run
from dashboard.jobs.kinds import BaseKind, Done, Next, Step
from dashboard.mandates import check_reason
from dashboard.mandates.old_accounts import YEAR
from dashboard.mandates.wording import OFFLINE, AuthorizationText, write_setup_intent, write_text
from dashboard.messages.customer_screens import Language
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store

KIND = "written_mandate"
OLDEST = timedelta(days=366)  # since a paper was signed; who signed before that may have moved on, and is asked again


class WrittenMandateKind(BaseKind):
    """`authorize` makes one mandate. The subject is the paper's row."""

    name = KIND

    def __init__(self, store: Store, stripe: PaymentProvider, clock: Clock, settings: Settings) -> None:
        self._store, self._stripe, self._clock, self._zone = store, stripe, clock, settings.timezone

    @property
    def steps(self) -> Mapping[str, Step]:
        """One step."""
        return {"authorize": self._authorize}

    @property
    def moves(self) -> Mapping[str, frozenset[str]]:
        """It ends."""
        return {"authorize": frozenset({JobState.DONE, JobState.FAILED})}

    def title(self, job: Job) -> str:
        """Whose it is."""
        written = self._store.old_accounts.get_written(job.subject)
        customer = self._store.customers.get(written.customer_id) if written else None
        return f"Written authorization of {customer.name if customer else 'a customer'}"

    def on_move(self, job: Job, next: Next) -> None:
        """Keep the row's own state true to its job."""
        if job.state is JobState.DONE:
            self._store.old_accounts.end_written(job.subject, WrittenState.ACTIVE)
        elif job.state is JobState.FAILED:
            self._store.old_accounts.end_written(job.subject, WrittenState.REFUSED)

    def _authorize(self, run: Run) -> None:
        written = require_found(self._store.old_accounts.get_written(run.job.subject), "written authorization")
        account = require_found(self._store.old_accounts.get(written.account_id, self._clock.now() - YEAR), "account")
        if account.state is OldState.GONE:
            raise Refused("This account is gone at Stripe.", action="Link the bank with the customer.", code="gone")
        kept = self._store.jobs.call(run.job.id, run.job.step)
        body = kept.body if kept else self._write_body(account, written)
        intent = run.once(
            body,
            lambda body, key: self._stripe.create_setup_intent(body, key=key),
            lambda: self._find(account, written),
            self._stripe.time,
        )
        mandate_id, status = intent.get("mandate"), intent.get("status")
        if status != "succeeded":
            raise ProviderRejected(
                f"Stripe did not record the authorization (the SetupIntent is {status}).",
                provider="stripe",
                code="setup_intent_mandate_invalid",
            )
        if not isinstance(mandate_id, str) or not mandate_id:
            raise ProviderBroken(
                "Stripe's SetupIntent names no mandate.", maybe_done=False, provider="stripe", code="broken_reply"
            )
        said = str(self._stripe.read_mandate(mandate_id).get("status") or "unknown")
        facts = {"customer": written.customer_id, "account": account.id, "mandate": mandate_id}
        with run.moving(Done(), "written_mandate.recorded", **facts):
            self._store.old_accounts.keep_mandate(written, str(intent["id"]), mandate_id, said)

    def _write_body(self, account: OldAccount, written: WrittenMandate) -> dict[str, Any]:
        noon = datetime.combine(written.signed_on, time(12), self._zone)
        return write_setup_intent(
            stripe_customer_id=account.stripe_customer_id,
            bank_account_id=account.id,
            accepted_at=min(noon, written.recorded_at),
            evidence={"accepted": OFFLINE},
            metadata={WRITTEN_TAG: written.id},
        )

    def _find(self, account: OldAccount, written: WrittenMandate) -> dict[str, Any] | None:
        for intent in self._stripe.find_setup_intents(account.stripe_customer_id, account.id):
            metadata = intent.get("metadata")
            if isinstance(metadata, dict) and metadata.get(WRITTEN_TAG) == written.id:
                return intent
        return None


class WrittenMandates:
    """Forms to sign, and what was signed."""

    def __init__(self, store: Store, clock: Clock, settings: Settings, jobs: Jobs) -> None:
        self._store, self._clock, self._settings, self._jobs = store, clock, settings, jobs

    def form(self, actor: Actor, account_id: str, language: Language) -> str:
        """What the customer signs, as plain text to be printed. Raises InputError, Refused."""
        require(actor, Permission.LINK_BANK)
        account, customer = self._open(account_id)
        text = self._write(customer, language)
        where = f"{account.bank or 'Bank'}, account ending in {account.last4 or '____'}"
        lines = [
            self._settings.business_name,
            "",
            text.text,
            "",
            where,
            "",
            f"{customer.name}",
            "",
            "Date ____________________    Signature ______________________________",
            "",
            f"Version {text.version}, {text.language}. One copy is the customer's.",
        ]
        return "\n".join(lines) + "\n"

    def of_account(self, actor: Actor, account_id: str) -> list[WrittenMandate]:
        """What was written down for an account, newest first."""
        require(actor, Permission.VIEW_ACCOUNTS)
        return self._store.old_accounts.list_written(account_id)

    def record(
        self,
        actor: Actor,
        account_id: str,
        *,
        signed_on: date,
        kept_where: str,
        language: Language,
        is_word_for_word: bool,
    ) -> WrittenMandate:
        """Write down that the customer has signed these words, and have Stripe record the mandate.

        Raises InputError for a day that cannot be or a paper that is nowhere, Refused where none is needed.
        """
        require(actor, Permission.LINK_BANK)
        account, customer = self._open(account_id)
        kept = check_reason(kept_where, "A written authorization", "Say where the signed paper is kept.")
        now, zone = self._clock.now(), self._settings.timezone
        today = now.astimezone(zone).date()
        if not today - OLDEST <= signed_on <= today:
            raise InputError(
                "The day of the signature is not within the last year.",
                action="Type the day that stands on the paper; after a year have a new one signed.",
                code="invalid_day",
            )
        if not is_word_for_word:
            raise InputError(
                "The signed paper has other words.",
                meaning="Nothing was recorded: the proof is what the customer has read and signed.",
                action="Have the form on this page signed.",
                code="other_words",
            )
        text = self._write(customer, language)
        written = WrittenMandate(
            id=new_id("written"),
            account_id=account.id,
            customer_id=customer.id,
            text=text.text,
            text_version=text.version,
            language=text.language,
            business_name=self._settings.business_name,
            signed_on=signed_on,
            kept_where=kept,
            recorded_by=actor.name,
            recorded_from=actor.address,
            recorded_at=now,
        )
        with self._store.transaction():
            self._open(account_id)  # two at one instant: what the first has recorded is needed no more
            if any(one.state is WrittenState.ORDERED for one in self._store.old_accounts.list_written(account.id)):
                raise Refused("One is on its way already.", action="Reload the page.", code="on_its_way")
            self._store.old_accounts.add_written(written)
            facts = {"customer": customer.id, "account": account.id, "version": text.version, "language": text.language}
            job = self._jobs.order(
                KIND,
                written.id,
                actor,
                step="authorize",
                action="written_mandate.ordered",
                signed_on=signed_on.isoformat(),
                **facts,
            )
        if job is not None:
            self._jobs.start(job.id)
        return self._store.old_accounts.get_written(written.id) or written

    def _open(self, account_id: str) -> tuple[OldAccount, Customer]:
        found = self._store.old_accounts.get(account_id, self._clock.now() - YEAR)
        account = require_found(found, "account")
        if account.state not in {OldState.NEEDS, OldState.ASIDE}:
            raise Refused(
                "This account needs no authorization.",
                meaning=f"It is listed as: {account.state.word}.",
                action="Reload the page.",
                code="not_needed",
            )
        customer = self._store.customers.get(account.customer_id) if account.customer_id else None
        if customer is None:
            raise Refused(
                "The account's customer is not on the desk yet.",
                action="Add the customer on this page first.",
                code="no_customer",
            )
        return account, customer

    def _write(self, customer: Customer, language: Language) -> AuthorizationText:
        return write_text(customer, self._settings.business_name, self._settings.contact, language)
