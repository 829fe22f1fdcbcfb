"""`ach-desk init`: ask for the settings, try each key for real, write them down, and show what the doctor finds."""

from __future__ import annotations

import getpass
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from dashboard.cli.processes import ROOT
from dashboard.cli.setup_files import STATE, render_unit, write_settings, write_unit
from dashboard.cli.terminal import Terminal, ask, ask_secret, choose, confirm
from dashboard.domain.errors import ConfigError, DeskError, InputError, ProviderDenied
from dashboard.domain.models import Mode, Role
from dashboard.gateways.open_id import read_issuer
from dashboard.gateways.plaid import Plaid
from dashboard.gateways.plaid_http import make_session
from dashboard.gateways.stripe import Stripe
from dashboard.settings import KEYS, Need, Settings, load_settings
from dashboard.settings.sign_in_and_limits import CALLBACK, OIDC_KEYS, ROLE_KEYS
from dashboard.settings.sources import read_file
from dashboard.store.encryption.vault import make_key
from dashboard.store.engine.database import require_place

ONCE_MORE = "Once more, or Ctrl-C to end; nothing has been written."
PROXIES = "ACH_DESK_TRUSTED_PROXIES"
Show = Callable[[Settings], int]


class Init:
    """One set-up: what was there, what was answered so far."""

    def __init__(self, terminal: Terminal, environ: Mapping[str, str], file: Path) -> None:
        names = {key.name: key for key in KEYS}
        self._terminal, self._file = terminal, file
        self._environ = {name: value for name, value in environ.items() if name in names and value}
        found = read_file(file)
        self.values = {name: str(found[name]) for name in names if name in found}
        self._defaults = {name: key.default or "" for name, key in names.items()}

    def default(self, name: str) -> str:
        """What Enter takes: what was in the file, else in the environment, else the documents' own."""
        return self.values.get(name) or self._environ.get(name) or self._defaults[name]

    def settings(self, needs: frozenset[Need] = frozenset()) -> Settings:
        """The settings as they would be read. Raises ConfigError."""
        return load_settings({**self._environ, **self.values}, None, needs)

    def ask_all(self) -> None:
        """Every question, in the order of a set-up."""
        self._ask_plaid()
        self._ask_stripe()
        self._ask_business()
        self._ask_place()
        self._ask_sign_in()
        self._take_key()

    def _until_right(self, step: Callable[[], str]) -> None:
        """Run a step until what was answered is accepted; say what it found."""
        while True:
            try:
                self._terminal.say(step())
                return
            except DeskError as error:
                self._terminal.say(error.sentences())
                self._terminal.say(ONCE_MORE)

    def _ask_plaid(self) -> None:
        def step() -> str:
            environments = ["sandbox", "production"]
            values, terminal = self.values, self._terminal
            values["PLAID_ENV"] = choose(terminal, "Plaid's environment", environments, self.default("PLAID_ENV"))
            values["PLAID_CLIENT_ID"] = ask(terminal, "Plaid's client id", self.default("PLAID_CLIENT_ID"), needed=True)
            kept = values.pop("PLAID_SECRET", "")
            values["PLAID_SECRET"] = ask_secret(terminal, "Plaid's secret for that environment", kept)
            try:
                settings = self.settings(frozenset({Need.PLAID}))
                Plaid(settings, make_session(settings.plaid_base_url)).check_keys()
            except DeskError:
                values.pop("PLAID_SECRET")
                raise
            return f"Plaid accepts them for {settings.plaid_env}."

        self._until_right(step)

    def _ask_stripe(self) -> None:
        def step() -> str:
            kept = self.values.pop("STRIPE_SECRET_KEY", "")
            self.values["STRIPE_SECRET_KEY"] = ask_secret(self._terminal, "Stripe's secret or restricted key", kept)
            try:
                settings = self.settings(frozenset({Need.PLAID, Need.STRIPE}))
                account = Stripe(settings).account()
            except ProviderDenied as error:
                if error.http_status != 403:
                    self.values.pop("STRIPE_SECRET_KEY")
                    raise
                return f"Stripe knows the key, which may not read its account: mode {settings.mode}."
            except DeskError:
                self.values.pop("STRIPE_SECRET_KEY")
                raise
            return f"Stripe accepts it: account {account['id']}, mode {settings.mode}."

        self._until_right(step)

    def _ask_checked(self, name: str, question: str, default: str | None = None) -> None:
        """One setting that is checked by itself; what is wrong with another is that one's matter."""
        while True:
            self.values[name] = ask(self._terminal, question, self.default(name) if default is None else default)
            try:
                self.settings()
            except ConfigError as error:
                if error.key == name:
                    self._terminal.say(error.sentences())
                    continue
            return

    def _ask_business(self) -> None:
        self._ask_checked("PLAID_CLIENT_NAME", "Your business's name, in Link and in authorizations")
        self._ask_checked("STRIPE_STATEMENT_DESCRIPTOR", "What customers read on their bank statement")
        self._ask_checked("ACH_DESK_TIMEZONE", "Your business's time zone")
        self._terminal.say("An authorization says how it is revoked. Give at least one; Enter leaves one out.")
        self._ask_checked("ACH_DESK_CONTACT_PHONE", "Telephone for that")
        self._ask_checked("ACH_DESK_CONTACT_EMAIL", "E-mail for that")
        self._ask_checked("ACH_DESK_CONTACT_ADDRESS", "Postal address for that, on one line")

    def _ask_place(self) -> None:
        def step() -> str:
            self.values["ACH_DESK_DB"] = ask(self._terminal, "The database file", self.default("ACH_DESK_DB"))
            require_place(Path(self.values["ACH_DESK_DB"]))
            return f"The database is {Path(self.values['ACH_DESK_DB']).absolute()}."

        self._until_right(step)
        folder = self.default("ACH_DESK_BACKUP_FOLDER") or str(Path(self.values["ACH_DESK_DB"]).parent / "backups")
        wanted = confirm(self._terminal, "Make encrypted backups once a day while `serve` runs?", default=True)
        self.values["ACH_DESK_BACKUP_FOLDER"] = ""
        if wanted:
            self._ask_checked("ACH_DESK_BACKUP_FOLDER", "Their folder, best on another disk", folder)

    def _ask_sign_in(self) -> None:
        live = self.settings(frozenset({Need.STRIPE})).mode is Mode.LIVE
        if live:
            self._terminal.say("Live keys are served only with sign-in.")
        elif not confirm(
            self._terminal,
            "Do people sign in by an OpenID provider? Without, only this machine may use the desk",
            default=bool(self.values.get(OIDC_KEYS[0])),
        ):
            for name in (*OIDC_KEYS, *ROLE_KEYS.values()):
                self.values.pop(name, None)
            return
        self._until_right(self._sign_in)

    def _sign_in(self) -> str:
        values, terminal = self.values, self._terminal
        client, secret, metadata, cookie, redirect = OIDC_KEYS
        own = values.get(redirect, "").removesuffix(CALLBACK)
        own = ask(terminal, "The desk's own address, such as https://desk.example.com", own, needed=True).rstrip("/")
        values[redirect] = own + CALLBACK
        values["PLAID_REDIRECT_URI"] = f"{own}/onboard" if own.startswith("https://") else ""
        question = "The provider's address that ends in /.well-known/openid-configuration"
        values[metadata] = ask(terminal, question, self.default(metadata), needed=True)
        issuer = read_issuer(values[metadata], make_session(values[metadata]))
        values[client] = ask(terminal, "The desk's client id there", self.default(client), needed=True)
        values[secret] = ask_secret(terminal, "Its client secret", values.get(secret, ""))
        values[cookie] = values.get(cookie) or secrets.token_hex(32)
        for role in (Role.ADMIN, Role.FINANCE, Role.OPS, Role.AUDITOR):
            name = ROLE_KEYS[role]
            question = f"Who is {role.value}: e-mail addresses and group:names, separated by commas"
            values[name] = ask(terminal, question, self.default(name), needed=role is Role.ADMIN)
        values[PROXIES] = ask(terminal, "The reverse proxy's address; Enter where there is none", self.default(PROXIES))
        self.settings()
        return f"The provider is {issuer}. Register {values[redirect]} there; the client secret is tried by signing in."

    def _take_key(self) -> None:
        if self._environ.get("ACH_DESK_KEY"):
            self._terminal.say("ACH_DESK_KEY stays in the environment, and is not written.")
        elif self.values.get("ACH_DESK_KEY"):
            self._terminal.say("The encryption key stays the one that was there.")
        else:
            self.values["ACH_DESK_KEY"] = make_key().reveal()
            self._terminal.say("A new encryption key was made.")

    def overshadowed(self) -> list[str]:
        """What the environment says otherwise than the file will: the environment comes first."""
        return [name for name, value in self._environ.items() if self.values.get(name) not in {None, "", value}]


