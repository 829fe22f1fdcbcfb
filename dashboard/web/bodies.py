"""The body of a request that somebody posts, which is not read to its end where it is too large or does not come."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

READ_SECONDS = 10  # a small body comes at once


async def read_body(request: Request, largest: int) -> bytes | None:
    """The body, or None where it is larger than `largest` bytes, or does not come."""
    body = bytearray()
    try:
        async with asyncio.timeout(READ_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > largest:
                    return None
    except TimeoutError:
        return None
    return bytes(body)
