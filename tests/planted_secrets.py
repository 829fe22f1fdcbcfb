"""Looking for secrets where none may be: in files as they lie on the disk, inside archives, and in texts."""

from __future__ import annotations

import base64
import io
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from pyarrow import parquet

# The sandbox's own book of what it handed out: its documents are known by the token, its keys by their name.
TOKEN_KINDS = {
    "plaid.public": "public token",
    "plaid.classic_public": "public token (classic)",
    "plaid.access": "access token",
    "plaid.link_token": "link token",
    "stripe.token": "bank account token",
}
KEY_NAMES = {"secret.plaid.secret": "Plaid's secret", "secret.stripe.secret_key": "Stripe's key"}


def tokens_of(state: Path) -> dict[str, str]:
    """Every secret that a sandbox has made so far, by itself: what kind it is."""
    with closing(sqlite3.connect(f"file:{state}?mode=ro", uri=True)) as book:
        found = {
            id: TOKEN_KINDS[kind] for kind, id in book.execute("SELECT kind, id FROM documents") if kind in TOKEN_KINDS
        }
        found |= {value: KEY_NAMES[name] for name, value in book.execute("SELECT * FROM settings") if name in KEY_NAMES}
    return found


def spellings(secret: str) -> Iterator[bytes]:
    """How a secret may lie in a file: as it is, escaped, in UTF-16, hexadecimal, or Base64 at any of three places."""
    raw = secret.encode()
    yield raw
    yield quote(secret, safe="").encode()
    yield secret.encode("utf-16-le")
    yield raw.hex().encode()
    for place in range(3):  # the characters that depend on what stands before and after are left out
        whole = base64.b64encode(b"\0" * place + raw)
        sure = whole[(0, 2, 3)[place] : (len(raw) + place) * 8 // 6]
        yield sure
        yield sure.translate(bytes.maketrans(b"+/", b"-_"))


def contents_of(data: bytes) -> Iterator[bytes]:
    """The bytes themselves and, of an archive or a compressed stream, what is in it."""
    yield data
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield archive.read(name)
    if data[:2] == b"\x1f\x8b":
        yield zlib.decompressobj(31).decompress(data)
    if data[:4] == b"PAR1":
        yield str(parquet.read_table(io.BytesIO(data)).to_pylist()).encode()


def find_secrets(secrets: Mapping[str, str], places: Mapping[str, bytes]) -> list[str]:
    """What was found where; the finding names the kind and the place, never the secret."""
    patterns = [(what, spelling) for secret, what in secrets.items() for spelling in set(spellings(secret))]
    return sorted(
        {
            f"{what} in {place}"
            for place, data in places.items()
            for content in contents_of(data)
            for what, pattern in patterns
            if pattern in content
        }
    )


def files_in(folder: Path, leave_out: Iterable[Path] = ()) -> dict[str, bytes]:
    """Every file below a folder, as it lies there now."""
    out = {path.resolve() for path in leave_out}
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.resolve() not in out
    }
