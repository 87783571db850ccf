"""The way out for mail: one SMTP server, as the settings of the deployment name it."""

from __future__ import annotations

import enum
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

TIMEOUT = 20
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PORTS = {"smtp": 25, "smtps": 465}


class Why(enum.StrEnum):
    """Why a message did not go out, where no server said so. The value is the message in English; catalogues translate it."""

    CUT_OFF = "It was cut off while it was sent: it may have arrived."
    CUSTOMER_GONE = "The customer is not there any more."
    CANNOT_SEE_IT = "The colleague may not see this customer any more."
    NO_TLS = "The mail server offers no TLS, so the password was not sent."
    NO_ADDRESS = "What stands as the e-mail address is none."


class NotSent(Exception):
    """The message did not go out. `is_final`: another try would end the same way."""

    def __init__(self, why: str, *, is_final: bool) -> None:
        super().__init__(why)
        self.why, self.is_final = why, is_final


@dataclass(frozen=True)
class Server:
    """Where mail goes: `smtp` says STARTTLS where the server offers it, `smtps` speaks TLS from the first byte."""

    host: str
    port: int
    is_tls: bool
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port})"  # never with the password

    @classmethod
    def of(cls, url: str) -> Server:
        """The server of `smtp://user:password@host:port`. Raises ValueError for what is no such address."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/"):
            raise ValueError("an address such as smtp://user:password@mail.firm.example:587")
        port = parts.port or (587 if parts.scheme == "smtp" and parts.username else PORTS[parts.scheme])
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.hostname, port, parts.scheme == "smtps", user, password)

    def send(self, message: EmailMessage) -> None:
        """Hand a message over. Raises NotSent."""
        try:
            with self._connected() as server:
                self._introduce(server)
                server.send_message(message)
        except smtplib.SMTPResponseException as refused:
            raise NotSent(_said(refused.smtp_code, refused.smtp_error), is_final=refused.smtp_code >= 500) from refused
        except smtplib.SMTPRecipientsRefused as refused:
            code, text = next(iter(refused.recipients.values()))
            raise NotSent(_said(code, text), is_final=code >= 500) from refused
        except (OSError, smtplib.SMTPException) as failed:
            raise NotSent(str(failed) or type(failed).__name__, is_final=False) from failed

    def _connected(self) -> smtplib.SMTP:
        if self.is_tls:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=ssl.create_default_context())
        return smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)

    def _introduce(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        is_safe = self.is_tls or self.host in LOOPBACK
        if not self.is_tls and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
            is_safe = True
        if self.user and not is_safe:
            raise NotSent(Why.NO_TLS, is_final=True)
        if self.user:
            server.login(self.user, self.password)


def _said(code: int, text: bytes | str) -> str:
    """What the server answered, as one line."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return " ".join(f"{code} {words}".split())
