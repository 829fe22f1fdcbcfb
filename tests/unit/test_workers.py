"""How many web processes there are, and what they share: a folder of their account's own, a key, a secret."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from dashboard.cli.commands import processes
from dashboard.cli.workers import MOST_BY_ITSELF, SHARED, count_processes, meeting_place, read_shared
from dashboard.web.behind import read_peer, write_peer


def test_without_a_word_there_is_one_process_a_core_and_never_many() -> None:
    assert [count_processes(None, cores=cores) for cores in (1, 2, 4, 64)] == [1, 2, 4, MOST_BY_ITSELF]
    assert count_processes(7, cores=1) == 7, "who asks for more gets them"
    assert count_processes(None) >= 1


def test_a_number_of_processes_is_a_number() -> None:
    assert processes("3") == 3
    for text in ("0", "-1", "65", "two", "1.5", "²", ""):
        with pytest.raises(argparse.ArgumentTypeError):
            processes(text)


def test_where_they_meet_is_open_to_nobody_else_and_goes_with_them() -> None:
    with meeting_place(local_key="k") as folder:
        assert folder.stat().st_mode & 0o077 == 0 and (folder / SHARED).stat().st_mode & 0o077 == 0
        first, second = read_shared(folder / "1.sock"), read_shared(folder / "2.sock")
        assert first == second and first["local_key"] == "k" and len(first["cookie_secret"]) >= 32
        assert len(str(folder / "10-100.sock")) < 100, "the name of a socket is short, as the kernel wants it"
        with meeting_place(local_key="k") as another:
            assert read_shared(another / "1.sock")["cookie_secret"] != first["cookie_secret"]
    assert not Path(folder).exists()


def test_what_the_front_says_of_a_peer_is_read_as_it_was_written() -> None:
    assert read_peer(write_peer(("203.0.113.7", 50_123), secure=True)) == (("203.0.113.7", 50_123), True)
    assert read_peer(write_peer(("2001:db8::1", 1), secure=False)) == (("2001:db8::1", 1), False)
    assert read_peer(write_peer(None, secure=False)) == (None, False)
    for lie in ("", "10.0.0.1", "10.0.0.1 x https", "10.0.0.1 1 ftp", "a b c d"):
        with pytest.raises(ValueError):
            read_peer(lie)
