"""What is kept how long, and the daily job that lets go of the rest; `docs/retention.md` is made from these rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from dashboard.domain.clock import Clock
from dashboard.domain.evidence import KEPT as PACKS
from dashboard.domain.models import Actor
from dashboard.mandates import KEPT_AFTER_REVOCATION
from dashboard.staff.access import Permission, require
from dashboard.store import Store

EVIDENCE = timedelta(days=90)  # a dispute over how a link came to be is raised within a quarter, or not at all
LINK_TOKENS = timedelta(days=1)  # they have expired by then; nobody can open Link with them
VISITS = timedelta(days=400)  # a year and a month: an audit looks back over the year that has ended
SYNC = timedelta(days=400)
NOTICES_READ = timedelta(days=30)  # as long as a notice is one to be read
INBOX = timedelta(days=400)
BANK = timedelta(days=1)  # what a bank said goes with the connection


@dataclass(frozen=True)
class Rule:
    """One kind of thing: how long it is kept, why, and the name under which the daily job deletes it."""

    what: str
    kept: str
    why: str
    job: str = ""
    age: timedelta | None = None


RULES: tuple[Rule, ...] = (
    Rule(
        "Customers: name, e-mail, reference, notes",
        "until an administrator erases the customer",
        "They are needed for as long as the customer pays. An erasure removes them from every table, the memory"
        " of the running desk, the write-ahead log and Stripe's customer.",
    ),
    Rule(
        "Authorizations (mandates): text, address, browser, operator",
        "while in force, then two years after their revocation",
        "Nacha Operating Rules, record of authorization: two years from its termination or revocation. Of an erased"
        " customer they are kept sealed under ACH_DESK_KEY.",
        "mandates",
        KEPT_AFTER_REVOCATION,
    ),
    Rule(
        "Evidence of link attempts: address, browser, offered accounts, Link's events",
        f"{EVIDENCE.days} days after the attempt has ended",
        "To find out what went wrong while linking. What an authorization needs is kept with the authorization.",
        "evidence",
        EVIDENCE,
    ),
    Rule(
        "Evidence packs for banks (sealed)",
        f"{PACKS.days} days after they were made",
        "A bank may ask for the proof of an authorization for two years after its end, and the same proof is then given"
        " again, byte for byte; also of an erased customer.",
        "packs",
        PACKS,
    ),
    Rule(
        "Link tokens and addresses for customers' phones (sealed)",
        f"{LINK_TOKENS.days} day after they have expired",
        "They are useless by then.",
        "link_tokens",
        LINK_TOKENS,
    ),
    Rule(
        "Access tokens of Plaid (sealed)",
        "until the connection is removed or the customer erased",
        "They are the connection; before one is deleted, Plaid ends it.",
    ),
    Rule(
        "What banks said: balances, holders, transactions (sealed under the customer's key)",
        "until the connection is removed; deleted by the next daily run",
        "It is needed only to debit that account.",
        "bank",
        BANK,
    ),
    Rule(
        "Payments, refunds, disputes, payouts, debits",
        "for good",
        "Bookkeeping; US tax law asks for up to seven years, and a dispute can come for as long as the account"
        " exists. After an erasure they are under a pseudonym, with bank and last digits.",
    ),
    Rule(
        "The audit trail",
        "for good",
        "A chain with a gap proves nothing. Personal facts in it are sealed under a key for each customer, which an"
        " erasure destroys.",
    ),
    Rule(
        "Visits of staff (sign-in, last seen, end)",
        f"{VISITS.days} days after their end",
        "Who was signed in when, for a yearly audit. The sign-ins themselves are in the audit trail.",
        "visits",
        VISITS,
    ),
    Rule(
        "Lines of the inbox: who one was given to, the note, who was done with it",
        f"{INBOX.days} days after the last change",
        "By then what the line was about has ended. An erasure takes the notes.",
        "inbox",
        INBOX,
    ),
    Rule(
        "Which notices a person of staff has read",
        f"{NOTICES_READ.days} days after they read it",
        "An older notice counts as read by everybody, so nothing stays of a person who has left.",
        "notices_read",
        NOTICES_READ,
    ),
    Rule("Reports of syncs", f"{SYNC.days} days", "To compare with the previous year.", "sync", SYNC),
    Rule("Ids of Stripe's events", "a little over 30 days", "Stripe itself deletes them then."),
    Rule("Exports made on the page", "30 minutes", "Long enough to fetch the file."),
    Rule(
        "Backups",
        "as `ACH_DESK_BACKUP_*` and `ach-desk backup --keep --days` say; 30 days and the newest 14",
        "A backup has what was there when it was taken: an erased name is in it until the backup is deleted.",
    ),
    Rule(
        "Files that a restore has replaced (`….before-restore-…`)",
        "until you delete them",
        "They let you undo a wrong restore; the desk never deletes a database by itself.",
    ),
)


class Retention:
    """Runs the job, once a business day."""

    def __init__(self, store: Store, clock: Clock, zone: tzinfo) -> None:
        self._store, self._clock, self._zone = store, clock, zone

    def run(self, actor: Actor) -> dict[str, int]:
        """Delete what is past its retention period; returns rows by kind. With an audit row where there were any."""
        require(actor, Permission.ADMIN)
        return self._run(actor)

    def run_daily(self) -> bool:
        """Run it where it has not run on this business day; says whether it did."""
        last, now = self._store.retention.last_run(), self._clock.now()
        if last is not None and last.astimezone(self._zone).date() >= now.astimezone(self._zone).date():
            return False
        self._run(Actor.system())
        return True

    def last_run(self) -> datetime | None:
        """When it ran last."""
        return self._store.retention.last_run()

    def _run(self, actor: Actor) -> dict[str, int]:
        now = self._clock.now()
        taken = {"mandates": self._forget_mandates(actor, now)}
        for rule in RULES:
            if rule.job and rule.age and rule.job not in taken:
                taken[rule.job] = self._store.retention.sweep(rule.job, now - rule.age)
        with self._store.transaction():
            self._store.retention.note_run(now)
            if any(taken.values()):
                self._store.trail.append(actor, "retention.run", "database", now, rows=taken)
        return taken

    def _forget_mandates(self, actor: Actor, now: datetime) -> int:
        total = 0
        while ids := self._store.retention.ended_mandates(now - KEPT_AFTER_REVOCATION, now):
            with self._store.transaction():
                self._store.retention.forget_mandates(ids)
                self._store.trail.append(actor, "retention.mandates_deleted", "mandates", now, mandates=ids)
            total += len(ids)
        return total


def write_table() -> str:
    """The rules as the table in `docs/retention.md`."""
    rows = ["| what | kept | why |", "|---|---|---|"]
    return "\n".join([*rows, *(f"| {rule.what} | {rule.kept} | {rule.why} |" for rule in RULES)])
