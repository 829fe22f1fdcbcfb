"""Checks of the desk itself: its file, its keys, its disk, its backups, its sync."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from dashboard.doctor.checks import Check, Verdict
from dashboard.domain.formatting import count
from dashboard.domain.models import Mode, Secret
from dashboard.domain.notices import ChannelState
from dashboard.domain.processes import HEARD, DeskProcess, ProcessKind
from dashboard.settings import Settings

DISK_WARNING_BYTES = 2 << 30  # a million payments take about 1.2 GB with their indexes; a backup needs as much again
DISK_FAILED_BYTES = 200 << 20
SYNC_WARNING = timedelta(hours=2)
SYNC_FAILED = timedelta(days=25)  # Stripe keeps events for 30 days; then only a new backfill finds what changed
BACKUP_WARNING = timedelta(days=2)
BACKUP_FAILED = timedelta(days=14)
DISTINCT_BYTES = 20  # of 32 random ones; fewer than 20 different come up once in 10^9 keys
PROCESS_WORDS = {ProcessKind.WEB: "web server", ProcessKind.SYNC: "sync", ProcessKind.BACKUPS: "maker of backups"}


@dataclass(frozen=True)
class Ward:
    """What the store knows that a doctor asks for."""

    path: Path
    integrity: Callable[[], list[str]]
    audit: Callable[[], list[str]]
    secrets_readable: Callable[[], bool]
    last_sync: Callable[[], datetime | None]
    reads_left: Callable[[], tuple[int, int]]
    debits_accepted: Callable[[], int]
    last_backup: Callable[[], datetime | None]
    last_retention: Callable[[], datetime | None]
    proves_by_sign_in: Callable[[], bool | None]
    channels: Callable[[], Sequence[ChannelState]]
    processes: Callable[[], Sequence[DeskProcess]]
    at_stripe: Callable[[], tuple[int, int]] = lambda: (
        0,
        0,
    )  # calls that Stripe ever held, and those that it holds now


class DeskChecks:
    """What is looked at on this machine."""

    def __init__(self, settings: Settings, ward: Ward, now: Callable[[], datetime]) -> None:
        self._settings, self._ward, self._now = settings, ward, now

    def approvals_at_stripe(self, name: str) -> Check:
        """Whether the key is under approval rules of Stripe's own; its API does not say, only what it does shows it."""
        ever, now = self._ward.at_stripe()
        if not ever:
            return Check(
                name,
                Verdict.OK,
                "Stripe has never held a call of this desk. Its approval rules name people and agent-tagged keys, and"
                " the API does not say whether a key is one: see Stripe's Dashboard > Developers > API keys.",
            )
        return Check(
            name,
            Verdict.WARNING if now else Verdict.OK,
            f"The key is under approval rules at Stripe: {count(ever, 'call')} held so far, {now:,} waiting now.",
            "What is held moves no money until somebody approves it at Stripe; it is never sent again from here.",
            "Approve or reject it in Stripe's Dashboard, or use a key that is not an agent's: the desk has approvals of"
            " its own.",
        )

    def disk(self, name: str) -> Check:
        """There is space for the database and a backup of it."""
        free = shutil.disk_usage(self._ward.path.resolve().parent).free
        found = f"{free / (1 << 30):.1f} GB free on the database's disk."
        if free >= DISK_WARNING_BYTES:
            return Check(name, Verdict.OK, found)
        verdict = Verdict.FAILED if free < DISK_FAILED_BYTES else Verdict.WARNING
        return Check(name, verdict, found, "A full disk stops every write.", "Free some space, or move ACH_DESK_DB.")

    def database(self, name: str) -> Check:
        """SQLite's own look at every page and reference."""
        if findings := self._ward.integrity():
            return Check(
                name,
                Verdict.FAILED,
                f"SQLite finds: {findings[0]}",
                "The file is damaged.",
                "Stop the desk and restore the newest backup (`ach-desk restore`).",
            )
        return Check(name, Verdict.OK, f"{self._ward.path} is intact.")

    def audit(self, name: str) -> Check:
        """The chain of audit rows is complete."""
        if findings := self._ward.audit():
            return Check(
                name,
                Verdict.FAILED,
                findings[0],
                "Somebody changed the audit trail outside the desk.",
                "Keep the file, compare it with the backups, and find out who had access.",
            )
        return Check(name, Verdict.OK, "The chain of audit rows is complete.")

    def sign_in(self, name: str) -> Check:
        """The provider says when it asked for a person, so that a fresh sign-in is a proof."""
        if self._settings.open_id is None:
            return Check(name, Verdict.OK, "There is no sign-in: only this machine may use the desk.")
        proves = self._ward.proves_by_sign_in()
        if proves is None:
            return Check(name, Verdict.OK, "Nobody has signed in yet.")
        if proves:
            return Check(name, Verdict.OK, "The provider says when it asked for a person (auth_time).")
        return Check(
            name,
            Verdict.WARNING,
            "The provider does not say when it asked for a person (no auth_time).",
            "A fresh sign-in proves nobody there: only a PIN does, and nobody can set their first one by signing in.",
            "Have the provider send auth_time, or set first PINs with `ach-desk pin ADDRESS`.",
        )

    def keys(self, name: str) -> Check:
        """The keys open what is stored."""
        if not self._ward.secrets_readable():
            return Check(
                name,
                Verdict.FAILED,
                "Stored tokens cannot be read with the keys in ACH_DESK_KEY.",
                "The key that encrypted them is missing; linked banks cannot be used.",
                "Add the old key after the new one, separated by a comma.",
            )
        number = len(self._settings.keys)
        if number > 1:
            return Check(
                name,
                Verdict.WARNING,
                f"Keys that are set: {number}; every stored token can be read.",
                "Old keys are needed only until a rotation is finished.",
                "Run `ach-desk keys rotate`, then remove the old keys.",
            )
        return Check(name, Verdict.OK, "One key, and it decrypts every stored token.")

    def sync(self, name: str) -> Check:
        """The last sync with Stripe."""
        last = self._ward.last_sync()
        if last is None:
            return Check(
                name,
                Verdict.WARNING,
                "No sync has finished yet.",
                "The payments table is empty.",
                "Run `ach-desk sync`.",
            )
        age = self._now() - last
        if age < SYNC_WARNING:
            return Check(name, Verdict.OK, f"Finished {count(round(age.total_seconds() / 60), 'minute')} ago.")
        verdict = Verdict.FAILED if age >= SYNC_FAILED else Verdict.WARNING
        return Check(
            name,
            verdict,
            f"Finished {count(round(age.total_seconds() / 3600), 'hour')} ago.",
            "Statuses on the pages are that old.",
            "Check whether `ach-desk serve` is running, and what its log says.",
        )

    def reads(self, name: str) -> Check:
        """What is left of Stripe's monthly allowance of reads."""
        used, allowed = self._ward.reads_left()
        found = f"{used:,} of {count(allowed, 'read')} used in 30 days."
        if used < allowed * 0.8:
            return Check(name, Verdict.OK, found)
        return Check(
            name,
            Verdict.FAILED if used >= allowed else Verdict.WARNING,
            found,
            "Above the allowance Stripe may slow this account down.",
            "The automatic sync has lengthened its interval; avoid `--full`.",
        )

    def strength(self, name: str) -> Check:
        """The keys were made by chance and not by a person."""
        if any(is_weak(key) for key in self._settings.keys):
            return Check(
                name,
                Verdict.WARNING,
                "A key in ACH_DESK_KEY does not look random.",
                "A key that a person made up can be guessed by anyone with a copy of the file.",
                "Make one with `ach-desk keys init`, put it first, and run `ach-desk keys rotate`.",
            )
        return Check(name, Verdict.OK, f"{len(self._settings.keys)} of 256 bits, random.")

    def environments(self, name: str) -> Check:
        """Plaid's environment and Stripe's mode belong together."""
        env, mode = self._settings.plaid_env, self._settings.mode
        if (env == "production") == (mode is Mode.LIVE):
            return Check(name, Verdict.OK, f"Plaid {env} and Stripe {mode} match; this file belongs only to them.")
        return Check(
            name,
            Verdict.FAILED,
            f"Plaid is {env}, but Stripe's key is for {mode}.",
            "Plaid's tokens of one environment do not work in the other.",
            "Set PLAID_ENV and STRIPE_SECRET_KEY of the same kind.",
        )

    def backup(self, name: str) -> Check:
        """A backup was made lately."""
        last = self._ward.last_backup()
        if last is None:
            if self._settings.mode is Mode.SANDBOX:
                return Check(name, Verdict.OK, "There is none yet; the sandbox does not need one.")
            return Check(
                name,
                Verdict.WARNING,
                "There is none yet.",
                "Losing the disk would lose every linked bank.",
                "Run `ach-desk backup`, or set ACH_DESK_BACKUP_FOLDER for `serve` to make them.",
            )
        age, plan = self._now() - last, self._settings.serving.backups
        found = f"Made {_ago(age)} ago" + (f", into {plan.folder}." if plan else ".")
        if age < (2 * plan.every if plan else BACKUP_WARNING):  # one may fail and be tried again
            return Check(name, Verdict.OK, found)
        return Check(
            name,
            Verdict.FAILED if age >= BACKUP_FAILED else Verdict.WARNING,
            found,
            "Everything linked since then would be lost with the disk.",
            "Run `ach-desk backup`, and find out why no scheduled one was made.",
        )

    def notices(self, name: str) -> Check:
        """What somebody has to hear of goes out."""
        channels = self._ward.channels()
        if not channels:
            return Check(name, Verdict.OK, "No channel is set: notices stay on the page Notices.")
        failing = [one for one in channels if one.failing_since]
        if not failing:
            names = " and ".join(one.channel.value for one in channels)
            return Check(name, Verdict.OK, f"Sent by {names}; nothing has failed.")
        found = " ".join(
            f"{one.channel.value.capitalize()} has failed for {_ago(self._now() - one.failing_since)}: {one.problem}"
            for one in failing
            if one.failing_since
        )
        verdict, meaning = (
            (Verdict.FAILED, "Nobody is told of what happens; it waits and goes out once a channel works again.")
            if len(failing) == len(channels)
            else (Verdict.WARNING, "Notices go by the other channel.")
        )
        action = " ".join(dict.fromkeys(one.action for one in failing))
        return Check(name, verdict, found, meaning, f"{action} Then run `ach-desk notice test`.")

    def contact(self, name: str) -> Check:
        """Authorizations say how they are revoked (Nacha; Regulation E, 12 CFR 1005.10(c))."""
        contact = self._settings.contact
        if any(contact.as_table().values()):
            return Check(name, Verdict.OK, "Authorizations say how to reach the business to revoke them.")
        return Check(
            name,
            Verdict.WARNING,
            "None of ACH_DESK_CONTACT_PHONE, _EMAIL and _ADDRESS is set.",
            "Authorizations do not say how a customer revokes one, as Nacha and Regulation E ask.",
            "Set at least one of them, and restart every ach-desk; earlier authorizations stay as they were shown.",
        )

    def retention(self, name: str) -> Check:
        """The daily job that lets go of what is kept long enough has run."""
        last = self._ward.last_retention()
        if last is not None and self._now() - last < BACKUP_WARNING:
            return Check(name, Verdict.OK, f"Ran {_ago(self._now() - last)} ago.")
        return Check(
            name,
            Verdict.WARNING,
            "It has not run yet." if last is None else f"Ran {_ago(self._now() - last)} ago.",
            "Data is kept longer than docs/retention.md says.",
            "Keep `ach-desk serve` running, or run `ach-desk retention`.",
        )

    def processes(self, name: str) -> Check:
        """Who keeps the desk going, and that of each kind one leads."""
        now = self._now()
        running = [one for one in self._ward.processes() if one.is_heard(now)]
        if not running:
            return Check(name, Verdict.OK, "No process of the desk runs now.")
        said, leaderless = [], []
        for kind in ProcessKind:
            ours = [one for one in running if one.kind is kind]
            seen = ", ".join(
                f"{one.pid} on {one.host}{' leads' if one.leads else ''} (heard {_seconds(now - one.seen_at)} ago)"
                for one in ours
            )
            said += [f"{count(len(ours), PROCESS_WORDS[kind])}: {seen}."] if ours else []
            old_enough = any(now - one.started_at > HEARD for one in ours)
            if ours and old_enough and not any(one.leads for one in ours):
                leaderless.append(PROCESS_WORDS[kind])
        if not leaderless:
            return Check(name, Verdict.OK, " ".join(said))
        return Check(
            name,
            Verdict.WARNING,
            " ".join(said),
            f"No {leaderless[0]} leads: what is done once for the whole desk waits.",
            "Look again in a minute; if it stays, restart `ach-desk serve`, and see its log.",
        )


def is_weak(key: Secret) -> bool:
    """Whether 32 bytes look as if a person had typed them: all printable, or few different ones."""
    raw = base64.urlsafe_b64decode(key.reveal())
    return len(set(raw)) < DISTINCT_BYTES or all(32 <= byte < 127 for byte in raw)


def _ago(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return count(round(hours), "hour") if hours < 48 else count(round(hours / 24), "day")


def _seconds(age: timedelta) -> str:
    return f"{max(0, round(age.total_seconds()))} s"
