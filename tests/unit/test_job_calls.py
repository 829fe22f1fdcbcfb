"""Durable jobs: calls whose effect must come once, whatever is lost, refused, late or restarted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dashboard.domain.clock import FixedClock
from dashboard.domain.errors import (
    ProviderBroken,
    ProviderDenied,
    ProviderError,
    ProviderLimited,
    ProviderRejected,
    ProviderUnreachable,
)
from dashboard.domain.jobs import JobState, JobTry, TryOutcome
from dashboard.jobs.kinds import Blocked, To
from dashboard.jobs.run import Run, outcome_of
from dashboard.store import Store
from tests.unit.letters import Post, stripe_error

# Calls whose effect must come once.


class Provider:
    """Keeps what was sent and what had its effect; `say` has what each call answers, `time` the provider's clock."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock, self.ahead, self.knows_time = clock, timedelta(), True
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.effects: list[str] = []
        self.looks = 0
        self.say: list[ProviderError | None] = []
        self.reaches: list[bool] = []

    def send(self, body: dict[str, Any], key: str) -> str:
        self.sent.append((key, body))
        error = self.say.pop(0) if self.say else None
        if error is None or (self.reaches.pop(0) if self.reaches else False):
            self.effects.append(key)
        if error is not None:
            raise error
        return key

    def find(self) -> str | None:
        self.looks += 1
        return self.effects[0] if self.effects else None

    def time(self) -> Any:
        return self.clock.now() + self.ahead if self.knows_time else None


class Mail(Post):
    """A process whose first step makes one call."""

    def __init__(self, store: Store, clock: FixedClock, provider: Provider, process: str = "here") -> None:
        self.provider, self.body = provider, {"to": "Jenny"}
        super().__init__(store, clock, self.call, process)

    def call(self, run: Run) -> None:
        done = run.once(self.body, self.provider.send, self.provider.find, self.provider.time)
        assert done in self.provider.effects, "the answer, or what was found, and nothing else"
        run.move(To("two"), "letter.written", key=done)


def lost(*, maybe_done: bool = True) -> ProviderError:
    return stripe_error(ProviderUnreachable, "unreachable", maybe_done=maybe_done)


@pytest.fixture
def provider(clock: FixedClock) -> Provider:
    return Provider(clock)


@pytest.fixture
def mail(store: Store, clock: FixedClock, provider: Provider) -> Mail:
    return Mail(store, clock, provider)


def test_key_body_and_try_are_committed_before_the_call(store: Store, mail: Mail, provider: Provider) -> None:
    seen: list[tuple[Any, Any]] = []
    send = provider.send

    def look_then_send(body: dict[str, Any], key: str) -> str:
        (job,) = store.jobs.open()
        seen.append((store.jobs.call(job.id, "one"), store.jobs.tries(job.id)))
        return send(body, key)

    provider.send = look_then_send  # type: ignore[method-assign]
    job = mail.run(mail.order())
    ((call, tries),) = seen
    assert (call.body, call.made_at) == ({"to": "Jenny"}, mail.clock.now())
    assert tries == [JobTry(job.id, 1, "one", call.key, mail.clock.now(), TryOutcome.SENT)]
    assert provider.looks == 0 and job.state is JobState.DONE
    (ended,) = store.jobs.tries(job.id)
    assert ended == replace(tries[0], outcome=TryOutcome.DONE, provider_at=mail.clock.now())


def test_a_lost_answer_is_looked_for_and_not_sent_again(mail: Mail, provider: Provider) -> None:
    provider.say, provider.reaches = [lost()], [True]
    job = mail.run(mail.order())
    assert job.state is JobState.DONE and len(provider.sent) == len(provider.effects) == 1 == provider.looks
    (tried,) = mail.store.jobs.tries(job.id)
    assert (tried.outcome, tried.code, tried.request_id) == (TryOutcome.DOUBTFUL, "unreachable", "req-9")
    assert tried.provider_at == mail.clock.now()


