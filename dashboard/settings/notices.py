"""Settings of notices: who gets them by mail, which chat, and whether a chat may name customers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from dashboard.domain.addresses import fold_address
from dashboard.domain.errors import ConfigError
from dashboard.domain.listed_reports import ReportKind
from dashboard.domain.models import Secret
from dashboard.settings.checks import is_loopback, pick
from dashboard.settings.mail import HOST

REPORT_DAY, REPORTS = "ACH_DESK_REPORT_DAY", "ACH_DESK_REPORTS"
MAIL, CHAT, CHAT_URL, NAMES, HOUR, ALL_QUIET = (
    f"ACH_DESK_NOTICE_{name}" for name in ("MAIL", "CHAT", "CHAT_URL", "CHAT_NAMES", "HOUR", "ALL_QUIET")
)


LAST_HOUR = 23
LAST_DAY = 15  # business days; no month has fewer than 19


class Chat(StrEnum):
    """What takes the post; each wants its own JSON."""

    SLACK = "slack"
    TEAMS = "teams"
    DISCORD = "discord"
    JSON = "json"


@dataclass(frozen=True)
class NoticeSettings:
    """No addresses: no mail; no address of a chat: no chat. `url` is a secret: who has it may write there.

    `summary_hour` is of the business's day, None for no summary; `all_quiet` says so on a week's first business day.
    `report_day` is the business day of a month on which the `reports` of the month before go out, None for none.
    """

    addresses: tuple[str, ...]
    chat: Chat
    url: Secret
    chat_names: bool
    summary_hour: int | None = 8
    all_quiet: bool = False
    report_day: int | None = None
    reports: tuple[ReportKind, ...] = (ReportKind.MONTH,)


def read_notices(get: Callable[[str], str]) -> NoticeSettings:
    """The settings of notices. Raises ConfigError."""
    addresses = tuple(dict.fromkeys(part.strip() for part in get(MAIL).split(",") if part.strip()))
    if any(not fold_address(one) or not one.isascii() for one in addresses):
        raise ConfigError(MAIL, "has something that is not an e-mail address", action="Separate addresses by commas.")
    if addresses and not get(HOST):
        raise ConfigError(HOST, f"not set, while {MAIL} is", action=f"Set the mail server, or remove {MAIL}.")
    url = get(CHAT_URL)
    if url:
        _check_hook(url)
    chat = Chat(pick(CHAT, get(CHAT), list(Chat)))
    names, quiet = (pick(key, get(key), ["no", "yes"]) == "yes" for key in (NAMES, ALL_QUIET))
    hour, day = _read_number(HOUR, get(HOUR), 0, LAST_HOUR), _read_number(REPORT_DAY, get(REPORT_DAY), 1, LAST_DAY)
    if day is not None and not addresses:
        raise ConfigError(REPORT_DAY, f"set, while {MAIL} names nobody", action=f"Set {MAIL}, or `never`.")
    reports = _read_reports(get(REPORTS))
    return NoticeSettings(addresses, chat, Secret(url), names, hour, quiet, day, reports)


def _read_reports(given: str) -> tuple[ReportKind, ...]:
    names = list(dict.fromkeys(part.strip() for part in given.split(",") if part.strip()))
    if unknown := [one for one in names if one not in set(ReportKind)]:
        known = ", ".join(ReportKind)
        raise ConfigError(REPORTS, f"names “{unknown[0][:20]}”, which is no report", action=f"Choose of {known}.")
    return tuple(map(ReportKind, names)) or (ReportKind.MONTH,)


def as_table(notices: NoticeSettings) -> dict[str, str]:
    """These settings in force by their names; the chat's address is `***`."""
    return {
        MAIL: ", ".join(notices.addresses),
        CHAT: notices.chat.value,
        CHAT_URL: str(notices.url) if notices.url else "",
        NAMES: "yes" if notices.chat_names else "no",
        HOUR: "never" if notices.summary_hour is None else str(notices.summary_hour),
        ALL_QUIET: "yes" if notices.all_quiet else "no",
        REPORTS: ", ".join(notices.reports),
        REPORT_DAY: "never" if notices.report_day is None else str(notices.report_day),
    }


def _read_number(key: str, text: str, least: int, most: int) -> int | None:
    if text == "never":
        return None
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise ConfigError(key, f"`{text}` is no number from {least} to {most}, nor `never`", action="Correct it.")
    return int(text)


def _check_hook(url: str) -> None:
    """Nothing for an address that can be posted to; what is wrong never repeats it."""
    try:
        parts = urlsplit(url)
        good = bool(parts.hostname) and not parts.username and parts.scheme in {"https", "http"}
        secure = parts.scheme == "https" or is_loopback(url)
    except ValueError:
        good = secure = False
    if not good:
        raise ConfigError(CHAT_URL, "not an address", action="Copy the webhook's address from the chat, with https.")
    if not secure:
        raise ConfigError(CHAT_URL, "not https", action="Use https; plain http is only for this machine (127.0.0.1).")
