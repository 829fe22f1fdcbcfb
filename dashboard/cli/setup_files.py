"""What `ach-desk init` writes: the file of settings, readable by nobody else, and a systemd unit for it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from dashboard.settings import KEYS
from dashboard.store.private_files import PRIVATE, open_private

STATE = Path("/var/lib/ach-desk")  # the unit's StateDirectory
HOMES = ("/home", "/root", "/run/user")  # what ProtectHome hides
FROM_FOLDER = re.compile(r"^(#?LoadCredential=|EnvironmentFile=|# What is no secret|# docs/deployment.md says)")


def write_settings(path: Path, values: Mapping[str, str]) -> Path | None:
    """Write the settings that are not empty (mode 0600), in the order of the documents.

    A file that was there is kept beside it, and its new name returned. Raises OSError.
    """
    lines = ["# Settings of ACH Desk, written by `ach-desk init`. It holds secrets: nobody else may read it."]
    lines += [f"{key.name} = {_quote(values[key.name])}" for key in KEYS if values.get(key.name)]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    with open_private(partial) as file:
        file.write(("\n".join(lines) + "\n").encode())
    if not path.exists():
        partial.replace(path)
        return None
    number = 1
    while (kept := path.with_name(f"{path.name}.before-init-{number}")).exists():
        number += 1
    path.rename(kept)
    kept.chmod(PRIVATE)
    partial.replace(path)
    return kept


def _quote(value: str) -> str:
    """A basic string of TOML: JSON's, but for halves of a letter, which TOML refuses, and for DEL, which it escapes."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def render_unit(template: str, *, checkout: Path, folder: Path, user: str, data: tuple[Path, ...]) -> str:
    """The unit under deploy/ for a desk that reads its settings in `folder` as `user` and writes under `data`."""
    lines = [line for line in template.splitlines() if not FROM_FOLDER.match(line)]
    text = "\n".join(lines) + "\n"
    program = Path(sys.prefix) / "bin" / "ach-desk"
    outside = [path for path in dict.fromkeys(data) if not path.is_relative_to(STATE)]
    hidden = any(str(path).startswith(HOMES) for path in (checkout, folder, *outside))
    for pattern, value in (
        (r"^# systemd unit of ACH Desk\..*$", "# systemd unit of ACH Desk, written by `ach-desk init`."),
        (r"^Documentation=.*$", f"Documentation=file://{checkout}/docs/deployment.md"),
        (r"^User=.*$", f"User={user}"),
        (r"^Group=.*\n", ""),
        (r"^WorkingDirectory=.*$", f"WorkingDirectory={folder}\nEnvironment=HOME={data[0] if data else STATE}"),
        (r"^ExecStart=\S+", f"ExecStart={program}"),
        (r"^ProtectHome=yes$", "ProtectHome=read-only" if hidden else "ProtectHome=yes"),
        (
            r"^ProtectSystem=strict$",
            "ProtectSystem=strict" + "".join(f"\nReadWritePaths={path}" for path in outside),
        ),
    ):
        text = re.sub(pattern, value, text, flags=re.MULTILINE)
    return text


def write_unit(path: Path, text: str) -> None:
    """Write the unit; it holds no secret. Raises OSError."""
    path.write_text(text)
    path.chmod(0o644)
