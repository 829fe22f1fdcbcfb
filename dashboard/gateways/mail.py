"""The mail server, by SMTP (RFC 5321): a message to all in its `To`, and whether one that failed may have been sent."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from typing import Protocol

from dashboard.domain.errors import ProviderDenied, ProviderRejected, ProviderUnreachable
from dashboard.settings.mail import MailSettings

PROVIDER = "smtp"
SECONDS = 30.0  # a mail server may look the sender up before it answers
TEMPORARY, REFUSED = 400, 500  # RFC 5321, 4.2.1: 4yz may be tried again, 5yz may not


class Mailer(Protocol):
    """Who sends mail."""

    def send(self, message: EmailMessage) -> None:
        """Hand a message over. Raises ProviderError."""


class MailServer:
    """Sends over a connection of its own each time; a desk sends few."""

    def __init__(self, settings: MailSettings, context: ssl.SSLContext | None = None) -> None:
        """`context` says which certificates are believed; the system's where it is left out."""
        self._settings, self._context = settings, context or ssl.create_default_context()

    def send(self, message: EmailMessage) -> None:
        """Hand a message over to the server, which answers for it from then on.

        Raises ProviderUnreachable (`maybe_done` once the text was on its way), ProviderDenied for the login,
        ProviderRejected where the server refuses the message.
        """
        content = message.as_bytes(policy=SMTP)
        on_its_way = False
        smtp: smtplib.SMTP | None = None
        try:
            smtp = self._open()
            _demand(smtp.mail(self._settings.sender), "the sender")
            for address in str(message["To"]).split(", "):  # all or nobody: before the text nothing is sent
                _demand(smtp.rcpt(address), "a recipient")
            on_its_way = True
            answer = smtp.data(content)
            on_its_way = False
            _demand(answer, "the message")
        except smtplib.SMTPAuthenticationError as error:
            raise ProviderDenied(
                "The mail server did not accept the login.",
                provider=PROVIDER,
                code=str(error.smtp_code),
                action="Correct ACH_DESK_SMTP_USER and ACH_DESK_SMTP_PASSWORD, and restart every ach-desk.",
            ) from None
        except smtplib.SMTPDataError as error:  # before the text: nothing of it was sent
            _demand((error.smtp_code, b""), "the message")
        except smtplib.SMTPNotSupportedError:
            raise ProviderRejected(
                "The mail server does not offer what ACH_DESK_SMTP_TLS or the login asks for.",
                provider=PROVIDER,
                code="not_supported",
                action="Correct ACH_DESK_SMTP_PORT and ACH_DESK_SMTP_TLS.",
            ) from None
        except (OSError, smtplib.SMTPException) as error:
            raise ProviderUnreachable(
                f"The mail server did not answer ({type(error).__name__}).",
                maybe_done=on_its_way,
                provider=PROVIDER,
                code="unreachable",
                action="Check ACH_DESK_SMTP_HOST, its port and the network.",
            ) from None
        finally:
            if smtp is not None:
                with suppress(OSError, smtplib.SMTPException):
                    smtp.quit()  # what was answered above holds, whatever becomes of the goodbye
                smtp.close()

    def _open(self) -> smtplib.SMTP:
        mail = self._settings
        if mail.tls == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=SECONDS, context=self._context)
        else:
            smtp = smtplib.SMTP(mail.host, mail.port, timeout=SECONDS)
        try:
            if mail.tls == "starttls":
                smtp.starttls(context=self._context)
            smtp.ehlo_or_helo_if_needed()
            if mail.user:
                smtp.login(mail.user, mail.password.reveal())
        except BaseException:
            smtp.close()
            raise
        return smtp


def _demand(answer: tuple[int, bytes], what: str) -> None:
    """Nothing for a yes. Its own text is left out: it may repeat the address. Raises ProviderError."""
    code = answer[0]
    if code >= REFUSED:
        raise ProviderRejected(
            f"The mail server refused {what} ({code}).",
            provider=PROVIDER,
            code=str(code),
            action="Check the recipient's e-mail address and ACH_DESK_SMTP_FROM; the server's log says more.",
        )
    if code >= TEMPORARY:
        raise ProviderUnreachable(
            f"The mail server cannot take {what} now ({code}).",
            maybe_done=False,
            provider=PROVIDER,
            code=str(code),
            action="It is retried automatically.",
        )
