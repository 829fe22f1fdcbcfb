"""A statement's bytes as text: by its mark (BOM), else UTF-8, else Windows-1252."""

from __future__ import annotations

import codecs

from dashboard.domain.errors import InputError

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(content: bytes) -> str:
    """The text of a file. Raises InputError where it is none, or damaged."""
    for mark, name in MARKS:
        if content.startswith(mark):
            try:
                return content.decode(name)
            except UnicodeDecodeError as error:
                raise refuse(
                    f"The file says that it is {name[:6].upper()}, and is not from byte {error.start}."
                ) from None
    if b"\x00" in content:
        raise refuse("The file is no text, or UTF-16 without its mark (BOM).")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refuse(f"Line {line} has a character that is neither UTF-8 nor Windows-1252.") from None


def refuse(
    what: str, action: str = "Download the statement again from the bank.", code: str = "statement"
) -> InputError:
    """The error that refuses a whole file."""
    return InputError(what, meaning="Nothing was imported.", action=action, code=code)
