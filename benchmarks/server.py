"""A Stripe-like list server on loopback: a hand-made HTTP loop over rendered objects, so that it is never the bottleneck.

`python -m benchmarks.server COUNT` prints its address when it is ready. Beside Stripe's lists and single objects it
answers `/_bench/change?share=0.07`, `/_bench/truth`, `/_bench/requests` (counts since last asked) and
`/_bench/tune?latency=0.15&limit=25&only=charges`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from urllib.parse import parse_qsl, unquote_plus

from benchmarks.history import DAY, History, Listing

HEAD = b"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nRequest-Id: req_bench%s\r\nContent-Length: %d\r\n\r\n"
REASONS = {200: b"OK", 400: b"Bad Request", 404: b"Not Found", 429: b"Too Many Requests"}
LIMITED = b"\r\nStripe-Rate-Limited-Reason: endpoint-rate"
ACCOUNT = (
    b'{"id": "acct_bench", "object": "account", "country": "US", "default_currency": "usd", "charges_enabled": true}'
)
Reply = tuple[int, bytes]


def refuse(status: int, message: str, kind: str = "invalid_request_error") -> Reply:
    """An error as Stripe words it."""
    error = {"type": kind, "message": message}
    if status == 429:
        error["code"] = "rate_limit"
    return status, json.dumps({"error": error}).encode()


def page_of(resource: str, bodies: Sequence[bytes], more: bool) -> Reply:
    """A list object."""
    head = b'{"object": "list", "url": "/v1/%s", "has_more": %s, "data": [' % (
        resource.encode(),
        b"true" if more else b"false",
    )
    return 200, b"".join((head, b", ".join(bodies), b"]}"))


class Server:
    """Answers; counts requests; slows down and limits when asked to."""

    def __init__(self, history: History, latency: float = 0.0, limit: int = 0) -> None:
        self.history, self.latency, self.limit = history, latency, limit
        self.only: frozenset[str] = frozenset()
        self.requests: dict[str, int] = defaultdict(int)
        self.refused = 0
        self._buckets: dict[str, tuple[float, float]] = {}  # tokens, and when they were counted
        self._paid_in: dict[str, list[int]] = {}

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, as many requests as it brings."""
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                _, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
                lines = head.lower().split(b"\r\n")
                length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
                if length:
                    await reader.readexactly(length)
                if self.latency and not target.startswith("/_bench"):
                    await asyncio.sleep(self.latency)
                status, body = self.route(target)
                extra = LIMITED if status == 429 else b""
                writer.writelines((HEAD % (status, REASONS[status], extra, len(body)), body))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def route(self, target: str) -> Reply:
        """Status and body of a GET."""
        path, _, query = target.partition("?")
        parts = path.strip("/").split("/")
        given = parse_qsl(query)
        if parts[0] == "_bench":
            return 200, self.control(parts[1], dict(given))
        resource = parts[1] if len(parts) > 1 else ""
        if resource == "account":
            return 200, ACCOUNT
        if resource not in self.history.resources and resource not in {"events", "balance"}:
            return refuse(404, f"Unrecognized request URL (GET: {path}).")
        # Stripe: every named operation is an endpoint of its own, so a list and a single read have a limit each.
        endpoint = resource if len(parts) == 2 else f"{resource}/id"
        if self.limit and not self.allows(endpoint):
            self.refused += 1
            return refuse(429, "Request rate limit exceeded.", "rate_limit_error")
        self.requests[endpoint] += 1
        if resource == "events":
            return self.list_events(given)
        if resource == "balance":
            return 200, self.balance
        listing = self.history.resources[resource]
        if len(parts) == 3:
            place = listing.place(unquote_plus(parts[2]))
            return (200, listing.body(place)) if place is not None else refuse(404, f"No such object: '{parts[2]}'")
        return self.list_objects(resource, listing, dict(given))

    @cached_property
    def balance(self) -> bytes:
        """What the account holds, by rail; the balance transactions never change, so it is summed up once."""
        types = self.history.held()
        pending = [{"amount": sum(types.values()), "currency": "usd", "source_types": types}]
        available = [{"amount": 0, "currency": "usd", "source_types": dict.fromkeys(types, 0)}]
        found = {"object": "balance", "available": available, "pending": pending, "livemode": False}
        return json.dumps(found).encode()

    def list_objects(self, resource: str, listing: Listing, query: dict[str, str]) -> Reply:
        """A page of one resource."""
        if self.only and resource not in self.only:
            return page_of(resource, [], False)
        limit = min(100, max(1, int(query.get("limit", 10))))
        if resource == "balance_transactions" and "payout" in query:
            return self.list_payout(listing, query, limit)
        for name, prefix in (("charge", "py_"), ("payment_intent", "pi_"), ("source", "")):
            if name in query:
                id = f"{listing.prefix}_{query[name].removeprefix(prefix)}"
                place = listing.place(id)
                return page_of(resource, [] if place is None else [listing.body(place)], False)
        low = [int(query[name]) + more for name, more in (("created[gte]", 0), ("created[gt]", 1)) if name in query]
        high = [int(query[name]) + more for name, more in (("created[lt]", 0), ("created[lte]", 1)) if name in query]
        first, last = listing.window(max(low, default=None), min(high, default=None))
        if "ending_before" in query:
            place = listing.place(query["ending_before"])
            if place is None:
                return refuse(400, f"No such object: '{query['ending_before']}'")
            start = max(first, min(last, place) - limit)
            return page_of(resource, [listing.body(one) for one in range(start, min(last, place))], start > first)
        if "starting_after" in query:
            place = listing.place(query["starting_after"])
            if place is None:
                return refuse(400, f"No such object: '{query['starting_after']}'")
            first = max(first, place + 1)
        stop = min(first + limit, last)
        return page_of(resource, [listing.body(place) for place in range(first, stop)], stop < last)

    def list_payout(self, listing: Listing, query: dict[str, str], limit: int) -> Reply:
        """The balance transactions of one payout."""
        payout = query["payout"]
        if payout not in self._paid_in:
            self._paid_in[payout] = self.history.paid_in(payout)
        places = self._paid_in[payout]
        after = listing.place(query["starting_after"]) if "starting_after" in query else None
        start = places.index(after) + 1 if after is not None else 0
        bodies = [listing.body(place) for place in places[start : start + limit]]
        return page_of("balance_transactions", bodies, start + limit < len(places))

    def list_events(self, given: Sequence[tuple[str, str]]) -> Reply:
        """A page of events, by type and time."""
        query = dict(given)
        types = {value for name, value in given if name.startswith("types[")}
        if "type" in query and not query["type"].endswith("*"):
            types.add(query["type"])
        low = int(query.get("created[gte]", int(query.get("created[gt]", "-2")) + 1))
        found = [one for one in self.history.events if one[1] >= low and (not types or one[2] in types)]
        start = 0
        if "starting_after" in query:
            start = next(place for place, one in enumerate(found) if one[0] == query["starting_after"]) + 1
        limit = min(100, max(1, int(query.get("limit", 10))))
        return page_of("events", [one[3] for one in found[start : start + limit]], start + limit < len(found))

    def allows(self, endpoint: str) -> bool:
        """Stripe's limiter is a token bucket per endpoint: it fills at `limit` a second and holds a second's worth."""
        now = time.monotonic()
        tokens, then = self._buckets.get(endpoint, (float(self.limit), now))
        tokens = min(float(self.limit), tokens + (now - then) * self.limit)
        allowed = tokens >= 1
        self._buckets[endpoint] = (tokens - allowed, now)
        return allowed

    def control(self, what: str, query: dict[str, str]) -> bytes:
        """What a benchmark asks of the server itself."""
        if what == "change":
            return json.dumps(self.history.change(float(query["share"]), intents=query.get("intents") != "0")).encode()
        if what == "truth":
            return json.dumps(list(self.history.truth())).encode()
        if what == "tune":
            self.latency, self.limit = float(query.get("latency", 0)), int(query.get("limit", 0))
            self.only = frozenset(one for one in query.get("only", "").split(",") if one)
            self._buckets.clear()
            return b"{}"
        if what == "warm":
            for listing in self.history.resources.values():
                listing.warm()
            return b"{}"
        counted = {"requests": dict(self.requests), "refused": self.refused, "total": sum(self.requests.values())}
        self.requests, self.refused = defaultdict(int), 0
        return json.dumps(counted).encode()


async def serve(history: History, latency: float, limit: int, only: str) -> None:
    """Serve until killed; prints the address when ready."""
    state = Server(history, latency, limit)
    state.only = frozenset(one for one in only.split(",") if one)
    server = await asyncio.start_server(state.answer, "127.0.0.1", 0, limit=1 << 20, backlog=200)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


def main() -> None:
    """Read the arguments, build the history, serve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("count", type=int)
    parser.add_argument("--latency", type=float, default=0)
    parser.add_argument("--limit", type=int, default=0, help="requests a second per endpoint")
    parser.add_argument("--only", default="", help="resources that have rows; the others list nothing")
    parser.add_argument("--end", type=int, help="the last second of the history; today's midnight if not said")
    chosen = parser.parse_args()
    history = History(chosen.count, end=chosen.end or int(time.time()) // DAY * DAY)
    for listing in history.resources.values():
        listing.warm()
    asyncio.run(serve(history, chosen.latency, chosen.limit, chosen.only))


if __name__ == "__main__":
    main()
