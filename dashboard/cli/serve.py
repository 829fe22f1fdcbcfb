"""`ach-desk serve`: what is refused before anything listens, and what runs beside the app."""

from __future__ import annotations

import argparse
import os
import ssl
import sys
from pathlib import Path

from dashboard.cli.processes import Child, Keeper, stopping
from dashboard.domain.errors import InputError
from dashboard.settings import Settings, explain_sign_in
from dashboard.settings.checks import is_loopback_host
from dashboard.store.engine.copies import occupied
from dashboard.web.local_key import local_key_for
from dashboard.web.server import listen


def run_server(settings: Settings, chosen: argparse.Namespace) -> int:
    """Serve until stopped; the exit status. Raises ConfigError, InputError, StoreUnavailable."""
    if settings.open_id is None and not is_loopback_host(chosen.address):
        print(
            f"{chosen.address} is reachable from other machines, and without sign-in anybody could use the desk;"
            f" {explain_sign_in()}, or leave --address out.",
            file=sys.stderr,
        )
        return 2
    local_key_for(settings)  # refuses live keys without sign-in before anything starts
    tls = check_tls(chosen.tls_cert, chosen.tls_key)
    warn_of_plain_http(settings, chosen.address, tls is not None)
    warn_of_lost_key(settings)
    children: list[Child | Keeper] = []
    with (
        listen(chosen.address, chosen.port) as opened,
        occupied(settings.db, exclusive=False),
        stopping(children),
    ):
        if not chosen.no_sync:
            children.append(Keeper(lambda: Child("sync", ["-m", "dashboard", "sync", "--watch"], os.environ)))
        if settings.serving.backups:
            children.append(Keeper(lambda: Child("backups", ["-m", "dashboard", "backup", "--watch"], os.environ)))
        for child in children:
            child.drain()
        from dashboard.app import LOCAL_KEY, serve

        where = describe_address(settings, chosen.address, opened.getsockname()[1], tls is not None)
        key = f"/?key={LOCAL_KEY.value}" if LOCAL_KEY else ""
        print(f"ACH Desk ({settings.mode.value.upper()}): {where}{key}", flush=True)
        if LOCAL_KEY:
            print("There is no sign-in: only a browser on this machine that opened this address gets in.", flush=True)
        serve(opened, chosen.address, tls)
    return 0


def describe_address(settings: Settings, address: str, port: int, tls: bool) -> str:
    """The address to open: the one that sign-in comes back to, else where the server listens."""
    if settings.open_id:
        return settings.open_id.origin
    host = f"[{address}]" if ":" in address else address
    return f"{'https' if tls else 'http'}://{host}:{port}"


def check_tls(certificate: Path | None, key: Path | None) -> tuple[Path, Path] | None:
    """The certificate and its key, tried before anything starts; None where neither is given. Raises InputError."""
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise InputError("--tls-cert and --tls-key must be given together.", action="Give both, or neither.")

    def no_password() -> str:
        raise InputError(
            f"{key} is locked with a password.", action="Use a key without one, readable only by ach-desk."
        )

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=no_password)
    except OSError as error:  # a missing file, or ssl.SSLError: no PEM, or not each other's
        why = error.strerror or type(error).__name__
        raise InputError(
            f"The certificate {certificate} and the key {key} cannot be used ({why}).",
            action="Name two PEM files that belong together and that this account can read.",
        ) from None
    return certificate, key


def warn_of_plain_http(settings: Settings, address: str, tls: bool) -> None:
    """Say that what goes over the network is readable there, where neither TLS nor a proxy is set."""
    if not (is_loopback_host(address) or tls or settings.serving.trusted_proxies):
        print(
            f"Warning: traffic to {address} is not encrypted. Give --tls-cert and --tls-key, or put a reverse proxy"
            " before the desk and name it in ACH_DESK_TRUSTED_PROXIES (docs/deployment.md).",
            file=sys.stderr,
        )


def warn_of_lost_key(settings: Settings) -> None:
    """Say at the start that the key of the stored tokens is not at hand; every page says so too."""
    from dashboard.domain.clock import Clock
    from dashboard.store import Store
    from dashboard.store.encryption.columns import LOST_KEY
    from dashboard.store.encryption.vault import Vault

    store = Store.open(settings.db, Vault(settings.keys), Clock(), settings.timezone)
    try:
        if not store.sealed.are_readable():
            print(LOST_KEY.sentences(), file=sys.stderr, flush=True)
    finally:
        store.close()
