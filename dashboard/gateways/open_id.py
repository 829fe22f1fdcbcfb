"""An OpenID provider's own description of itself, read once, to see whether its address is right."""

from __future__ import annotations

import requests

from dashboard.domain.errors import InputError

SECONDS = 10.0
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")  # OpenID Connect Discovery 1.0, 3


def read_issuer(metadata_url: str, session: requests.Session) -> str:
    """Who the provider at this address says that it is. Raises InputError where there is none."""
    try:
        found = session.get(metadata_url, timeout=SECONDS).json()
    except (requests.RequestException, ValueError) as error:
        raise _wrong(metadata_url, f"it did not answer with JSON ({type(error).__name__})") from None
    missing = [name for name in NEEDED if not isinstance(found, dict) or not found.get(name)]
    if missing:
        raise _wrong(metadata_url, f"its answer lacks {', '.join(missing)}")
    return str(found["issuer"])


def _wrong(url: str, why: str) -> InputError:
    return InputError(
        f"{url} is no OpenID provider: {why}.",
        meaning="Nobody could sign in.",
        action="Give the address that ends in /.well-known/openid-configuration.",
        code="open_id",
    )
