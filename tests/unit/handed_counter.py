"""A counter whose operator hands the device to a customer."""

from __future__ import annotations

import pytest

from dashboard.domain.models import Role
from dashboard.linking.handover import Handover
from dashboard.linking.hosted import HostedLinks
from dashboard.messages.customer_screens import Language
from dashboard.staff.sign_in import SignIn, read_rules
from dashboard.store.staff import StaffTable
from tests.machine import CHEAP
from tests.unit.desk_fixture import DeskFixture

PIN, DEVICE = "480215", "d" * 64
FACTS = {"ip_address": "203.0.113.9", "user_agent": "Mozilla/5.0 (Tablet)", "screen": "820x1180@2"}


class Counter:
    """A desk at whose counter there is one tablet."""

    def __init__(self, given: DeskFixture) -> None:
        self.fixture = given
        people = StaffTable(given.store.database, CHEAP)
        rules = read_rules({Role.OPS: "ben@example.com", Role.FINANCE: "fay@example.com"})
        pins = self.pins = SignIn(people, given.store.trail, given.clock, rules)
        self.hosted = HostedLinks(given.store, given.plaid, given.desk, given.clock)
        self.handover = Handover(given.store, given.desk, self.hosted, pins, given.clock)
        self.actor = self.handover.bind(given.actor, DEVICE)

    def lock(self, language: Language = Language.ENGLISH) -> None:
        self.handover.lock(self.actor, self.fixture.customer.id, PIN, language)


@pytest.fixture
def counter(given: DeskFixture) -> Counter:
    return Counter(given)
