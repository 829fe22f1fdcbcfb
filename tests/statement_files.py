"""Statement files for tests: those of `tests/data/statements`, and the same four movements in every other format."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

FILES = Path(__file__).parent / "data" / "statements"
# What Stripe moved, in every file: day, cents.
MOVED = [("2026-11-19", -21_250), ("2026-11-20", 150_000), ("2026-11-20", 150_000), ("2026-11-24", 423_782)]
OPENING, CLOSING = 1_000_000, 1_702_532
MERCURY_HEAD = (
    "Date (UTC),Description,Amount,Status,Source Account,Bank Description,Reference,Note,Last Four Digits,Name On Card,"
    "Mercury Category,Category,GL Code,Timestamp,Original Currency,Check Number,Tags,Cardholder Email,Tracking ID"
)


def mercury(*more: str) -> bytes:
    """Mercury's CSV, newest first, with more rows behind."""
    rows = [
        f"{day},Stripe,{amount},Sent,Mercury Checking xx1234,STRIPE; TRANSFER; {id},,,,,,,,{day} 09:00:00,,,,,"
        for day, amount, id in (
            *(("11-24-2026", "4237.82", "ST-A1"), ("11-20-2026", "1500.00", "ST-G7")),
            *(("11-20-2026", "1500.00", "ST-G7"), ("11-19-2026", "-212.50", "ST-S9")),
        )
    ]
    return "\r\n".join([MERCURY_HEAD, *rows, *more, ""]).encode()


def ofx(body: str = "", closing: str = "17025.32") -> bytes:
    """OFX 1 without closing tags; the last movement was posted at 22:00 in New York, which is the next day in UTC."""
    rows = "".join(
        f"<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>{day.replace('-', '')}220000.000[-5:EST]<TRNAMT>{cents / 100:.2f}"
        f"<FITID>same<NAME>STRIPE &amp; CO<MEMO>TRANSFER ST-{number}</STMTTRN>\n"
        for number, (day, cents) in enumerate(MOVED)
    )
    return (
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n<OFX><BANKMSGSRSV1><STMTTRNRS>"
        "<STMTRS><CURDEF>USD<BANKACCTFROM><BANKID>1<ACCTID>000123456789<ACCTTYPE>CHECKING</BANKACCTFROM>\n<BANKTRANLIST>"
        f"<DTSTART>20261101<DTEND>20261130\n{rows}{body}</BANKTRANLIST><LEDGERBAL><BALAMT>{closing}<DTASOF>20261130"
        "</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    ).encode()


def camt(entries: str = "", head: str = "", closing: str = "17025.32") -> bytes:
    """CAMT.053 version 8 with prefixes, a details' sum that is not the entry's, and the day as the bank wrote it."""
    rows = "".join(
        f'<c:Ntry><c:Amt Ccy="USD">{abs(cents) / 100:.2f}</c:Amt><c:CdtDbtInd>{"CRDT" if cents > 0 else "DBIT"}'
        f"</c:CdtDbtInd><c:Sts><c:Cd>BOOK</c:Cd></c:Sts><c:BookgDt><c:DtTm>{day}T22:00:00-05:00</c:DtTm></c:BookgDt>"
        "<c:NtryDtls><c:TxDtls><c:Amt Ccy='USD'>1.00</c:Amt><c:RmtInf><c:Ustrd>STRIPE TRANSFER</c:Ustrd></c:RmtInf>"
        "</c:TxDtls></c:NtryDtls></c:Ntry>\n"
        for day, cents in MOVED
    )

    def balance(code: str, amount: str) -> str:
        return (
            f'<c:Bal><c:Tp><c:CdOrPrtry><c:Cd>{code}</c:Cd></c:CdOrPrtry></c:Tp><c:Amt Ccy="USD">{amount}</c:Amt>'
            "<c:CdtDbtInd>CRDT</c:CdtDbtInd></c:Bal>\n"
        )

    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head}<c:Document xmlns:c="urn:iso:std:iso:20022:tech:xsd:'
        'camt.053.001.08"><c:BkToCstmrStmt><c:Stmt><c:Acct><c:Id><c:Othr><c:Id>123456789</c:Id></c:Othr></c:Id>'
        f"<c:Ccy>USD</c:Ccy></c:Acct>\n{balance('OPBD', '10000.00')}{balance('CLBD', closing)}{rows}{entries}</c:Stmt>"
        "</c:BkToCstmrStmt></c:Document>"
    ).encode()


def mt940(*more: str, closing: str = "17025,32") -> bytes:
    """MT940 with the headers of a SWIFT message around it."""
    rows = []
    for day, cents in MOVED:
        side, whole = ("C" if cents > 0 else "D"), f"{abs(cents) / 100:.2f}".replace(".", ",")
        rows += [f":61:{day[2:].replace('-', '')}{day[5:].replace('-', '')}{side}{whole}NTRFNONREF//ST-1", ":86:STRIPE"]
        rows += ["TRANSFER"]
    head = ["{1:F01BANKUS33XXXX0000000000}{2:I940BANKUS33XXXXN}{4:", ":20:STARTUMS", ":25:BANK/123456789", ":28C:1/1"]
    end = [f":62F:C261124USD{closing}", "-}"]
    return "\r\n".join([*head, ":60F:C261118USD10000,00", *rows, *more, *end, ""]).encode()


def bai2(*more: str, closing: int = CLOSING, total: int | None = None, records: int | None = None) -> bytes:
    """BAI2, a group a day, control totals and counts as they ought to be."""
    lines, balance, day_lines = ["01,111,222,261125,0600,1,,,2/"], OPENING, dict[str, list[int]]()
    for day, cents in MOVED:
        day_lines.setdefault(day, []).append(cents)
    for day, moved in day_lines.items():
        begins, balance = balance, balance + sum(moved)
        ends = closing if day == MOVED[-1][0] else balance
        rows = [f"16,{142 if cents > 0 else 451},{abs(cents)},Z,,ST-1,STRIPE TRANSFER/" for cents in moved]
        rows += list(more) if day == MOVED[-1][0] else []
        control = begins + ends + sum(map(abs, moved)) if total is None else total
        count = 2 + len(rows) if records is None else records
        lines += [f"02,222,111,1,{day[2:].replace('-', '')},,USD,2/", f"03,123456789,,010,{begins},,,015,{ends},,/"]
        lines += [*rows, f"49,{control},{count}/", "98,0,1,0/"]
    return "\n".join([*lines, "99,0,1,0/", ""]).encode()


def zipped(files: dict[str, bytes]) -> bytes:
    """A ZIP of these."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def banks() -> dict[str, bytes]:
    """The same four movements from every bank and in every format."""
    return {
        "chase": (FILES / "made_chase_business_checking.csv").read_bytes(),
        "bank of america": (FILES / "made_bofa_business.csv").read_bytes(),
        "wells fargo": (FILES / "made_wellsfargo_business.csv").read_bytes(),
        "mercury": mercury(),
        "ofx": ofx(),
        "camt": camt(),
        "mt940": mt940(),
        "bai2": bai2(),
        "zip": zipped({"a/camt.xml": camt(), "__MACOSX/._camt.xml": b"\0"}),
    }
