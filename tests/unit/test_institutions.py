from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dashboard.domain.errors import InputError, ProviderUnreachable
from dashboard.domain.models import Institution
from dashboard.linking.institutions import Institutions
from tests.unit.desk_fixture import DeskFixture
from tests.unit.fakes import lost


@pytest.fixture
def banks(given: DeskFixture) -> Institutions:
    return Institutions(given.store, given.plaid, given.clock)


def test_a_list_that_was_never_read_has_no_age(given: DeskFixture, banks: Institutions) -> None:
    assert (banks.list(given.actor).institutions, banks.list(given.actor).read_at) == ((), None)


def test_a_list_is_kept_with_its_age(given: DeskFixture, banks: Institutions) -> None:
    full = Institution("ins_2", "Bank", ("auth", "identity"), True, "bG9nbw==", "https://b.example", "#112233", "021")
    given.plaid.banks = [full, Institution("ins_1", "Another", ("auth",)), full]
    read_at = given.clock.now()
    banks.refresh(given.actor)
    given.clock.move(timedelta(days=2))
    kept = banks.list(given.actor)
    assert kept.read_at == read_at
    assert [bank.id for bank in kept.institutions] == ["ins_2", "ins_1"]
    assert kept.institutions[0] == full


def test_a_page_that_fails_leaves_the_old_list(given: DeskFixture, banks: Institutions) -> None:
    banks.refresh(given.actor)
    given.plaid.before["institutions"] = [lost()]
    with pytest.raises(ProviderUnreachable):
        banks.refresh(given.actor)
    assert len(banks.list(given.actor).institutions) == 1


def test_the_classic_handlers_banks_are_those_with_auth(given: DeskFixture, banks: Institutions) -> None:
    handed = [
        {"name": "Chase", "type": "chase", "auth": True, "connect": True},
        {"name": "Citi", "type": "citi"},
        {"name": "American Express", "type": "amex", "auth": False, "connect": True},
    ]
    chase, citi = banks.keep(given.actor, handed).institutions
    assert (chase.id, chase.hint, chase.products) == ("chase", "chase", ("auth", "connect"))
    assert (citi.id, citi.products) == ("citi", ("auth",))


@pytest.mark.parametrize(
    "handed", ["chase", [1], [{}], [{"type": "x", "name": 1}], {"a": 1}, [{"type": "", "name": "x"}]]
)
def test_a_list_that_no_handler_gives_is_refused(given: DeskFixture, banks: Institutions, handed: Any) -> None:
    with pytest.raises(InputError):
        banks.keep(given.actor, handed)
