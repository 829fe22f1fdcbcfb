"""Evidence for a bank: of a debit or of a month's returns, in one file that is the same when it is made again.

A pack speaks of a recorded moment. When it is asked for, the facts are read from the rows. Where they are those of a
pack that was made before, that pack is given again, byte for byte, with its own moment and its own end of the audit
trail; where they are others, a new moment is recorded and a new pack made beside the older ones, which stay. A pack is
kept whole, sealed: in two years another version of Typst may set the same facts in another file.
"""

from __future__ import annotations

import hashlib
import json
from datetime import date

from dashboard.domain.books import read_month
from dashboard.domain.clock import Clock
from dashboard.domain.errors import InputError, Refused
from dashboard.domain.evidence import BankRequest, Facts, Pack, answer_day
from dashboard.domain.formatting import count, month_of
from dashboard.domain.ids import new_id
from dashboard.domain.lookups import require_found
from dashboard.domain.models import Actor
from dashboard.evidence.facts import PaymentFacts
from dashboard.evidence.pack import digest_facts, write_pack
from dashboard.settings import Settings
from dashboard.staff.access import Permission, require
from dashboard.store import Store

MOST_PAYMENTS = 1_000  # of one month's pack; a bank asks about returns because there are many, not thousands a month


class Evidence:
    """Makes packs, and keeps what banks ask for."""

    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store, self._clock, self._settings = store, clock, settings
        self._facts = PaymentFacts(store, clock, settings.timezone)

    def missing(self, actor: Actor, payment_id: str) -> list[str]:
        """What a pack of this payment would say was never recorded, before anybody asks. Raises InputError."""
        require(actor, Permission.VIEW_PAYMENTS)
        return list(self._facts.read(payment_id)["never_recorded"])

    def packs(self, actor: Actor, subject: str) -> list[Pack]:
        """The packs that were made of a payment or of a month, newest first."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.evidence.of(subject)

    def make(self, actor: Actor, payment_id: str) -> Pack:
        """The pack of a debit as the rows are now; where nothing has changed, the same. Raises InputError, Refused."""
        require(actor, Permission.MAKE_EVIDENCE)
        one = self._facts.read(payment_id)
        return self._make(actor, {**self._head("Evidence of a debit", one["id"], one["id"]), "payments": [one]})

    def make_month(self, actor: Actor, month: str) -> Pack:
        """The pack of what banks took back in a month of the business, `2026-11`. Raises InputError, Refused."""
        require(actor, Permission.MAKE_EVIDENCE)
        chosen = read_month(month, self._settings.timezone)
        ids = self._store.evidence.returned(chosen.begins_at, chosen.ends_at)
        if not ids or len(ids) > MOST_PAYMENTS:
            raise InputError(
                f"{month_of(chosen.first)} has {count(len(ids), 'return')}.",
                meaning="No pack was made.",
                action="Choose a month with returns." if not ids else "Make a pack of each debit that the bank names.",
                code="evidence_month",
            )
        head = self._head("Evidence of a month's returns", month_of(chosen.first), chosen.name)
        return self._make(actor, {**head, "payments": [self._facts.read(id) for id in ids]})

    def file(self, actor: Actor, pack_id: str) -> bytes:
        """A pack, byte for byte as it was made; that it left the desk is in the trail. Raises InputError, Refused."""
        require(actor, Permission.MAKE_EVIDENCE)
        pack = require_found(self._store.evidence.get(pack_id), "evidence pack")
        content = self._store.evidence.content(pack.id)
        if hashlib.sha256(content).hexdigest() != pack.sha256:
            raise Refused(
                "The kept evidence pack is not the one that was made.",
                meaning="Its digest differs from the recorded one: somebody has changed the database.",
                action="Tell an administrator; verify the audit trail.",
                code="evidence_changed",
            )
        self._store.trail.append(actor, "evidence.given", pack.subject, self._clock.now(), sha256=pack.sha256)
        return content

    # What a bank asks for.

    def request(self, actor: Actor, case_id: str) -> BankRequest | None:
        """The bank's request that is recorded on a case."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.evidence.request(case_id)

    def requests(self, actor: Actor) -> list[BankRequest]:
        """The requests that nobody has answered, the soonest due first."""
        require(actor, Permission.VIEW_PAYMENTS)
        return self._store.evidence.open_requests()

    def record_request(self, actor: Actor, case_id: str, asked_on: date) -> BankRequest:
        """Keep that the bank has asked in writing: the proof is due within 10 banking days. Raises InputError."""
        require(actor, Permission.WORK_CASES)
        case, now = require_found(self._store.cases.get(case_id), "case"), self._clock.now()
        today = now.astimezone(self._settings.timezone).date()
        if not case.happened_at.astimezone(self._settings.timezone).date() <= asked_on <= today:
            raise InputError(
                "The bank cannot have asked on that day.",
                meaning="Nothing was recorded.",
                action="Type the day of the bank's letter: after the return, and not after today.",
                code="invalid_day",
            )
        request = BankRequest(case.id, asked_on, answer_day(asked_on), actor.name, now)
        with self._store.transaction():
            if self._store.evidence.add_request(request):
                said = f"The bank asks for proof; due {request.due_on.isoformat()}"
                self._store.cases.note(case.id, now, actor.name, said)
                facts = {"asked_on": asked_on.isoformat(), "due_on": request.due_on.isoformat()}
                self._store.trail.append(actor, "evidence.requested", case.id, now, **facts)
        return require_found(self._store.evidence.request(case.id), "request")

    def answer_request(self, actor: Actor, case_id: str) -> None:
        """Keep that the bank was answered. Raises InputError where there is nothing to answer."""
        require(actor, Permission.WORK_CASES)
        now = self._clock.now()
        with self._store.transaction():
            if not self._store.evidence.answer(case_id, actor.name, now):
                raise InputError("This was answered already.", action="Reload the page.", code="already_decided")
            self._store.cases.note(case_id, now, actor.name, "The bank was answered")
            self._store.trail.append(actor, "evidence.answered", case_id, now)

    def _head(self, title: str, label: str, subject: str) -> dict[str, object]:
        return {
            "title": title,
            "label": label,
            "subject": subject,
            "business": self._settings.business_name,
            "zone": str(self._settings.timezone),
        }

    def _make(self, actor: Actor, facts: Facts) -> Pack:
        """The pack of these facts, made where there is none yet; each asking is a row of the trail."""
        digest, subject = digest_facts(facts), str(facts["subject"])
        now = self._clock.now().replace(microsecond=0)
        with self._store.transaction():  # two at one instant: the second finds the first one's pack
            known = self._store.evidence.find(subject, digest)
            if known is not None:
                self._store.trail.append(actor, "evidence.made_again", subject, now, sha256=known.sha256)
                return known
            end = self._store.trail.end()
            content = write_pack(facts, now, end, self._settings_digest())
            sha256 = hashlib.sha256(content).hexdigest()
            pack = Pack(new_id("evidence"), subject, now, actor.name, sha256, len(content))
            self._store.evidence.add(pack, digest, end, content)
            self._store.trail.append(
                actor, "evidence.made", subject, now, sha256=sha256, payments=len(facts["payments"])
            )
        return pack

    def _settings_digest(self) -> str:
        """Of the limits and approval rules in force, by which a later reader sees whether they were others."""
        return hashlib.sha256(json.dumps(self._store.limits.in_force(), sort_keys=True).encode()).hexdigest()
