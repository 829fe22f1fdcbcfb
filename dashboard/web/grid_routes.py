"""What a grid asks of the server, past Streamlit: pieces of a list, sums, one row whole, and its own files.

A route stands outside a page's session, so nothing that a page was told about the person is believed here: sign-in,
visit, role and device are asked at every request (`find_person`), and the origin before it (`SameOrigin`). Everything
is a POST with a JSON body: what is searched for stays out of addresses, and another site's page would need a preflight
that nobody answers.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard import running
from dashboard.desk import Desk
from dashboard.domain.errors import AccessDenied, DeskError, InputError
from dashboard.domain.models import Actor
from dashboard.web.bodies import read_body
from dashboard.web.headers import GRID_FILES
from dashboard.web.people import find_person
from dashboard.web.visits import ReadClaims, describe

FILES = Path(__file__).resolve().parent.parent.parent / "components" / "grid" / "files"
KINDS = {".js": "text/javascript", ".css": "text/css"}
LARGEST = 50_000  # bytes of a question; a thousand picked ranges are some 16,000
SMALL = 1_000  # bytes of an answer that is sent as it is
FAST = 4  # of gzip's levels: a third of the size in a third of a millisecond
AT_THE_DOOR = frozenset({"signed_out", "idle", "expired", "ended"})  # who signs in again may go on
# Threads of its own, each with its own connection: a grid that is flung about takes none from the pages.
_answering = ThreadPoolExecutor(max_workers=4, thread_name_prefix="grid")
Asked = Mapping[str, Any]


Answer = Callable[[Desk, Actor, Asked], dict[str, Any]]


@dataclass(frozen=True)
class Grid:
    """What one list answers; each asks its use case, which asks what the person may, and says it in a page's words."""

    rows: Answer
    sums: Answer
    picked: Answer
    copied: Answer
    one: Answer | None = None
    export: Answer | None = None


def make_routes(read_claims: ReadClaims, grids: Mapping[str, Grid], others: Mapping[str, Answer]) -> list[Route]:
    """The routes of lists, by the names of these, of other questions, and of the grid's own files."""

    def answer(work: Answer) -> Callable[[Request], object]:
        async def endpoint(request: Request) -> Response:
            body = await read_body(request, LARGEST)
            if body is None:
                return PlainTextResponse("too large\n", status_code=413)

            def run() -> tuple[int, dict[str, Any]]:
                try:
                    asked = json.loads(body, parse_float=_refuse_number, parse_constant=_refuse_number)
                    desk, claims = running.desk(), read_claims(request.scope)
                    actor = find_person(desk, claims, describe(request.scope), active=asked.get("active") is True)
                    return 200, work(desk, actor, asked)
                except AccessDenied as error:
                    return 401 if error.code in AT_THE_DOOR else 403, _say(error)
                except InputError as error:
                    return 422, _say(error)
                except DeskError as error:
                    return 503, _say(error)
                except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
                    return 400, {"code": "bad_request", "what": "The table asked for something that is not understood."}

            status, said = await asyncio.get_running_loop().run_in_executor(_answering, run)
            text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
            return _write(request, status, text.encode(errors="replace"))  # what was asked may be no Unicode text

        return endpoint

    works = {
        f"/grid/{name}/{field.name}": work
        for name, grid in grids.items()
        for field in fields(grid)
        if (work := getattr(grid, field.name)) is not None
    }
    works |= {f"/grid/{name}": work for name, work in others.items()}
    return [
        *(Route(path, answer(work), methods=["POST"]) for path, work in works.items()),
        Route(f"{GRID_FILES}{{version}}/{{name}}", _send_file, methods=["GET"]),
    ]


def _say(error: DeskError) -> dict[str, Any]:
    return {"code": error.code, "what": f"{error.what} {error.action}".strip()}


def _write(request: Request, status: int, body: bytes) -> Response:
    headers = {}
    if len(body) > SMALL and "gzip" in request.headers.get("accept-encoding", ""):
        body, headers = gzip.compress(body, FAST), {"content-encoding": "gzip", "vary": "accept-encoding"}
    return Response(body, status, headers, "application/json")


def read_zone(asked: Asked) -> ZoneInfo:
    """The reader's time zone. Raises ValueError."""
    try:
        return ZoneInfo(str(asked["zone"]))
    except (ZoneInfoNotFoundError, OSError):  # also the name of a folder of zones, or one longer than a file's
        raise ValueError from None


def read_query(asked: Asked) -> dict[str, str]:
    """The filter, as it stands in an address."""
    return {str(name): str(value) for name, value in dict(asked["filter"]).items()}


def read_ranges(asked: Asked) -> list[tuple[int, int]] | None:
    """The places that are picked; None where everything is."""
    ranges = asked["ranges"]
    return None if ranges is None else [(int(low), int(high)) for low, high in ranges]


def _refuse_number(text: str) -> NoReturn:
    """Places, pieces and amounts are whole; Python's JSON would take Infinity and NaN too."""
    raise ValueError(f"{text} is not a whole number")


def _read_files() -> tuple[str, dict[str, bytes]]:
    """The files by name, and a name for all of them together, which changes with any of them."""
    files = {path.name: path.read_bytes() for path in sorted(FILES.iterdir()) if path.suffix in KINDS}
    digest = hashlib.sha256()
    for name, body in files.items():
        digest.update(f"{name} {len(body)} ".encode() + body)
    return digest.hexdigest()[:16], files


_VERSION, _FILES = _read_files()


def address_of(name: str) -> str:
    """Where a browser finds a file of the grid; it may keep it for ever, since another one has another address."""
    return f"{GRID_FILES}{_VERSION}/{name}"


async def _send_file(request: Request) -> Response:
    """One of the grid's files; nothing under a version that is not this one's."""
    name = request.path_params["name"]
    if request.path_params["version"] != _VERSION or name not in _FILES:
        return PlainTextResponse("This file no longer exists: reload the page.\n", status_code=404)
    found = _write(request, 200, _FILES[name])
    found.headers["content-type"] = f"{KINDS[Path(name).suffix]}; charset=utf-8"
    found.headers["cache-control"] = "public, max-age=31536000, immutable"
    return found