def run_init(terminal: Terminal, environ: Mapping[str, str], file: Path, show_doctor: Show) -> int:
    """Ask, try, write, and show; the exit status is the doctor's. Raises ConfigError, InputError, StoreError."""
    if file.exists() and not confirm(terminal, f"{file} is there already. Change it? The old one is kept beside it"):
        terminal.say("Nothing was changed.")
        return 1
    init = Init(terminal, environ, file)
    init.ask_all()
    try:
        kept = write_settings(file, init.values)
    except OSError as error:
        raise InputError(f"{file} cannot be written ({error.strerror}).", action="Check who owns its folder.") from None
    terminal.say(f"Written: {file} (only you can read it)." + (f" The old one is {kept}." if kept else ""))
    if init.values.get("ACH_DESK_KEY"):
        terminal.say(
            "Copy its ACH_DESK_KEY to where the database and its backups are not (a password manager, a safe):"
            " without it the linked banks cannot be used, and there is no way to recover it."
        )
    if others := init.overshadowed():
        terminal.say(f"Set otherwise in the environment, which comes first: {', '.join(others)}.")
    settings = load_settings(environ, file)
    ask_unit(terminal, settings, file)
    terminal.say("")
    status = show_doctor(settings)
    terminal.say("")
    where = settings.open_id.origin if settings.open_id else "http://127.0.0.1:8501"
    terminal.say(f"Start it with `ach-desk serve` in {Path.cwd()}; its address is {where}.")
    if settings.open_id is None and settings.mode is not Mode.SANDBOX:
        terminal.say("There is no sign-in: open the address with the key that `ach-desk serve` prints.")
    return status


