"""The files under deploy/ let through what the desk takes, and hold back what it does not."""

from __future__ import annotations

import re

from dashboard.app import CONFIG
from dashboard.web.server import HEADER_BYTES, MOST_CONNECTIONS
from tests.unit.sources import ROOT

UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def read(name: str) -> str:
    lines = (ROOT / "deploy" / name).read_text().splitlines()
    return "\n".join(line.split("#", 1)[0] for line in lines)


def size(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)([kmgKMG]?)B?", text).groups()  # type: ignore[union-attr]  # each is one
    return int(number) * UNITS.get(unit.lower(), 1)


def find(pattern: str, name: str) -> str:
    return re.search(pattern, read(name))[1]  # type: ignore[index]  # it is there, or the test fails


UPLOAD = int(CONFIG["server.maxUploadSize"]) << 20


def test_both_proxies_pass_on_the_headers_of_a_large_sign_in_and_nginx_its_answer() -> None:
    assert size(find(r"large_client_header_buffers\s+\d+\s+(\w+);", "nginx.conf")) >= HEADER_BYTES
    assert size(find(r"proxy_buffer_size\s+(\w+);", "nginx.conf")) >= HEADER_BYTES
    assert size(find(r"max_header_size\s+(\w+)", "Caddyfile")) > HEADER_BYTES, "the desk says it in words"


def test_nginx_accepts_its_own_buffers() -> None:
    """nginx: `proxy_busy_buffers_size` is at least `proxy_buffer_size`, and less than all buffers but one."""
    busy = size(find(r"proxy_busy_buffers_size\s+(\w+);", "nginx.conf"))
    count, each = re.search(r"proxy_buffers\s+(\d+)\s+(\w+);", read("nginx.conf")).groups()  # type: ignore[union-attr]
    assert size(find(r"proxy_buffer_size\s+(\w+);", "nginx.conf")) <= busy < (int(count) - 1) * size(each)


def test_nginx_gives_each_shared_memory_a_name_of_its_own() -> None:
    """nginx: a zone that is declared twice for different uses is an error, and the whole file is not loaded."""
    names = re.findall(r"\bzone=(\w+):\d", read("nginx.conf")) + re.findall(r"\bshared:(\w+):\d", read("nginx.conf"))
    assert len(names) >= 2 and len(set(names)) == len(names)


def test_nginx_writes_down_no_address_and_names_no_version() -> None:
    servers = read("nginx.conf").split("server {")[1:]
    assert len(servers) == 2
    for server in servers:
        assert "access_log off;" in " ".join(server.split()), "also of those who came by http"
        assert "server_tokens off;" in " ".join(server.split())


def test_both_proxies_take_the_largest_upload_and_little_more() -> None:
    for body in (find(r"client_max_body_size\s+(\w+);", "nginx.conf"), find(r"max_size\s+(\w+)", "Caddyfile")):
        assert UPLOAD < size(body) <= 2 * UPLOAD


def test_both_proxies_give_up_on_a_header_that_does_not_end() -> None:
    assert int(find(r"client_header_timeout\s+(\d+)s;", "nginx.conf")) <= 30
    assert int(find(r"read_header\s+(\d+)s", "Caddyfile")) <= 30


def test_the_unit_has_files_for_every_connection_and_an_end_to_memory() -> None:
    assert int(find(r"LimitNOFILE=(\d+)", "ach-desk.service")) >= 4 * MOST_CONNECTIONS
    assert size(find(r"MemoryMax=(\w+)", "ach-desk.service")) <= 4 << 30, "for the two web processes of two cores"