def test_what_a_look_could_not_find_at_once_is_found_later_and_not_sent_again(mail: Mail, provider: Provider) -> None:
    provider.say, provider.reaches = [lost()], [True]
    find, fails = provider.find, [lost(maybe_done=False)]

    def look() -> str | None:
        if fails:
            provider.looks += 1
            raise fails.pop()
        return find()

    provider.find = look  # type: ignore[method-assign]
    job = mail.run(mail.order())
    assert job.state is JobState.BLOCKED
    mail.clock.move(timedelta(seconds=30))
    assert mail.run(job).state is JobState.DONE
    assert len(provider.sent) == len(provider.effects) == 1 and provider.looks == 2


def test_a_limit_after_a_doubtful_try_is_waited_for_without_another_look(mail: Mail, provider: Provider) -> None:
    provider.say = [lost(), stripe_error(ProviderLimited, "rate_limit")]
    job = mail.run(mail.order())
    mail.clock.move(timedelta(seconds=30))
    assert mail.run(job).state is JobState.BLOCKED and provider.looks == 2


def test_what_was_never_received_is_looked_for_and_sent_under_the_same_key(mail: Mail, provider: Provider) -> None:
    provider.say = [lost()]
    job = mail.run(mail.order())
    assert job.state is JobState.BLOCKED and provider.looks == 1
    mail.clock.move(timedelta(seconds=30))
    assert mail.run(job).state is JobState.DONE
    assert provider.looks == 2, "it looked before it sent"
    assert provider.sent[0] == provider.sent[1] and len(provider.effects) == 1


@pytest.mark.parametrize("code", ["idempotency_error", "idempotency_key_in_use", "replayed"])
def test_a_key_that_the_provider_has_had_is_not_used_again(mail: Mail, provider: Provider, code: str) -> None:
    provider.say = [stripe_error(ProviderUnreachable, "unreachable" if code != "replayed" else code, maybe_done=True)]
    if code != "replayed":
        provider.say = [stripe_error(ProviderRejected, code)]
    mail.kind.after = lambda job, error, problem: Blocked(problem)  # type: ignore[method-assign]
    job = mail.run(mail.order())
    assert provider.looks == 1, "it may have had its effect"
    mail.clock.move(timedelta(seconds=30))
    mail.run(job)
    assert len({key for key, _ in provider.sent}) == 2


@pytest.mark.parametrize(
    ("age", "same"),
    [
        (timedelta(hours=22, minutes=59, seconds=59), True),
        (timedelta(hours=23), False),
        (-timedelta(hours=22), True),
        (-timedelta(hours=23), False),
    ],
)
@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_a_key_is_used_for_less_than_23_hours_by_our_clock_and_by_theirs(
    mail: Mail, provider: Provider, age: timedelta, same: bool, whose: str
) -> None:
    """Stripe keeps a key for at least 24 hours: after that the same key would do the same thing a second time."""
    provider.say = [lost()]
    job = mail.run(mail.order())
    if whose == "ours":
        mail.clock.move(age)
        provider.ahead = -age
        mail.store.jobs.write(job.id, {"next_at": mail.clock.real()})
    else:
        mail.clock.move(timedelta(seconds=30))
        provider.ahead = age - timedelta(seconds=30)
    assert mail.run(job).state is JobState.DONE
    assert (provider.sent[0][0] == provider.sent[1][0]) is same


def test_a_time_that_the_provider_does_not_say_makes_no_key_old(mail: Mail, provider: Provider) -> None:
    provider.say, provider.knows_time = [lost()], False
    job = mail.run(mail.order())
    mail.clock.move(timedelta(hours=1))
    mail.run(job)
    assert provider.sent[0] == provider.sent[1]


@pytest.mark.parametrize("known", [(False, True), (True, False)], ids=["learned later", "not known later"])
def test_a_time_that_is_known_of_one_try_only_makes_no_key_old(
    mail: Mail, provider: Provider, known: tuple[bool, bool]
) -> None:
    provider.say, provider.knows_time = [lost()], known[0]
    job = mail.run(mail.order())
    provider.knows_time, provider.ahead = known[1], timedelta(days=9)
    mail.clock.move(timedelta(hours=1))
    assert mail.run(job).state is JobState.DONE
    assert provider.sent[0] == provider.sent[1]


