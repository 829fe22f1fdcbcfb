"""Parts of a long sign-in that were not written together are not passed on, on either kind of connection."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.web.asgi import Message, Receive, Scope, Send
from dashboard.web.whole_sign_in import PROOF, WholeSignIn, prove
from tests.asgi import run_apart

SECRET = "a secret of this desk"
FIRST = {"user": "two", "user_1": "a", "user_2": "b"}
GOOD = {**FIRST, PROOF: prove(SECRET, ["two", "a", "b"])}


def pass_on(cookies: str, sets: list[str], kind: str = "http") -> tuple[str, list[str]]:
    """The cookies that the app got, and those that the browser got."""
    seen: list[str] = []
    replies: list[Message] = []

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        seen.extend(value.decode() for name, value in scope["headers"] if name == b"cookie")
        headers = [(b"set-cookie", line.encode()) for line in sets]
        await send({"type": "http.response.start", "status": 200, "headers": headers})

    async def receive() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        replies.append(message)

    scope: dict[str, Any] = {"type": kind, "headers": [(b"cookie", cookies.encode())] if cookies else []}
    run_apart(WholeSignIn(app, cookie="user", secret=SECRET)(scope, receive, send))
    return "; ".join(seen), [value.decode() for _, value in replies[0]["headers"]]


def join(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    "cookies",
    [
        join(FIRST),
        join({**GOOD, "user_2": "B"}),
        join({**GOOD, "user": "three"}),
        join({**GOOD, PROOF: prove("another secret", ["two", "a", "b"])}),
        join({**GOOD, PROOF: prove(SECRET, ["two", "b", "a"])}),
        join({**GOOD, PROOF: "2."}),
        join({**GOOD, PROOF: "-2.x"}),
        join({**GOOD, PROOF: "99999999999.x"}),
        join({**GOOD, PROOF: "²." + "0" * 64}),
        join(GOOD) + "; user_2=B",
        "user_2=B; " + join(GOOD),
        join(GOOD) + f"; {PROOF}=2.x",
        join(GOOD) + "; user=three",
        join(GOOD).replace("user_2=", "user_2 ="),
    ],
)
def test_parts_that_were_not_written_together_are_dropped(cookies: str, kind: str) -> None:
    passed, _ = pass_on(f"{cookies}; other=1", [], kind)
    assert "user_" not in passed and "other=1" in passed


def test_parts_that_belong_together_are_passed_on_without_older_ones() -> None:
    assert pass_on(join({**GOOD, "user_3": "old", "x": "y"}), [])[0] == join({**GOOD, "x": "y"})


def test_a_sign_in_of_one_cookie_needs_no_proof_and_older_parts_do_not_disturb_it() -> None:
    assert pass_on("user=whole; x=y", [])[0] == "user=whole; x=y"
    assert pass_on("user=whole; user_1=old; x=y", [])[0] == "user=whole; x=y"
    assert pass_on("", [])[0] == ""


def test_what_a_reply_sets_together_is_noted_with_the_same_attributes() -> None:
    more = "Path=/; HttpOnly; Max-Age=9"
    sets = [f"{name}={value}; {more}" for name, value in FIRST.items()]
    told = pass_on("", sets)[1]
    assert told == [*sets, f"{PROOF}={GOOD[PROOF]}; {more}"]
    cookies = "; ".join(line.partition(";")[0] for line in told)
    assert pass_on(cookies, [])[0] == cookies


@pytest.mark.parametrize("sets", [[], ["user=whole; Path=/"], ['user=""; Path=/', 'user_1=""; Path=/']])
def test_other_replies_get_no_proof(sets: list[str]) -> None:
    assert pass_on("", sets)[1] == sets
