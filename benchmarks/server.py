"""A Stripe-like list server on loopback: a hand-made HTTP loop over pre-rendered objects, so never the bottleneck."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import defaultdict, deque
from urllib.parse import parse_qsl, unquote

from benchmarks.history import History

HEAD = b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nRequest-Id: req_bench\r\nContent-Length: %d\r\n\r\n"
ERROR = b'{"error": {"type": "invalid_request_error", "message": "%s"}}'


class Server:
    """Answers lists and single objects; counts requests; slows down and limits when asked to."""

    def __init__(self, history: History, latency: float, limit: int) -> None:
        self.history, self.latency, self.limit = history, latency, limit
        self.requests: dict[str, int] = defaultdict(int)
        self._recent: dict[str, deque[float]] = defaultdict(deque)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, as many requests as it brings."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
                if b"content-length" in head.lower():
                    length = next(
                        int(line.split(b":")[1])
                        for line in head.split(b"\r\n")
                        if line.lower().startswith(b"content-length")
                    )
                    await reader.readexactly(length)
                path, _, query = target.partition("?")
                if self.latency:
                    await asyncio.sleep(self.latency)
                status, body = self.route(method, path, dict(parse_qsl(unquote(query))))
                writer.write(HEAD % (status, len(body)) + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def route(self, method: str, path: str, query: dict[str, str]) -> tuple[int, bytes]:
        """Status and body."""
        parts = path.strip("/").split("/")
        if parts[0] == "_bench":
            return 200, self.control(parts[1], query)
        resource = parts[1]
        if resource not in self.history.resources:
            return 404, ERROR % b"unknown"
        if self.limit and not self.allowed(resource):
            return 429, ERROR % b"rate limit"
        self.requests[resource] += 1
        listing = self.history.resources[resource]
        if len(parts) == 3:
            place = listing.place.get(parts[2])
            return (200, listing.bodies[place]) if place is not None else (404, ERROR % b"no such object")
        limit = int(query.get("limit", 10))
        if query.get("payout"):
            places = self.history.by_payout.get(query["payout"], [])
            start = places.index(listing.place[query["starting_after"]]) + 1 if "starting_after" in query else 0
            chosen, more = places[start : start + limit], start + limit < len(places)
        elif "charge" in query:
            chosen, more = [n for n, b in enumerate(listing.bodies) if query["charge"].encode() in b][:limit], False
        else:
            low = int(query["created[gte]"]) if "created[gte]" in query else None
            high = int(query["created[lt]"]) if "created[lt]" in query else None
            first, last = listing.window(low, high)
            if "starting_after" in query:
                first = max(first, listing.place[query["starting_after"]] + 1)
            types = {value for name, value in query.items() if name.startswith("types[")}
            if (
                types
                and listing.bodies
                and b"charge." in listing.bodies[0]
                and not any(t.startswith("charge.f") for t in types)
            ):
                last = first
            chosen, more = range(first, min(first + limit, last)), first + limit < last
        rows = b",".join(listing.bodies[place] for place in chosen)
        return 200, b'{"object":"list","url":"/v1/%s","has_more":%s,"data":[%s]}' % (
            resource.encode(),
            b"true" if more else b"false",
            rows,
        )

    def allowed(self, resource: str) -> bool:
        """Stripe's limit: this many requests in any second, per endpoint."""
        now, recent = time.monotonic(), self._recent[resource]
        while recent and recent[0] < now - 1:
            recent.popleft()
        if len(recent) >= self.limit:
            return False
        recent.append(now)
        return True

    def control(self, what: str, query: dict[str, str]) -> bytes:
        """`change?share=`, `requests` (and forget them), `tune?latency=&limit=`."""
        if what == "change":
            return json.dumps(self.history.change(float(query["share"]))).encode()
        if what == "tune":
            self.latency, self.limit = float(query["latency"]), int(query["limit"])
            return b"{}"
        counted, self.requests = dict(self.requests), defaultdict(int)
        return json.dumps(counted).encode()


async def serve(count: int, latency: float, limit: int) -> None:
    """Serve until killed; prints its address when ready."""
    history = await asyncio.to_thread(History, count)
    server = await asyncio.start_server(Server(history, latency, limit).answer, "127.0.0.1", 0, limit=1 << 20)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int)
    parser.add_argument("--latency", type=float, default=0)
    parser.add_argument("--limit", type=int, default=0)
    chosen = parser.parse_args()
    asyncio.run(serve(chosen.count, chosen.latency, chosen.limit))