def test_a_key_is_given_up_by_what_was_said_of_it_and_not_of_the_one_before(mail: Mail, provider: Provider) -> None:
    provider.say = [lost(), stripe_error(ProviderUnreachable, "replayed", maybe_done=True), lost(), None]
    job = mail.run(mail.order())
    for _ in range(3):
        mail.clock.move(timedelta(minutes=10))
        job = mail.run(job)
    keys = [key for key, _ in provider.sent]
    assert job.state is JobState.DONE and keys == [keys[0], keys[0], keys[2], keys[2]] and keys[0] != keys[2]
    assert all(key.startswith("key_") for key in keys)


def test_another_body_has_another_key(mail: Mail, provider: Provider) -> None:
    provider.say = [lost(maybe_done=False)]
    job = mail.run(mail.order())
    assert provider.looks == 0, "nothing can have happened"
    mail.body = {"to": "Ana"}
    mail.clock.move(timedelta(seconds=30))
    mail.run(job)
    (first, _), (second, body) = provider.sent
    assert first != second and body == {"to": "Ana"}
    assert mail.store.jobs.call(job.id, "one").body == {"to": "Ana"}  # type: ignore[union-attr]


def test_a_refusal_is_believed_only_where_no_try_before_it_is_in_doubt(mail: Mail, provider: Provider) -> None:
    provider.say = [stripe_error(ProviderRejected, "account_closed")]
    job = mail.run(mail.order())
    assert job.state is JobState.FAILED and provider.looks == 0
    provider.say, provider.reaches = [lost(), stripe_error(ProviderRejected, "account_closed")], [False, True]
    other = mail.run(mail.order("l2"))
    mail.clock.move(timedelta(seconds=30))
    other = mail.run(other)
    assert other.state is JobState.DONE and provider.looks == 3, "after the loss, before the try, after the refusal"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (lost(), "doubtful"),
        (lost(maybe_done=False), "no_effect"),
        (stripe_error(ProviderBroken, maybe_done=True), "doubtful"),
        (stripe_error(ProviderBroken, maybe_done=False), "no_effect"),
        (stripe_error(ProviderRejected, "account_closed"), "refused"),
        (stripe_error(ProviderRejected, "idempotency_error"), "doubtful"),
        (stripe_error(ProviderRejected, "idempotency_key_in_use"), "doubtful"),
        (stripe_error(ProviderLimited), "no_effect"),
        (stripe_error(ProviderDenied), "no_effect"),
    ],
)
def test_what_an_error_says_of_the_calls_effect(error: ProviderError, outcome: str) -> None:
    assert outcome_of(error).value == outcome


def test_a_call_whose_process_died_is_in_doubt() -> None:
    doubtful = {one.value for one in TryOutcome if JobTry("j", 1, "one", "k", None, one).is_doubtful}  # type: ignore[arg-type]
    assert doubtful == {"sent", "doubtful"}


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ("nothing", True),
        ("almost two minutes", True),
        ("two minutes", False),
        ("two minutes back", False),
        ("another process", False),
        ("slept", False),
        ("an answer", False),
        ("a try", False),
        ("a try of another step", True),
    ],
)
def test_what_may_be_sent_without_a_look(
    store: Store, clock: FixedClock, provider: Provider, change: str, first: bool
) -> None:
    """A look comes first, unless this very process took the order within the last two minutes and has not tried."""
    seen: list[bool] = []

    def look(run: Run) -> None:
        seen.append(run.is_first())
        run.move(To("two"))

    post = Post(store, clock, look)
    job = post.order()
    moves = {"almost two minutes": 119, "two minutes": 120, "two minutes back": -120}
    if change in moves:
        clock.move(timedelta(seconds=moves[change]))
        store.jobs.write(job.id, {"next_at": clock.real()})
    elif change == "slept":
        clock.move(timedelta(seconds=119))
        store.jobs.write(job.id, {"next_at": clock.real() - timedelta(seconds=120)})
    elif change == "an answer":
        store.jobs.write(job.id, {"answers": 1})
    elif change.startswith("a try"):
        store.jobs.add_try(job.id, "two" if "another" in change else "one", "key", clock.now())
    if change == "another process":
        post = Post(store, clock, look, process="there")
    post.run(job)
    assert seen == [first]
