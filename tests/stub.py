"""A register on loopback that answers as it is told, over real HTTP; and what the registers answer, in their own shape.

The shapes are those of the services; firms and numbers are invented.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

NORWEGIAN: dict[str, Any] = {
    "organisasjonsnummer": "987654321",
    "navn": "FJORDVIK SHIPPING AS",
    "organisasjonsform": {"kode": "AS", "beskrivelse": "Aksjeselskap"},
    "hjemmeside": "www.fjordvik.example",
    "epostadresse": "post@fjordvik.example",
    "postadresse": {"landkode": "NO", "postnummer": "5804", "poststed": "BERGEN", "adresse": ["Postboks 17", ""]},
    "registrertIMvaregisteret": True,
    "forretningsadresse": {
        "land": "Norge",
        "landkode": "NO",
        "postnummer": "5003",
        "poststed": "BERGEN",
        "adresse": ["Bryggen 7", None, "", "3. etasje"],
        "kommunenummer": "4601",
    },
    "konkurs": False,
    "konkursdato": "",
    "underAvvikling": False,
    "underTvangsavviklingEllerTvangsopplosning": False,
}
DELETED = {"organisasjonsnummer": "987654321", "navn": "FJORDVIK SHIPPING AS", "slettedato": "2024-05-31"}
FINNISH: dict[str, Any] = {
    "totalResults": 1,
    "companies": [
        {
            "businessId": {"value": "1234567-1", "registrationDate": "2003-09-17"},
            "names": [
                {"name": "Koivu Oy", "type": "1", "registrationDate": "2005-03-08", "endDate": "2015-06-01"},
                {"name": "Koivuranta Oy", "type": "1", "registrationDate": "2015-06-01"},
                {"name": "Koivuranta Trade", "type": "3", "registrationDate": "2016-01-01"},
            ],
            "addresses": [
                {"type": 2, "street": "PL 17", "postCode": "02151", "postOffices": []},
                {
                    "type": 1,
                    "street": "Keilaranta",
                    "buildingNumber": "21",
                    "entrance": "B",
                    "apartmentNumber": "4",
                    "postCode": "02150",
                    "postOffices": [
                        {"city": "ESBO", "languageCode": "2"},
                        {"city": "ESPOO", "languageCode": "1"},
                    ],
                },
            ],
            "website": {"url": "www.koivuranta.example", "registrationDate": "2020-01-01"},
            "tradeRegisterStatus": "1",
            "status": "2",
        }
    ],
}
EUROPEAN = {
    "countryCode": "BE",
    "vatNumber": "0404616494",
    "requestDate": "2026-11-20T10:00:00.000Z",
    "valid": True,
    "requestIdentifier": "",
    "name": "Wetstraat Partners NV",
    "address": "Wetstraat 16\n1000 Brussel",
}
DUTCH: dict[str, Any] = {
    "kvkNummer": "69599084",
    "naam": "Havenmeester",
    "statutaireNaam": "Havenmeester B.V.",
    "materieleRegistratie": {"datumAanvang": "20170108"},
    "_embedded": {
        "hoofdvestiging": {
            "websites": ["www.havenmeester.example"],
            "adressen": [
                {"type": "correspondentieadres", "straatnaam": "Postbus", "postcode": "1000AA", "plaats": "Amsterdam"},
                {
                    "type": "bezoekadres",
                    "indAfgeschermd": "Nee",
                    "straatnaam": "Kade",
                    "huisnummer": 17,
                    "huisletter": "M",
                    "postcode": "1034WL",
                    "plaats": "Amsterdam",
                    "land": "Nederland",
                },
            ],
        },
        "eigenaar": {"rechtsvorm": "BesloteVennootschap"},
    },
}


def body_of(value: Any) -> bytes:
    """A value as a body of JSON."""
    return json.dumps(value).encode()


@dataclass
class Stub:
    """What it answers to everything, and what it was asked. `before` is called while the one who asks waits."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    before: Callable[[], None] = lambda: None
    # Instead of an answer: writes to the line what it likes.
    raw: Callable[[Any], None] | None = None
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def paths(self) -> list[str]:
        return [path for _method, path, _headers, _body in self.asked]

    def say(self, value: Any, status: int = 200) -> None:
        """Answer with this from now on."""
        self.body, self.status = body_of(value), status


@contextmanager
def answering(stub: Stub) -> Iterator[Stub]:
    """A server that answers as the stub says."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            stub.asked.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
            stub.before()
            if stub.raw is not None:
                stub.raw(self.wfile)
                return
            self.send_response(stub.status)
            for name, value in stub.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(stub.body)))
            self.end_headers()
            self.wfile.write(stub.body)

        def do_GET(self) -> None:
            self.answer()

        def do_POST(self) -> None:
            self.answer()

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                return  # cut off, which is what some tests are about

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stub.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
