"""The fields of a form, checked together: a person hears of everything that is wrong at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dashboard.domain.errors import FormError, InputError


def check_all(**checks: Callable[[], Any]) -> dict[str, Any]:
    """What each check returns, by the field's name. Raises FormError with each field that cannot be used."""
    values: dict[str, Any] = {}
    wrong: dict[str, InputError] = {}
    for name, check in checks.items():
        try:
            values[name] = check()
        except InputError as error:
            wrong[name] = error
    if wrong:
        raise FormError(wrong)
    return values
