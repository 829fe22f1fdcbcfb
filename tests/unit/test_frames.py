"""Frames of a websocket are found wherever the bytes were cut."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from dashboard.web.frames import CLOSE, RESTARTS, Frames

SIZES = st.sampled_from([0, 1, 125, 126, 127, 200, 65_535, 65_536, 70_000])
KINDS: st.SearchStrategy[Opcode] = st.sampled_from([Opcode.TEXT, Opcode.BINARY, Opcode.PING])
FRAMES = st.lists(st.tuples(KINDS, SIZES, st.booleans()), min_size=1, max_size=5)


def written(frames: list[tuple[Opcode, int, bool]]) -> list[bytes]:
    """The bytes of each frame; a ping is short, as the RFC has it."""
    return [
        Frame(kind, b"x" * (min(size, 125) if kind == Opcode.PING else size)).serialize(mask=mask)
        for kind, size, mask in frames
    ]


@settings(deadline=None)
@given(frames=FRAMES, data=st.data())
def test_each_frame_is_found_where_it_begins(frames: list[tuple[Opcode, int, bool]], data: st.DataObject) -> None:
    parts = written(frames)
    whole = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=6)))
    reader, found = Frames(), list[tuple[int, int]]()
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        found += [(start + at, opcode) for at, opcode in reader.starts(whole[start:end])]
    places = [sum(map(len, parts[:number])) for number in range(len(parts))]
    assert found == [(place, kind) for place, (kind, _, _) in zip(places, frames, strict=True)]
    assert reader.is_between


def test_in_the_middle_of_a_frame_is_not_between() -> None:
    reader = Frames()
    assert reader.is_between
    for byte in Frame(Opcode.BINARY, b"xyz").serialize(mask=True)[:-1]:
        reader.starts(bytes([byte]))
        assert not reader.is_between
    reader.starts(b"z")
    assert reader.is_between


def test_our_close_is_one() -> None:
    assert Frames().starts(RESTARTS) == [(0, CLOSE)]
    assert Frame(Opcode.CLOSE, (1012).to_bytes(2, "big")).serialize(mask=False) == RESTARTS
