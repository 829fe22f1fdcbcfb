from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dashboard.errors import InputError, ProviderUnreachable
from dashboard.institutions import Institutions
from dashboard.models import Institution
from tests.unit.fakes import lost
from tests.unit.worlds import World


@pytest.fixture
def banks(world: World) -> Institutions:
    return Institutions(world.store, world.plaid, world.clock)


def test_a_list_that_was_never_read_has_no_age(world: World, banks: Institutions) -> None:
    assert (banks.list(world.actor).institutions, banks.list(world.actor).read_at) == ((), None)


def test_a_list_is_kept_with_its_age(world: World, banks: Institutions) -> None:
    full = Institution("ins_2", "Bank", ("auth", "identity"), True, "bG9nbw==", "https://b.example", "#112233", "021")
    world.plaid.banks = [full, Institution("ins_1", "Another", ("auth",)), full]
    read_at = world.clock.now()
    banks.refresh(world.actor)
    world.clock.move(timedelta(days=2))
    kept = banks.list(world.actor)
    assert kept.read_at == read_at
    assert [bank.id for bank in kept.institutions] == ["ins_2", "ins_1"]
    assert kept.institutions[0] == full


def test_a_page_that_fails_leaves_the_old_list(world: World, banks: Institutions) -> None:
    banks.refresh(world.actor)
    world.plaid.before["institutions"] = [lost()]
    with pytest.raises(ProviderUnreachable):
        banks.refresh(world.actor)
    assert len(banks.list(world.actor).institutions) == 1


def test_the_classic_handlers_banks_are_those_with_auth(world: World, banks: Institutions) -> None:
    handed = [
        {"name": "Chase", "type": "chase", "auth": True, "connect": True},
        {"name": "Citi", "type": "citi"},
        {"name": "American Express", "type": "amex", "auth": False, "connect": True},
    ]
    chase, citi = banks.keep(world.actor, handed).institutions
    assert (chase.id, chase.hint, chase.products) == ("chase", "chase", ("auth", "connect"))
    assert (citi.id, citi.products) == ("citi", ("auth",))


@pytest.mark.parametrize(
    "handed", ["chase", [1], [{}], [{"type": "x", "name": 1}], {"a": 1}, [{"type": "", "name": "x"}]]
)
def test_a_list_that_no_handler_gives_is_refused(world: World, banks: Institutions, handed: Any) -> None:
    with pytest.raises(InputError):
        banks.keep(world.actor, handed)
