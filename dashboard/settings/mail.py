"""Settings of the mail server that sends copies of authorizations, and notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dashboard.domain.addresses import fold_address
from dashboard.domain.errors import ConfigError
from dashboard.domain.models import Secret
from dashboard.settings.checks import is_loopback_host, pick

HOST, PORT, USER, PASSWORD, SENDER, TLS = (
    f"ACH_DESK_SMTP_{name}" for name in ("HOST", "PORT", "USER", "PASSWORD", "FROM", "TLS")
)
LARGEST_PORT = 65_535


@dataclass(frozen=True)
class MailSettings:
    """A mail server; `tls` is `starttls`, `tls` (from the first byte) or `none`."""

    host: str
    port: int
    user: str
    password: Secret
    sender: str
    tls: str


def read_mail(get: Callable[[str], str]) -> MailSettings | None:
    """The mail server, None where no host is set. Raises ConfigError."""
    host, port, user, password = get(HOST), get(PORT), get(USER), get(PASSWORD)
    sender, tls = get(SENDER), pick(TLS, get(TLS), ["starttls", "tls", "none"])
    if not host:
        if given := next((name for name in (USER, PASSWORD, SENDER) if get(name)), ""):
            raise ConfigError(HOST, f"not set, while {given} is", action=f"Set it, or remove {given}.")
        return None
    if not (port.isascii() and port.isdigit() and 1 <= int(port) <= LARGEST_PORT):
        raise ConfigError(PORT, f"`{port}` is not a port", action="Use 587 with `starttls`, or 465 with `tls`.")
    if not fold_address(sender):
        raise ConfigError(SENDER, "not an e-mail address", action="Write it like billing@example.com.")
    if bool(user) != bool(password):
        missing = PASSWORD if user else USER
        raise ConfigError(missing, "not set, while the other half of the login is", action="Set both, or neither.")
    if tls == "none" and not is_loopback_host(host):
        raise ConfigError(TLS, "`none` would send names and the password readable", action="Use `starttls` or `tls`.")
    return MailSettings(host, int(port), user, Secret(password), sender, tls)


def as_table(mail: MailSettings | None) -> dict[str, str]:
    """These settings by their names; the password is `***`."""
    if mail is None:
        return dict.fromkeys((HOST, PORT, USER, PASSWORD, SENDER, TLS), "")
    password = str(mail.password) if mail.password else ""
    return dict(
        zip(
            (HOST, PORT, USER, PASSWORD, SENDER, TLS),
            (mail.host, str(mail.port), mail.user, password, mail.sender, mail.tls),
            strict=True,
        )
    )
