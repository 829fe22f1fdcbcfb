"""A setting that nobody reads is a mistake: a misspelt one would leave its default in force without a word."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path

from dashboard.domain.errors import ConfigError

PREFIXES = ("ACH_DESK_", "PLAID_", "STRIPE_")
# Of the tests, and of Stripe's own command line, which may be set up in the same shell.
OTHERS = frozenset(
    {
        "ACH_DESK_CHROMIUM",
        "STRIPE_API_KEY",
        "STRIPE_CLI_TELEMETRY_OPTOUT",
        "STRIPE_DEVICE_NAME",
        "STRIPE_PROJECT_NAME",
    }
)


def check_known(environ: Mapping[str, str], file: Mapping[str, object], known: Iterable[str]) -> None:
    """Nothing where every setting of ours is one that exists; raises ConfigError for the first that is not.

    Looked through are the environment, systemd's credentials, and the file of secrets with its sections.
    """
    names = set(known)
    for name in sorted(environ):
        if name.startswith(PREFIXES) and name not in names and name not in OTHERS:
            raise _unknown(name, "in the environment", names)
    credentials = environ.get("CREDENTIALS_DIRECTORY", "")
    for path in sorted(Path(credentials).iterdir()) if credentials and Path(credentials).is_dir() else []:
        if path.name.startswith(PREFIXES) and path.name not in names:
            raise _unknown(path.name, "among the unit's credentials", names)
    for name, value in file.items():
        if isinstance(value, Mapping):  # Streamlit's own sections, such as [auth], are not ours to judge
            if inside := next((one for one in value if one.upper().startswith(PREFIXES)), ""):
                raise ConfigError(
                    f"[{name}]",
                    f"settings stand in no section, and {inside} is in this one",
                    action=f"Move {inside} to the top of the file of secrets, above every section.",
                )
        elif name not in names:
            raise _unknown(name, "in the file of secrets", names)


def _unknown(name: str, where: str, known: set[str]) -> ConfigError:
    near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.75)
    hint = f"Did you mean {near[0]}?" if near else "Correct its name, or remove it."
    return ConfigError(name, f"{where}, is no setting of this desk", action=hint)
