"""A flood of forged webhooks keeps nobody waiting."""

from __future__ import annotations

import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

import requests

from tests.browser.desk import RunningDesk

FLOOD = """
import hashlib, sys, time
from concurrent.futures import ThreadPoolExecutor
import requests
from joserfc import jwk, jwt

url, count = sys.argv[1], int(sys.argv[2])
key, body = jwk.ECKey.generate_key("P-256"), b'{"webhook_type": "ITEM"}'
claims = {"iat": int(time.time()), "request_body_sha256": hashlib.sha256(body).hexdigest()}
tokens = [jwt.encode({"alg": "ES256", "kid": f"made-up-{number}"}, claims, key) for number in range(count)]

def post(token):
    return requests.post(url, body, headers={"Plaid-Verification": token}, timeout=120).status_code

with ThreadPoolExecutor(50) as many:
    print("begun", flush=True)
    print(sorted(set(many.map(post, tokens))), flush=True)
"""


def test_nobody_waits_while_forged_webhooks_have_plaid_asked_and_it_does_not_answer(tmp_path: Path) -> None:
    """200 of them at once, whose keys only Plaid could know; `/readyz` shares the threads of every page."""
    with socket.create_server(("127.0.0.1", 0), backlog=300) as silent:  # accepts, and never says a word
        plaid = f"http://127.0.0.1:{silent.getsockname()[1]}"
        hooked = RunningDesk(
            tmp_path, PLAID_BASE_URL=plaid, ACH_DESK_PLAID_WEBHOOK_URL="http://127.0.0.1:1/webhooks/plaid"
        )
        try:

            def look() -> float:
                started = time.monotonic()
                assert requests.get(f"{hooked.url}/readyz", timeout=60).ok
                return time.monotonic() - started

            usual = statistics.median(look() for _ in range(20))
            flood = subprocess.Popen(
                [sys.executable, "-c", FLOOD, f"{hooked.url}/webhooks/plaid", "200"], stdout=subprocess.PIPE, text=True
            )
            with flood:
                assert flood.stdout and flood.stdout.readline() == "begun\n"
                under = statistics.median(look() for _ in range(20))
                answers = flood.stdout.readline()
            assert answers == "[503]\n", "come again later; one waited for Plaid, the others for nothing"
            assert under < 10 * usual + 0.1
        finally:
            hooked.stop()
