"""Two people, or two tabs, press one button at one instant, each at a process of their own: it takes effect once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import DeskError
from dashboard.settings import Settings
from dashboard.staff.access import Permission
from dashboard.store import Store
from dashboard.store.audit_trail import TrailFilter
from dashboard.store.encryption.vault import Vault
from tests.unit import batch_scenes
from tests.unit.desk_fixture import DeskFixture
from tests.unit.presses import ADA, EVERYTHING, OTHER, PRESSES, SETTINGS, Press, Scene, asked, beside, file
from tests.unit.test_every_action import ACTIONS

# Permissions whose actions move money or decide something; a new action that asks for one of them is pressed by two
# at once (`presses.py`), or says here why that means nothing.
DECIDING = frozenset(
    {
        Permission.CREATE_DEBIT,
        Permission.REFUND_PAYMENT,
        Permission.WORK_CASES,
        Permission.WRITE_OFF,
        Permission.APPROVE_MONEY,
        Permission.VIEW_BALANCE,
        Permission.REMOVE_BANK,
        Permission.REVOKE_MANDATE,
        Permission.ERASE_CUSTOMER,
        Permission.EDIT_CUSTOMERS,
        Permission.LINK_BANK,
        Permission.CLOSE_MONTH,
        Permission.MATCH_PAYOUTS,
        Permission.ADMIN,
    }
)
READS = "it changes nothing"
LAST = "what was said last stands, and each is in the trail"
ASKS = "each asks a provider, which changes nothing there"
ONE_JOB = "it wakes the one job that is there"
TESTED = "the tests of linking press it twice, and from two processes"
NOT_PRESSED: dict[str, str] = {
    **dict.fromkeys(
        (
            *("Debits.expected_dates", "Debits.check_size", "Debits.preview", "Schedules.plan", "Merging.plan"),
            *("PresentingAgain.preview", "PresentingAgain.cover", "Customers.check", "CustomerImport.check"),
            *(
                "BatchCover.plan",
                "BatchCover.report",
                "BatchCover.of_accounts",
                "BankData.last_balance",
                "SharedAccounts.unseen",
            ),
            *("Linking.is_deleted_at_stripe", "Linking.opening", "Linking.listing_config", "Linking.same_email"),
            *("Linking.mandate_text", "Handover.typed_pin_at", "Handover.held", "Institutions.list"),
            *("HostedLinks.show", "WrittenMandates.form", "Erasures.plan", "Erasures.proofs", "Erasures.open_proof"),
            *("Duplicates.find", "Notices.test"),
        ),
        READS,
    ),
    **dict.fromkeys(
        (
            *(
                "Cases.assign",
                "Cases.note",
                "Cases.wait",
                "Customers.edit",
                "Customers.add_note",
                "Batches.check_again",
            ),
            *("Journal.name_accounts", "SharedAccounts.accept", "Attention.set_aside", "OldAccounts.put_aside"),
            *("OldAccounts.take_back", "Institutions.keep", "Handover.lock", "Handover.free"),
        ),
        LAST,
    ),
    **dict.fromkeys(
        (
            *("Debits.balance", "Debits.check_funds", "PresentingAgain.check_funds", "OldAccounts.ask_stripe"),
            *("Institutions.refresh",),
        ),
        ASKS,
    ),
    **dict.fromkeys(
        ("Removals.try_again", "Erasures.try_again", "Customers.update_stripe_again", "OpenJobs.retry"), ONE_JOB
    ),
    **dict.fromkeys(
        (
            *("Linking.open", "Linking.relink", "Linking.choose", "Linking.answer_duplicate", "Linking.adopt"),
            *("Linking.resume", "Linking.renew", "Linking.accept", "HostedLinks.open", "HostedLinks.relink"),
            "CopyMails.send",
        ),
        TESTED,
    ),
    "CustomerImport.add_all": "each line is `Customers.add`, whose reference is there once",
    "PlaidTokens.rotate": "each is a change of its own; a connection has one open job",
    "Backups.make": "each is a file of its own",
    "restore": "the desk is stopped for it",
    "rotate": "the desk is stopped for it",
    "keep_up": "one process leads",
    "Retention.run": "what is gone is gone",
}


@pytest.fixture
def two(
    store: Store, clock: FixedClock, vault: Vault, make_settings: Callable[..., Settings]
) -> Iterator[tuple[DeskFixture, DeskFixture]]:
    """Two processes over one file."""
    given = DeskFixture(store, clock, vault, make_settings(**SETTINGS))
    other = beside(given)
    yield given, other
    other.store.close()


def at_once(*acts: Callable[[], object]) -> list[BaseException]:
    """What went wrong where all of these begin at one instant, each in a thread of its own."""
    barrier, failed = threading.Barrier(len(acts)), list[BaseException]()

    def run(act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            act()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return failed


def effects(desk: DeskFixture, *actions: str) -> int:
    return sum(len(desk.store.trail.search(TrailFilter(action=one))) for one in actions)


def moved(desk: DeskFixture) -> int:
    """Movements of money at Stripe."""
    return len(desk.stripe.debited) + len(desk.stripe.refunds)


@pytest.mark.parametrize("press", PRESSES, ids=lambda one: f"{one.name}-{one.scene.__name__}")
def test_a_button_that_two_press_at_once_takes_effect_once(two: tuple[DeskFixture, DeskFixture], press: Press) -> None:
    one, other = two
    act = press.scene(one)
    before = effects(one, press.effect)
    first, second = press.people
    failed = at_once(lambda: act(one, first), lambda: act(other, second))
    assert [type(error) for error in failed if not isinstance(error, DeskError)] == []
    assert effects(one, press.effect) - before == press.rows, [str(error) for error in failed]
    assert len(failed) == (0 if press.both else 1), [str(error) for error in failed]
    for _ in range(3):
        one.later()
    assert moved(one) == press.moved and effects(one, press.effect) - before == press.rows
    assert one.store.trail.verify() == []


def approve_or_decline(given: DeskFixture) -> tuple[Scene, ...]:
    id, digest = asked(given)
    return (
        lambda _: lambda desk, actor: desk.approvals.approve(actor, id, digest),
        lambda _: lambda desk, actor: desk.approvals.decline(actor, id, "Not now"),
    )


def approve_or_cancel(given: DeskFixture) -> tuple[Scene, ...]:
    id, digest = asked(given)
    debit = given.approvals.question(OTHER, id).approval.subject
    return (
        lambda _: lambda desk, actor: desk.approvals.approve(actor, id, digest),
        lambda _: lambda desk, actor: desk.debits.cancel(EVERYTHING, debit),
    )


def approve_or_withdraw(given: DeskFixture) -> tuple[Scene, ...]:
    batch = batch_scenes.submitted(given, file(given))
    waiting = given.store.approvals.newest("batch", batch.id)
    assert waiting is not None
    id, digest = waiting.id, given.approvals.question(OTHER, waiting.id).digest
    return (
        lambda _: lambda desk, actor: desk.approvals.approve(actor, id, digest),
        lambda _: lambda desk, actor: desk.batches.withdraw(EVERYTHING, batch.id),
    )


def approve_or_leave_out(given: DeskFixture) -> tuple[Scene, ...]:
    batch = batch_scenes.submitted(given, file(given))
    waiting = given.store.approvals.newest("batch", batch.id)
    assert waiting is not None
    id, digest = waiting.id, given.approvals.question(OTHER, waiting.id).digest
    return (
        lambda _: lambda desk, actor: desk.approvals.approve(actor, id, digest),
        lambda _: lambda desk, actor: desk.approvals.leave_out(actor, id, {3: "They closed it"}),
    )


@pytest.mark.parametrize(
    ("scene", "actions", "most"),
    [
        (approve_or_decline, ("approval.approved", "approval.rejected"), 1),
        (approve_or_cancel, ("approval.approved", "debit.cancel_ordered"), 1),
        (approve_or_withdraw, ("approval.approved", "batch.withdrawn"), 2),
        (approve_or_leave_out, ("approval.approved", "batch.row_left_out"), 2),
    ],
    ids=["approve-decline", "approve-cancel", "approve-withdraw", "approve-leave out"],
)
def test_of_two_answers_at_once_one_holds(
    two: tuple[DeskFixture, DeskFixture],
    scene: Callable[[DeskFixture], tuple[Scene, ...]],
    actions: tuple[str, ...],
    most: int,
) -> None:
    """`most` is how many movements there are where it was approved; else there is none."""
    one, other = two
    first, second = (made(one) for made in scene(one))
    failed = at_once(lambda: first(one, OTHER), lambda: second(other, ADA))
    assert [type(error) for error in failed if not isinstance(error, DeskError)] == []
    assert effects(one, *actions) == 1 and len(failed) == 1
    one.later()
    assert moved(one) == most * effects(one, "approval.approved")


def test_whatever_moves_money_or_decides_is_pressed_by_two_at_once_or_says_why_not() -> None:
    """A new operation belongs into `presses.PRESSES`."""
    wanted = {action.name for action in ACTIONS if action.permission in DECIDING}
    pressed = {one.name for one in PRESSES}
    assert wanted - pressed - NOT_PRESSED.keys() == set()
    assert not pressed & NOT_PRESSED.keys() and not (pressed | NOT_PRESSED.keys()) - {one.name for one in ACTIONS}
