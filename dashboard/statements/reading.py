"""From bytes to statements: how large a file may be, what it is, and what of it is this account's."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from dashboard.domain.csv_profiles import CsvProfile
from dashboard.domain.errors import InputError
from dashboard.domain.formatting import count
from dashboard.domain.statements import Refusal, Statement, StatementFile
from dashboard.statements.bai2 import is_bai2, read_bai2
from dashboard.statements.camt import is_xml, read_camt
from dashboard.statements.csv_file import read_csv
from dashboard.statements.mt940 import is_mt940, read_mt940
from dashboard.statements.ofx import is_ofx, read_ofx
from dashboard.statements.text import decode, refuse

SIZE_LIMIT = 50_000_000  # bytes, of a file and of all that a ZIP unpacks to
ROW_LIMIT = 200_000  # what one transaction takes in seconds
MEMBER_LIMIT = 500  # files in a ZIP
ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")  # with files, and empty
DAMAGED = (  # what reading a ZIP raises where its bytes are not what they say
    *(zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError),
    *(OSError, ValueError, LookupError, EOFError, RuntimeError),
)
NOT_STATEMENTS = {  # how a file begins that is something else
    b"\xd0\xcf\x11\xe0": "an Excel workbook",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
}


def read_files(
    content: bytes, file_name: str = "", profiles: Sequence[CsvProfile] = (), profile: str = "", number: str = ""
) -> list[StatementFile]:
    """Every statement file in what was given: one, or those of a ZIP, earliest first.

    `profile` names a CSV mapping; `number` ends like the account's number where a file holds several. Raises
    InputError with the reason, and with the line where there is one, where any of it cannot be read.
    """
    if len(content) > SIZE_LIMIT:
        raise refuse(
            f"The file is larger than {SIZE_LIMIT // 1_000_000} MB.",
            "Download a shorter period.",
            "statement_too_large",
        )
    if not content.startswith(ZIP_MARKS):
        return [_read_one(content, file_name, profiles, profile, number)]
    found = [_read_one(inner, name, profiles, profile, number) for name, inner in list(_unpack(content))]
    if not found:
        raise refuse("The ZIP has no file in it.")
    return sorted(found, key=_order)


def _order(one: StatementFile) -> tuple[bool, str, str]:
    return one.begins_on is None, one.begins_on.isoformat() if one.begins_on else "", one.name


def _read_one(content: bytes, name: str, profiles: Sequence[CsvProfile], profile: str, number: str) -> StatementFile:
    try:
        read = _read_format(content, profiles, profile)
        if read.rows > ROW_LIMIT:
            raise refuse(
                f"The file has more than {ROW_LIMIT:,} rows.", "Download a shorter period.", "statement_too_large"
            )
        chosen = _choose_account(_without_repeats(read), number)
    except InputError as error:
        if not name:
            raise
        raise InputError(f"{name}: {error.what}", meaning=error.meaning, action=error.action, code=error.code) from None
    return replace(chosen, name=name, digest=hashlib.sha256(content).hexdigest())


def _read_format(content: bytes, profiles: Sequence[CsvProfile], profile: str) -> StatementFile:
    for mark, what in NOT_STATEMENTS.items():
        if content.startswith(mark):
            raise refuse(
                f"The file is {what}.", "Download it as CSV, OFX, CAMT.053, MT940 or BAI2.", "statement_format"
            )
    text = decode(content)
    if is_ofx(text):
        return read_ofx(text)
    if is_xml(text):
        return read_camt(content)
    if is_mt940(text):
        return read_mt940(text)
    if is_bai2(text):
        return read_bai2(text)
    return read_csv(text, profiles, profile)


def _without_repeats(read: StatementFile) -> StatementFile:
    """The file with a statement that it holds twice, balances and rows alike, once."""
    kept: list[Statement] = []
    notes = list(read.notes)
    seen: set[object] = set()
    for one in read.statements:
        rows = tuple((line.posted_on, line.cents, line.text, line.reference) for line in one.lines)
        key = (one.number, one.currency, one.opening, one.closing, rows)
        if key in seen and rows and one.opening is not None and one.opening != one.closing:
            notes.append(f"A statement of {count(len(rows), 'line')} stands in the file twice and was read once.")
        else:
            seen.add(key)
            kept.append(one)
    return replace(read, statements=tuple(kept), notes=tuple(notes))


def _choose_account(read: StatementFile, number: str) -> StatementFile:
    """The statements of one account. Raises InputError where the file has several and none was chosen."""
    accounts = list(dict.fromkeys((one.number, one.currency) for one in read.statements))
    said = _bare(number)
    wanted = [one for one in accounts if said and _bare(one[0]) == said]
    wanted = wanted or [one for one in accounts if _bare(one[0]).endswith(said)]
    if not wanted:
        raise refuse(
            f"The file has no account that ends in {number}.",
            f"It has {_list(accounts)}.",
            "statement_accounts",
        )
    if len(wanted) > 1:
        raise refuse(
            f"The file has {count(len(wanted), 'account')}: {_list(wanted)}.",
            "Say which one to import by the end of its number (--number).",
            "statement_accounts",
        )
    others = [one for one in read.statements if (one.number, one.currency) != wanted[0]]
    left_out = [
        Refusal(line.number, f"It is of another account, {_list([(one.number, one.currency)])}.")
        for one in others
        for line in one.lines
    ]
    left_out += [refusal for one in others for refusal in one.refusals]
    mine = tuple(one for one in read.statements if (one.number, one.currency) == wanted[0])
    return replace(read, statements=mine, refusals=(*read.refusals, *left_out))


def _bare(number: str) -> str:
    return "".join(one for one in number if one.isalnum()).lower()


def _list(accounts: Sequence[tuple[str, str]]) -> str:
    """Accounts by the ends of their numbers, as long as it takes to tell them apart."""
    numbers = [_bare(number) for number, _ in accounts]
    longest = max(map(len, numbers), default=4)
    shown = next(
        (size for size in range(4, longest) if len({one[-size:] for one in numbers}) == len(set(numbers))), longest
    )
    return ", ".join(
        f"…{number[-shown:] or '(no number)'}" + (f" ({currency.upper()})" if currency else "")
        for number, (_, currency) in zip(numbers, accounts, strict=True)
    )


def _unpack(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The files of a ZIP, unpacked no further than the limit says. Raises InputError."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = [one for one in archive.infolist() if not one.is_dir()]
    except DAMAGED:
        raise refuse("The ZIP is damaged.") from None
    names = {one.filename for one in members}
    if "[Content_Types].xml" in names:
        raise refuse("The file is an Excel workbook.", "Download or save it as CSV.", "statement_format")
    members = [one for one in members if not one.filename.startswith("__MACOSX/")]
    if len(members) > MEMBER_LIMIT:
        raise refuse(f"The ZIP has more than {MEMBER_LIMIT} files in it.", "Split it.", "statement_too_large")
    left = SIZE_LIMIT
    for member in members:
        if member.flag_bits & 1:
            raise refuse(f"{member.filename} in the ZIP is encrypted.", "Unpack it first.")
        try:
            with archive.open(member) as stream:  # what the ZIP says of sizes may be a lie: read no more than is left
                inner = stream.read(left + 1)
        except DAMAGED:
            raise refuse(f"{member.filename} in the ZIP is damaged.") from None
        left -= len(inner)
        if left < 0:
            raise refuse(
                f"The ZIP unpacks to more than {SIZE_LIMIT // 1_000_000} MB.", "Split it.", "statement_too_large"
            )
        if inner.startswith(ZIP_MARKS):
            raise refuse(f"{member.filename} in the ZIP is a ZIP itself.", "Unpack it first.")
        yield member.filename, inner