def ask_unit(terminal: Terminal, settings: Settings, file: Path) -> None:
    """Write the systemd unit where it is wanted; one that is there is replaced only by a yes."""
    if not confirm(terminal, "Write a systemd unit, so that it starts with the machine?"):
        return
    root = os.geteuid() == 0
    path = Path(ask(terminal, "The unit's file", f"{'/etc/systemd/system/' if root else ''}ach-desk.service"))
    if path.exists() and not confirm(terminal, f"{path} is there already. Replace it?"):
        terminal.say("The unit was left as it is.")
        return
    user = ask(terminal, "The account that it runs as", getpass.getuser())
    plan = settings.serving.backups
    data = [settings.db.absolute().parent, *([plan.folder.absolute()] if plan else [])]
    text = render_unit(
        (ROOT / "deploy" / "ach-desk.service").read_text(),
        checkout=ROOT,
        folder=file.absolute().parent.parent if file.parent.name == ".streamlit" else Path.cwd(),
        user=user,
        data=tuple(data),
    )
    try:
        for folder in data:
            if not folder.is_relative_to(STATE):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_unit(path, text)
    except OSError as error:
        terminal.say(f"{path} cannot be written ({error.strerror}). Run `sudo ach-desk init`, or choose another file.")
        return
    terminal.say(f"Written: {path}. {how_to_start(path)}")
    if user != getpass.getuser():
        terminal.say(f"Give {user} the settings and the data: chown -R {user} {file.parent} {settings.db}*")


def how_to_start(path: Path) -> str:
    """What systemd needs to hear."""
    copy = "" if path.is_relative_to("/etc/systemd/system") else f"cp {path} /etc/systemd/system/ && "
    return f"Then: {copy}systemctl daemon-reload && systemctl enable --now {path.name}"
