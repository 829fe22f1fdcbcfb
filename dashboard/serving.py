"""`ach-desk serve`: what is refused before anything listens, and what runs beside the app."""

from __future__ import annotations

import argparse
import os
import ssl
import sys
from pathlib import Path

from dashboard.errors import InputError
from dashboard.processes import Child, Keeper, stopping
from dashboard.settings import Settings, explain_sign_in
from dashboard.settings.checks import is_loopback_host
from dashboard.store.backup import occupied


def run_server(settings: Settings, chosen: argparse.Namespace) -> int:
    """Serve until stopped; the exit status. Raises InputError, StoreUnavailable."""
    if settings.open_id is None and not is_loopback_host(chosen.address):
        print(
            f"{chosen.address} can be reached from other machines, and without sign-in anybody could use the desk;"
            f" {explain_sign_in()}, or leave --address out.",
            file=sys.stderr,
        )
        return 2
    tls = check_tls(chosen.tls_cert, chosen.tls_key)
    warn_of_plain_http(settings, chosen.address, tls is not None)
    warn_of_lost_key(settings)
    children: list[Child | Keeper] = []
    with occupied(settings.db, alone=False), stopping(children):
        if not chosen.no_sync:
            children.append(Keeper(lambda: Child("sync", ["-m", "dashboard", "sync", "--watch"], os.environ)))
        if settings.serving.backups:
            children.append(Keeper(lambda: Child("backups", ["-m", "dashboard", "backup", "--watch"], os.environ)))
        for child in children:
            child.drain()
        from dashboard.app import serve

        serve(chosen.port, chosen.address, tls)
    return 0


def check_tls(certificate: Path | None, key: Path | None) -> tuple[Path, Path] | None:
    """The certificate and its key, tried before anything starts; None where neither is given. Raises InputError."""
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise InputError("--tls-cert and --tls-key go together.", action="Give both, or neither.")

    def no_password() -> str:
        raise InputError(
            f"{key} is locked with a password.", action="Use a key without one, readable by ach-desk alone."
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
            f"Warning: what goes to {address} is not encrypted. Give --tls-cert and --tls-key, or put a reverse proxy"
            " before the desk and name it in ACH_DESK_TRUSTED_PROXIES (docs/deployment.md).",
            file=sys.stderr,
        )


def warn_of_lost_key(settings: Settings) -> None:
    """Say at the start that the key of the stored tokens is not at hand; every page says so too."""
    from dashboard.clock import Clock
    from dashboard.store import Store
    from dashboard.store.sealed import LOST_KEY
    from dashboard.store.vault import Vault

    store = Store.open(settings.db, Vault(settings.keys), Clock(), settings.timezone)
    try:
        if not store.sealed.are_readable():
            print(LOST_KEY.sentences(), file=sys.stderr, flush=True)
    finally:
        store.close()
