"""`ach-desk serve`: what is refused before anything listens, and what runs beside the app."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import ssl
import sys
from collections.abc import Sequence
from pathlib import Path

from dashboard.cli.processes import Child, Keeper, Stoppable, stopping
from dashboard.cli.workers import Workers, count_processes, meeting_place, read_shared
from dashboard.domain.errors import InputError
from dashboard.settings import Settings, explain_sign_in
from dashboard.settings.checks import is_loopback_host
from dashboard.store.engine.copies import occupied
from dashboard.web.local_key import LocalKey, local_key_for, share
from dashboard.web.server import listen

NOTHING_TO_REPLACE = "One process serves, so there is no other one to take over: restart it, or use --processes 2."


def run_server(settings: Settings, chosen: argparse.Namespace) -> int:
    """Serve until stopped; the exit status. Raises ConfigError, InputError, StoreUnavailable."""
    if settings.open_id is None and not is_loopback_host(chosen.address):
        print(
            f"{chosen.address} is reachable from other machines, and without sign-in anybody could use the desk;"
            f" {explain_sign_in()}, or leave --address out.",
            file=sys.stderr,
        )
        return 2
    if chosen.behind:
        return run_behind(settings, chosen)
    key = local_key_for(settings)  # refuses live keys without sign-in before anything starts
    tls = check_tls(chosen.tls_cert, chosen.tls_key)
    warn_of_plain_http(settings, chosen.address, tls is not None)
    warn_of_lost_key(settings)
    children: list[Stoppable] = []
    count = count_processes(chosen.processes)
    with (
        listen(chosen.address, chosen.port) as opened,
        occupied(settings.db, exclusive=False),
        stopping(children),
    ):
        if not chosen.no_sync:
            start_beside("sync", ["sync", "--watch"], children)
        if settings.serving.backups:
            start_beside("backups", ["backup", "--watch"], children)
        where = describe_address(settings, chosen.address, opened.getsockname()[1], tls is not None)
        if count > 1:
            serve_several(settings, chosen, count, opened, tls, where, key, children)
        else:
            serve_here(settings, chosen, opened, tls, where, key)
    return 0


def start_beside(name: str, arguments: Sequence[str], children: list[Stoppable]) -> None:
    """Keep a command of our own going beside the app."""
    kept = Keeper(lambda: Child(name, ["-m", "dashboard", *arguments], os.environ))
    children.append(kept)
    kept.drain()


def serve_here(
    settings: Settings,
    chosen: argparse.Namespace,
    opened: socket.socket,
    tls: tuple[Path, Path] | None,
    where: str,
    key: LocalKey | None,
) -> None:
    """Serve by this process itself."""
    if key:
        share(key)
    from dashboard.app import serve

    say_where(settings, where, key)
    signal.signal(signal.SIGHUP, lambda _signal, _frame: print(NOTHING_TO_REPLACE, file=sys.stderr, flush=True))
    serve(opened, chosen.address, tls)


def serve_several(
    settings: Settings,
    chosen: argparse.Namespace,
    count: int,
    opened: socket.socket,
    tls: tuple[Path, Path] | None,
    where: str,
    key: LocalKey | None,
    children: list[Stoppable],
) -> None:
    """Serve by so many processes of their own, and be their front."""
    arguments = ["-m", "dashboard", "serve", "--address", chosen.address, "--port", str(opened.getsockname()[1])]
    if tls:
        arguments += ["--tls-cert", str(tls[0]), "--tls-key", str(tls[1])]
    with meeting_place(local_key=key.value if key else "") as folder:
        workers = Workers(count, folder, arguments)
        children.append(workers)
        try:
            workers.serve(opened, tls, lambda: say_where(settings, where, key))
        finally:
            workers.stop()  # before their folder goes


def run_behind(settings: Settings, chosen: argparse.Namespace) -> int:
    """One of several processes: listen where the front asks, and know what all of them must."""
    shared = read_shared(chosen.behind)
    if shared["local_key"]:
        share(LocalKey(shared["local_key"]))
    tls = check_tls(chosen.tls_cert, chosen.tls_key)
    with stopping([]), socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(chosen.behind))
        from dashboard.app import serve_behind

        serve_behind(opened, chosen.address, chosen.port, tls, shared["cookie_secret"])
    return 0


def say_where(settings: Settings, where: str, key: LocalKey | None) -> None:
    """The address to open, and who gets in."""
    print(f"ACH Desk ({settings.mode.value.upper()}): {where}{f'/?key={key.value}' if key else ''}", flush=True)
    if key:
        print("There is no sign-in: only a browser on this machine that opened this address gets in.", flush=True)


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
