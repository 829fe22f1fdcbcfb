"""The test users of Plaid's Sandbox, now and in the guide's time: what a username and a password lead to.

Source: Plaid, "Sandbox test credentials"; the legacy API's sandbox (`plaid_test` / `plaid_good`).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from dashboard.sandbox.plaid.errors import TROUBLE_AT_THE_BANK

GOOD_USERS = ("user_good", "user_transactions_dynamic", "user_bank_income", "user_credit_profile_good")
ANY_PASSWORD = ("user_transactions_dynamic",)  # Plaid: any non-blank password
CLASSIC_USERS = ("plaid_test", "plaid_selections")
DEVICE_CODE = "1234"
TOMATO = "tomato"
DEVICES = (("device-1", "Phone ending in 4455"), ("device-2", "E-mail t***@e***.com"))


@dataclass(frozen=True)
class Challenge:
    """One round of MFA: `kind` is device (a code follows), questions or selections; `answers` are what is right."""

    kind: str
    prompts: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    options: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Login:
    """What a sign-in leads to: an error code, or rounds of MFA (none: straight in)."""

    error: str | None = None
    rounds: tuple[Challenge, ...] = ()
    accounts: tuple[dict[str, Any], ...] | None = field(default=None)


def questions(rounds: int, each: int) -> tuple[Challenge, ...]:
    """`mfa_questions_n_m`: n rounds of m questions, whose answers are `answer_<round>_<question>`, from 0."""
    return tuple(
        Challenge(
            "questions",
            tuple(f"You say tomato, I say...? (round {r + 1}, question {q + 1})" for q in range(each)),
            tuple(f"answer_{r}_{q}" for q in range(each)),
        )
        for r in range(rounds)
    )


def selections(answers: tuple[str, ...]) -> tuple[Challenge, ...]:
    """One round of multiple choice."""
    names = ("Is this your phone number ending in 4455?", "Did you open this account before 2020?")
    wrong = "No" if answers == ("Yes",) else "potato"
    prompts = names[: len(answers)]
    return (Challenge("selections", prompts, answers, tuple((answer, wrong) for answer in answers)),)


def custom_accounts(config: str) -> tuple[dict[str, Any], ...] | None:
    """The accounts of a `user_custom` password (`override_accounts`), or None where it is not such JSON."""
    try:
        parsed = json.loads(config)
    except ValueError:
        return None
    if not isinstance(parsed, dict) or not isinstance(parsed.get("override_accounts"), list):
        return None
    return tuple(account for account in parsed["override_accounts"] if isinstance(account, dict))


def sign_in(username: str, typed: str, *, classic: bool = False, pin: str | None = None) -> Login:
    """What a username and the password `typed` lead to; the classic ones count only in classic Link."""
    if classic and username in CLASSIC_USERS:
        if typed == "plaid_locked":
            return Login("ITEM_LOCKED")
        if typed != "plaid_good" or (pin is not None and pin not in ("1234", "")):
            return Login("INVALID_CREDENTIALS")
        return Login(rounds=selections((TOMATO, "ketchup")) if username == "plaid_selections" else ())
    if username == "user_custom":
        accounts = custom_accounts(typed)
        return Login(accounts=accounts) if accounts else Login("INVALID_CREDENTIALS")
    if username not in GOOD_USERS:
        return Login("INVALID_CREDENTIALS")
    if typed == "pass_good" or (username in ANY_PASSWORD and not typed.startswith(("mfa_", "error_"))):
        return Login()
    if typed == "mfa_device":
        return Login(rounds=(Challenge("device", answers=(DEVICE_CODE,)),))
    if typed == "mfa_selections":
        return Login(rounds=selections(("Yes",)))
    if found := re.fullmatch(r"mfa_questions_([1-9])_([1-9])", typed):
        return Login(rounds=questions(int(found[1]), int(found[2])))
    if (found := re.fullmatch(r"error_([A-Z_]+)", typed)) and found[1] in TROUBLE_AT_THE_BANK:
        return Login(found[1])
    return Login("INVALID_CREDENTIALS")
