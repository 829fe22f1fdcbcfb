"""Backups that are made by themselves, as `serve` keeps them: at their time, pruned, and never given up."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import NoReturn

from dashboard.domain.errors import StoreError
from dashboard.domain.models import Actor
from dashboard.jobs.leading import wait_for
from dashboard.operations.backup import Backups
from dashboard.settings import BackupPlan
from dashboard.staff.access import Permission, require

AFTER_FAILURE = timedelta(minutes=10)  # a full disk is seldom empty a minute later
LONGEST_SLEEP = timedelta(minutes=5)  # so that a machine that slept, or whose clock was set, is not late by much


def keep_up(
    actor: Actor,
    backups: Backups,
    plan: BackupPlan,
    *,
    say: Callable[[str], None],
    sleep: Callable[[float], None] = time.sleep,
    leads: Callable[[], bool] = lambda: True,
) -> NoReturn:
    """Make a backup whenever the newest is old enough, and prune; what fails is said, and tried again.

    What is there in the folder decides, so a restart makes none too many and a removed one is made anew.
    Nothing is done while another process of the desk makes them (not `leads`).
    """
    require(actor, Permission.ADMIN)
    while True:
        wait_for(leads, sleep)
        due = backups.until_due(plan.every)
        if not due:
            due = _make(actor, backups, plan, say)
        sleep(min(due, LONGEST_SLEEP).total_seconds())


def _make(actor: Actor, backups: Backups, plan: BackupPlan, say: Callable[[str], None]) -> timedelta:
    try:
        say(f"Backup made: {backups.make(actor, sealed=plan.sealed)}")
        for gone in backups.prune(keep=plan.keep, days=plan.days):
            say(f"Backup removed: {gone}")
    except StoreError as error:
        say(error.sentences())
        return AFTER_FAILURE
    return plan.every
