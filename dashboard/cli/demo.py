"""The demo: the built-in sandbox, the app and a sync beside it, with settings and a key of their own.

Everything lies in `.demo/` of the checkout; deleting that folder starts afresh.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from dashboard.cli.processes import ROOT, Child, Keeper, find_port, listens, stopping, wait_until, watch
from dashboard.domain.models import Generation
from dashboard.store.encryption.vault import make_key

HOME = ROOT / ".demo"
DEFAULT_PORT = 8501
START_SECONDS = 60  # a cold start of Streamlit on a busy two-core machine takes about ten


def keep_key(home: Path) -> str:
    """The demo's own encryption key, made at first use in a file that only its owner may read (mode 0600)."""
    path = home / "key"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(make_key().reveal() + "\n")
    return path.read_text().strip()


def settings_for(ready: Mapping[str, object], environ: Mapping[str, str], home: Path) -> dict[str, str]:
    """The environment of the demo's app, from what the sandbox says when it is ready.

    Each generation has its own database: a file belongs to one Plaid environment.
    """
    url, plaid, stripe = str(ready["url"]), dict(ready["plaid"]), dict(ready["stripe"])  # type: ignore[call-overload]  # JSON
    generation = environ.get("PLAID_LINK_GENERATION", Generation.CURRENT)
    kept = {name: value for name, value in environ.items() if not name.startswith(("PLAID_", "STRIPE_", "ACH_DESK_"))}
    passed = (
        *(
            "PLAID_PRODUCTS",
            "PLAID_INSTITUTION_ID",
            "PLAID_RISK",
            "PLAID_RULESET",
            "PLAID_CLIENT_NAME",
            "PLAID_LINK_CUSTOMIZATION",
        ),
        "ACH_DESK_TIMEZONE",
    )
    chosen = {name: environ[name] for name in passed if name in environ}
    return {
        **kept,
        "PLAID_CLIENT_ID": plaid["client_id"],
        "PLAID_SECRET": plaid["secret"],
        "PLAID_PUBLIC_KEY": plaid["public_key"],
        "PLAID_ENV": "tartan" if generation == Generation.CLASSIC else "sandbox",
        "PLAID_LINK_GENERATION": generation,
        "PLAID_BASE_URL": url,
        "PLAID_LINK_URL": str(ready["link_script"]),
        "PLAID_PRODUCTS": "auth,identity,transactions" if generation == Generation.CURRENT else "auth",
        "STRIPE_SECRET_KEY": stripe["secret_key"],
        "STRIPE_API_BASE": url,
        "STRIPE_STATEMENT_DESCRIPTOR": "ACH DESK DEMO",
        "ACH_DESK_DB": str(home / f"desk-{generation}.db"),
        "ACH_DESK_KEY": keep_key(home),
        "ACH_DESK_SANDBOX_URL": url,
        **chosen,
    }


def run_demo(environ: Mapping[str, str], *, port: int | None, payments: int | None, home: Path = HOME) -> int:
    """Start everything, print the one address, and stay until Ctrl-C. Returns the exit status."""
    if port and listens(port):
        print(f"Port {port} is in use: stop what uses it, or choose another one (PORT=n make demo).", flush=True)
        return 1
    if payments:
        home = home / f"{payments}-payments"
    home.mkdir(parents=True, exist_ok=True)
    children: list[Child | Keeper] = []
    with stopping(children):
        print("ACH Desk demo: starting the sandbox …", flush=True)
        size = ["--payments", str(payments)] if payments else []
        sandbox = ["-m", "dashboard.sandbox", "--port", "0", "--state", str(home / "sandbox.db"), *size]
        children.append(Child("sandbox", sandbox, environ, home / "sandbox.log"))
        desk_environ = settings_for(json.loads(children[0].read_line()), environ, home)

        print("Reading the payments from the sandbox …", flush=True)
        sync = ["-m", "dashboard", "sync", "--watch", "--json"]
        children.append(Keeper(lambda: Child("sync", sync, desk_environ, home / "sync.log")))
        if not payments:  # so that the first look at the payments page is never empty; a million take minutes
            children[-1].read_line()

        port = port or find_port(DEFAULT_PORT)
        children.append(
            Child(
                "app",
                ["-m", "dashboard", "serve", "--port", str(port), "--no-sync", "--processes", "1"],
                desk_environ,
                home / "app.log",
            )
        )
        for child in children:
            child.drain()
        if not wait_until(lambda: listens(port), children[-1], START_SECONDS):
            print(f"The app did not start; its last messages are in {home / 'app.log'}.", flush=True)
            return 1
        print(
            f"\nACH Desk is ready:  http://127.0.0.1:{port}\n\nCtrl-C stops it. Its data is in {home}/.",
            flush=True,
        )
        try:
            ended = watch(children)
        except KeyboardInterrupt:
            print("\nStopped.", flush=True)
            return 0
        print(f"The {ended.name} has ended, so the demo ends too. See {home}/*.log.", flush=True)
        return 1
