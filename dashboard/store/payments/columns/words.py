"""One column of words: a small number for each row, and each word once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.domain.searches import search_key

Codes = npt.NDArray[np.unsignedinteger]
Mask = npt.NDArray[np.bool_]
Fold = Callable[[pa.Array], pa.Array]
COMPARED = 200_000  # up to so many different words a new one is looked for among them; of more it is added as it comes
MANY, UNLIKE = 1_000, 0.9  # of many rows that nearly all have words of their own, as references are, each is added too
SLICE = 1 << 20  # bytes
FEW = 8  # where an eighth of the words at most is asked about, only those are looked at


class Words:
    """The words of one column by number: as they are, or as `fold` makes them where only a search asks for them."""

    def __init__(self, fold: Fold | None = None) -> None:
        self._fold = fold
        self._parts: list[pa.Array] = [pa.array([], pa.string())]
        self._keys: pa.Array | None = None
        self._ranks: npt.NDArray[np.uint32] | None = None
        self._letters = np.zeros(256, np.bool_)  # bytes that occur in the words of `fold`
        self.count = 0

    def fill(self, words: pa.Array) -> None:
        """Take in words of before, as they were kept here, into what holds none yet."""
        self._add(words)

    @property
    def values(self) -> pa.Array:
        """The words by their numbers."""
        if len(self._parts) > 1:
            self._parts = [pa.concat_arrays(self._parts)]
        return self._parts[0]

    @property
    def keys(self) -> pa.Array:
        """The words as they are searched for."""
        if self._fold:
            return self.values
        if self._keys is None:
            self._keys = fold_all(self.values)
        return self._keys

    def number(self, column: pa.DictionaryArray) -> npt.NDArray[np.uint32]:
        """The number of each word of a column; words that were not known are added."""
        new = self._fold(column.dictionary) if self._fold else column.dictionary
        if self.count > COMPARED or (len(new) > MANY and len(new) > len(column) * UNLIKE):
            numbers = np.arange(self.count, self.count + len(new), dtype=np.uint32)
            self._add(new)
        else:
            distinct = new.dictionary_encode()  # several words may be one once they are folded
            known = pc.index_in(distinct.dictionary, value_set=self.values)
            places = known.fill_null(0).to_numpy(zero_copy_only=False).astype(np.uint32)
            missing = _mask(known.is_null())
            places[missing] = np.arange(self.count, self.count + missing.sum(), dtype=np.uint32)
            self._add(distinct.dictionary.filter(pa.array(missing)))
            numbers = places[distinct.indices.to_numpy(zero_copy_only=False)]
        found: npt.NDArray[np.uint32] = numbers[column.indices.to_numpy(zero_copy_only=False)]
        return found

    def find(self, word: str) -> int | None:
        """The number of exactly this word."""
        place = pc.index(self.values, pa.scalar(word)).as_py()
        return place if place >= 0 else None

    def among(self, words: set[str]) -> Mask:
        """Which numbers are of these words."""
        return _mask(pc.is_in(self.values, value_set=pa.array(sorted(words), pa.string())))

    def may_contain(self, part: str) -> bool:
        """Whether some word may have this part; none does where a letter of it is in no word, which is seen at once."""
        return self._fold is None or bool(self._letters[list(part.encode())].all())

    def containing(self, part: str, codes: Codes) -> Mask:
        """Which of these rows have a word with this part, as it is searched for."""
        if len(codes) * FEW < self.count:
            used, back = np.unique(codes, return_inverse=True)
            return _mask(pc.match_substring(self.keys.take(pa.array(used)), part))[back]
        return _of(_mask(pc.match_substring(self.keys, part)), codes)

    def beginning(self, part: str, codes: Codes) -> Mask:
        """Which of these rows have a word that begins so, as it is searched for."""
        return _of(_mask(pc.starts_with(self.keys, part)), codes)

    def being(self, key: str, codes: Codes) -> Mask:
        """Which of these rows have just this word, as it is searched for."""
        return _of(_mask(pc.equal(self.keys, key)), codes)

    def ranks(self) -> npt.NDArray[np.uint32]:
        """The place of each number's word in their order; the same word has the same."""
        if self._ranks is None:
            self._ranks = pc.rank(self.values, "ascending", tiebreaker="dense").to_numpy().astype(np.uint32)
        return self._ranks

    def _add(self, words: pa.Array) -> None:
        if len(words):
            self._parts.append(words)
            self.count += len(words)
            self._ranks = self._keys = None
            if self._fold:
                self._note_letters(words)

    def _note_letters(self, words: pa.Array) -> None:
        _, offsets, text = words.buffers()
        first, last = np.frombuffer(offsets, np.int32)[[words.offset, words.offset + len(words)]]
        for start in range(first, last, SLICE):  # as an index they take eight times the room
            self._letters[np.frombuffer(text, np.uint8)[start : min(start + SLICE, last)]] = True


def _of(words: Mask, codes: Codes) -> Mask:
    """The marks of words as marks of rows; where no word is marked, which is usual, without a look at the rows."""
    return words[codes] if words.any() else np.zeros(len(codes), np.bool_)


def _mask(found: pa.BooleanArray) -> Mask:
    marks: Mask = found.to_numpy(zero_copy_only=False)
    return marks


def fold_all(values: pa.Array) -> pa.Array:
    """Each word as `search_key` makes it; those of plain ASCII with single spaces all at once."""
    even = pc.and_not(pc.ascii_is_printable(values), pc.match_substring(values, "  "))
    even = pc.and_not(even, pc.or_(pc.starts_with(values, " "), pc.ends_with(values, " ")))
    return fold_some(values, even, pc.ascii_lower(values.filter(even)), search_key)


def fold_some(values: pa.Array, even: pa.BooleanArray, folded: pa.Array, fold: Callable[[str], str]) -> pa.Array:
    """The words with `folded` in the place of those marked as `even`, and each other one as `fold` makes it."""
    odd = pc.invert(even)
    others = pa.array([fold(word) for word in values.filter(odd).to_pylist()], pa.string())
    return pc.replace_with_mask(pc.replace_with_mask(values, even, folded), odd, others)
