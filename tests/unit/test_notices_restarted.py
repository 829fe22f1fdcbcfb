"""Over 1,000 restarts, deaths and outages each fact is one row, is told in its order, and again only where in doubt."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta

from dashboard.domain.clock import FixedClock
from dashboard.domain.formatting import money
from dashboard.domain.notices import Channel, ChannelState, Fact, Message, NoticeKind
from dashboard.notices.carriers import Letter
from dashboard.notices.sending import GATHERED, LONGEST_DOUBT, Sender
from dashboard.settings import Settings
from dashboard.store import Store
from dashboard.store.encryption.vault import Vault
from dashboard.store.engine.database import Database
from dashboard.store.notices.outbox import OutboxTable
from tests.unit.notice_channels import CarrierDouble, Killed

ROUNDS = 1_000
DOES = ("arrives", "arrives", "down", "refused", "lost", "dies_before", "dies_after")


class MortalOutbox(OutboxTable):
    """An outbox whose process dies just before or just after a chosen commit."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.dies_in = 0  # writes from now; 0 is never

    def _count(self) -> None:
        if self.dies_in:
            self.dies_in -= 1
            if not self.dies_in:
                raise Killed

    def begin(self, message_id: str, notice_ids: object, at: object) -> Message:
        self._count()
        made = super().begin(message_id, notice_ids, at)  # type: ignore[arg-type]  # passed through
        self._count()
        return made

    def sent(self, message_id: str, channel: Channel, at: object) -> None:
        self._count()
        super().sent(message_id, channel, at)  # type: ignore[arg-type]  # passed through
        self._count()

    def failed(self, message_id: str, at: object) -> None:
        self._count()
        super().failed(message_id, at)  # type: ignore[arg-type]  # passed through
        self._count()

    def put_off(self, message_id: str, tries: int, next_at: object) -> None:
        self._count()
        super().put_off(message_id, tries, next_at)  # type: ignore[arg-type]  # passed through
        self._count()

    def set_channel(self, state: ChannelState) -> None:
        self._count()
        super().set_channel(state)
        self._count()


@dataclass
class World:
    """A desk with two channels whose processes come and go."""

    store: Store
    clock: FixedClock
    settings: Settings
    dice: random.Random
    doubts: int = 0
    processes: int = 0
    arrived: list[Letter] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chat = CarrierDouble(Channel.CHAT, arrived=self.arrived)
        self.mail = CarrierDouble(Channel.MAIL, arrived=self.arrived)
        self.mortal = MortalOutbox(self.store.database)
        self.store.outbox = self.mortal
        self.living = [self.start(), self.start()]

    def start(self) -> Sender:
        self.processes += 1
        return Sender(self.store, self.clock, self.settings, [self.chat, self.mail], f"process-{self.processes}")

    def tick(self) -> None:
        """One of two processes takes its turn, and may die in it; another one comes in its place."""
        place = self.dice.randrange(2)
        if self.dice.random() < 0.3:
            self.mortal.dies_in = self.dice.randint(1, 6)
        before = len(self.arrived)
        try:
            told = self.living[place].send_due()
        except Killed:
            told = 0
            self.living[place] = self.start()
        finally:
            self.mortal.dies_in = 0
        self.doubts += len(self.arrived) - before - bool(told)

    def step(self, facts: list[Fact]) -> None:
        """Something happens."""
        what = self.dice.random()
        if what < 0.3:
            self.store.noting.note(self.dice.choice(facts))  # known or not
        elif what < 0.45:
            for one in (self.chat, self.mail):
                one.does = self.dice.choice(DOES)
        elif what < 0.6:
            self.clock.move(self.dice.choice((GATHERED, timedelta(minutes=2), timedelta(minutes=11))))
        else:
            self.tick()

    def heal(self) -> None:
        """Everything works again, for as long as it takes to tell what is left."""
        self.chat.does = self.mail.does = "arrives"
        sender = self.start()
        for _ in range(6):
            self.clock.move(LONGEST_DOUBT)
            sender.send_due()


def amounts(letter: Letter) -> list[str]:
    return [line.text.split(",")[0] for line in letter.lines]


def test_a_thousand_restarts_tell_each_fact(store: Store, clock: FixedClock, vault: Vault, settings: Settings) -> None:
    """It errs on the side of twice: a notice that is missed costs more than one that is read again.

    What comes twice is a message whose answer was lost or whose process died before it was marked, under one id.
    """
    store.database.handle.execute("PRAGMA synchronous=OFF")  # no power fails here, and a thousand rounds write much
    seed = random.randrange(1 << 30)
    world = World(store, clock, settings, random.Random(seed))
    repeated = deaths = 0
    for number in range(ROUNDS):
        facts = [
            Fact(
                NoticeKind.PAYOUT_FAILED,
                f"po_{number}_{place}",
                clock.now(),
                facts={"cents": 10_000 + place, "currency": "usd"},
            )
            for place in range(world.dice.randint(1, 5))
        ]
        for _ in range(20):
            world.step(facts)
        for fact in facts:
            store.noting.note(fact)
        world.heal()
        letters = {one.id: one for one in world.arrived}
        kept = [one.fact for one in store.outbox.newest(len(facts))][::-1]
        assert sorted(one.subject for one in kept) == sorted(one.subject for one in facts), f"seed {seed}"
        assert store.outbox.count_waiting() == 0 and store.outbox.unfinished() is None, f"seed {seed}"
        told = [words for letter in letters.values() for words in amounts(letter)]
        wanted = [f"A payout of {money(int(one.facts['cents']))}" for one in kept]
        assert told == wanted, f"each in one message only, in the order in which they were noted; seed {seed}"
        again = len(world.arrived) - len(letters)
        assert again <= world.doubts, f"seed {seed}"
        repeated, deaths, world.doubts = repeated + again, world.processes, 0
        world.arrived.clear()
    assert repeated > ROUNDS / 20 and deaths > ROUNDS, "it was tried hard enough"
