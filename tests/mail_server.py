"""A mail server on this machine that keeps what it is given; when asked to, it refuses, or loses its answer."""

from __future__ import annotations

import base64
import email
import socketserver
import ssl
import threading
from email.message import Message
from functools import cache
from pathlib import Path

LOGIN = ("desk", "a-password-of-nobody")


class MailServerDouble(socketserver.ThreadingTCPServer):
    """`fail` maps a word (MAIL, RCPT, DATA, END) to a reply in place of the usual one; an empty one hangs up."""

    daemon_threads, allow_reuse_address = True, True

    def __init__(self, certificate: tuple[Path, Path] | None = None, *, implicit: bool = False) -> None:
        """With a certificate it offers STARTTLS, or speaks TLS at once, and takes a login and mail only behind it."""
        self.implicit = implicit
        super().__init__(("127.0.0.1", 0), _Session)
        self.received: list[Message] = []
        self.fail: dict[str, str] = {}
        self.logins: list[tuple[str, str]] = []
        self.context: ssl.SSLContext | None = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*certificate)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away in the middle is what some tests are about."""

    def stop(self) -> None:
        self.shutdown()
        self.server_close()


class _Session(socketserver.StreamRequestHandler):
    server: MailServerDouble

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def finish(self) -> None:
        super().finish()
        self.connection.close()  # over TLS it is not the one that the server knows

    def setup(self) -> None:
        if self.server.implicit and self.server.context:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def handle(self) -> None:
        self.secure = self.server.implicit
        self.say("220 mail.test ESMTP")
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            if (reply := self.server.fail.get(verb)) is not None:
                if not reply:
                    return
                self.say(reply)
            elif not self.answer(verb, line):
                return

    def answer(self, verb: str, line: str) -> bool:
        """Answer a command; False at the end of the session."""
        guarded = self.server.context is not None and not self.secure
        if verb == "EHLO":
            self.say("250-mail.test")
            self.say("250 STARTTLS" if guarded else "250 AUTH PLAIN")
        elif verb == "STAR" and self.server.context:
            self.say("220 go on")
            self.rfile.close()
            self.wfile.close()
            self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
            self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
            self.secure = True
        elif guarded and verb in {"AUTH", "MAIL"}:
            self.say("530 STARTTLS first")
        elif verb == "AUTH":
            _, user, password = base64.b64decode(line.split()[-1]).decode().split("\0")
            self.server.logins.append((user, password))
            self.say("235 ok" if (user, password) == LOGIN else "535 no")
        elif verb == "DATA":
            self.say("354 go on")
            lines = []
            while (one := self.rfile.readline()) not in {b".\r\n", b""}:
                lines.append(one.removeprefix(b"."))
            self.server.received.append(email.message_from_bytes(b"".join(lines)))
            reply = self.server.fail.get("END", "250 kept")
            if not reply:
                return False
            self.say(reply)
        elif verb == "QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("250 ok")
        return True


@cache
def of_this_process() -> MailServerDouble:
    """One server for as long as this process lives."""
    return MailServerDouble()
