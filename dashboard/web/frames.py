"""Where frames begin in the bytes of a websocket (RFC 6455, 5.2), so that one of ours can stand between two."""

from __future__ import annotations

CLOSE = 8  # the opcode
RESTARTS = b"\x88\x02\x03\xf4"  # a server's close: 1012, "service restart"; whoever gets it connects again
_LONG = {126: 2, 127: 8}  # bytes of a length that does not fit into seven bits


class Frames:
    """One direction of one websocket, followed byte by byte."""

    def __init__(self) -> None:
        self._head, self._left = bytearray(), 0

    @property
    def is_between(self) -> bool:
        """Whether the last frame has ended and no other has begun."""
        return not self._head and not self._left

    def starts(self, data: bytes) -> list[tuple[int, int]]:
        """Follow these bytes; the place of each frame that begins in them, and its opcode."""
        found, at = list[tuple[int, int]](), 0
        while at < len(data):
            if self._left:
                taken = min(self._left, len(data) - at)
                self._left, at = self._left - taken, at + taken
                continue
            if not self._head:
                found.append((at, data[at] & 0x0F))
            self._head.append(data[at])
            at += 1
            self._end_head()
        return found

    def _end_head(self) -> None:
        """Where the head is whole, expect its payload."""
        if len(self._head) < 2:
            return
        short, masked = self._head[1] & 0x7F, bool(self._head[1] & 0x80)
        more = _LONG.get(short, 0)
        if len(self._head) == 2 + more + 4 * masked:
            self._left = int.from_bytes(self._head[2 : 2 + more]) if more else short
            self._head.clear()
