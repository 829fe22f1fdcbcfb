"""Where a setting comes from: the environment, systemd's credentials, a file of secrets; in this order."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from dashboard.domain.errors import ConfigError


class Source:
    """The three places a value can come from; an empty value counts as not set."""

    def __init__(
        self, environ: Mapping[str, str], file: Mapping[str, object], defaults: Mapping[str, str | None]
    ) -> None:
        self._environ, self._file, self._defaults = environ, file, defaults
        self._credentials = environ.get("CREDENTIALS_DIRECTORY", "")
        self._missing: dict[str, str] = {}  # what a command needs and was not set, and what to do about each

    def given(self, name: str) -> str:
        """What was set, without a default."""
        return self._environ.get(name, "").strip() or self._handed(name) or str(self._file.get(name, "")).strip()

    def _handed(self, name: str) -> str:
        """What systemd hands over by `LoadCredential=`, which stands in no process's environment."""
        path = Path(self._credentials, name)
        try:
            return path.read_text().strip() if self._credentials and path.is_file() else ""
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                name, f"cannot be read from {path} ({type(error).__name__})", action="Correct LoadCredential=."
            ) from None

    def get(self, name: str, default: str | None = None) -> str:
        """What was set, else the default."""
        value = self.given(name)
        return value or (default if default is not None else self._defaults[name] or "")

    def need(self, name: str, wanted: bool, *, action: str = "") -> str:
        """The same, which must be set where it is wanted: `demand_all` says at once what of it is missing."""
        value = self.get(name)
        if wanted and not value:
            self._missing[name] = action or f"Set {name} in the environment or in .streamlit/secrets.toml."
        return value

    def demand_all(self) -> None:
        """Nothing where all that was needed is set; raises ConfigError that names everything that is not."""
        first, *others = [*self._missing] or [""]
        if others:
            raise ConfigError(
                first,
                f"not set; {', '.join(others)} {'is' if len(others) == 1 else 'are'} not set either",
                action=" ".join(dict.fromkeys(self._missing.values())),
            )
        if first:
            raise ConfigError(first, "not set", action=self._missing[first])


def read_file(path: Path | None) -> dict[str, object]:
    """The settings in a file of secrets; none where there is no file. Raises ConfigError."""
    if path is None or not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            str(path), f"cannot be read ({type(error).__name__})", action="Correct the file, or remove it."
        ) from None
