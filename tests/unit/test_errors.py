"""The tree of errors that is drawn in their module is the real one, and each says what a person needs."""

from __future__ import annotations

import inspect
import re

import pytest

from dashboard.domain import errors
from dashboard.domain.errors import (
    ConfigError,
    DeskError,
    InputError,
    ProviderBroken,
    ProviderError,
    ProviderUnreachable,
)
from dashboard.domain.lookups import require_found

CLASSES = {name: one for name, one in vars(errors).items() if inspect.isclass(one) and issubclass(one, Exception)}


def read_drawing() -> dict[str, str]:
    """Each class of the drawing and the one that it stands under."""
    found: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"([│ ├└─]*)([A-Z]\w+)  +\S", line)
        if match is None:
            continue
        depth = len(match[1]) // 4
        path[depth:] = [match[2]]
        found[match[2]] = path[depth - 1] if depth else ""
    return found


def test_the_tree_that_is_drawn_is_the_tree_that_there_is() -> None:
    real = {
        name: one.__base__.__name__ if one is not DeskError else "" for name, one in CLASSES.items() if one.__base__
    }
    assert read_drawing() == real
    assert len(real) > 12 and real["LeaseLost"] == "StoreError", "the drawing is read at all"


def test_every_error_has_one_sentence_that_says_when_it_is_raised() -> None:
    for name, one in CLASSES.items():
        assert one.__doc__ and one.__doc__.strip().splitlines()[0].endswith((".", ";", "field")), name


def test_an_error_says_what_happened_what_it_means_and_what_to_do() -> None:
    error = DeskError("It broke.", meaning="Nothing was done.", action="Try again.", code="broke")
    assert (str(error), error.what, error.meaning, error.action, error.code) == (
        "It broke.",
        "It broke.",
        "Nothing was done.",
        "Try again.",
        "broke",
    )
    assert error.sentences() == "It broke. Nothing was done. Try again."
    assert DeskError("It broke.").sentences() == "It broke."


def test_a_setting_that_is_wrong_is_named_with_the_fix() -> None:
    error = ConfigError("ACH_DESK_DB", "is not a file", action="Name a file.")
    assert (error.key, error.code) == ("ACH_DESK_DB", "config")
    assert error.sentences() == "ACH_DESK_DB: is not a file; name a file."


@pytest.mark.parametrize("kind", [ProviderUnreachable, ProviderBroken])
@pytest.mark.parametrize("maybe_done", [True, False])
def test_a_lost_answer_says_whether_it_may_have_had_its_effect(
    kind: type[ProviderUnreachable | ProviderBroken], maybe_done: bool
) -> None:
    error = kind("No answer.", maybe_done=maybe_done, provider="stripe", code="c", request_id="req_1", http_status=500)
    assert isinstance(error, ProviderError) and error.maybe_done is maybe_done
    assert (error.provider, error.code, error.request_id, error.http_status) == ("stripe", "c", "req_1", 500)
    assert (error.kind, error.provider_message) == ("", "")


def test_what_an_id_names_is_given_back_or_it_is_said_that_there_is_none() -> None:
    row = object()
    assert require_found(row, "account") is row and require_found(0, "row") == 0
    with pytest.raises(InputError) as missing:
        require_found(None, "account")
    found = missing.value
    assert (found.what, found.action, found.code) == (
        *("There is no such account.", "Pick one from the list.", "unknown_account"),
    )
    with pytest.raises(InputError) as gone:
        require_found(None, "erasure")
    assert (gone.value.action, gone.value.code) == ("Reload the page.", "unknown_erasure")


@pytest.mark.parametrize("kind", [one for one in CLASSES.values() if issubclass(one, ProviderError)])
def test_a_providers_error_means_what_was_said_of_it(kind: type[ProviderError]) -> None:
    """Of a lost answer nobody may say that nothing was saved."""
    more = {name: value for name, value in {"maybe_done": True, "approval": ""}.items() if name in names_of(kind)}
    error = kind("It broke.", provider="stripe", meaning="It is not known what Stripe did.", action="Wait.", **more)  # type: ignore[arg-type]  # each has its own
    assert (error.meaning, error.action) == ("It is not known what Stripe did.", "Wait.")


def names_of(kind: type[ProviderError]) -> set[str]:
    return set(inspect.signature(kind).parameters)
