"""The way out to a register, over real HTTP on loopback: short, alone, and to nowhere else."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from models.registers import client
from models.registers.answer import Outcome, Why
from models.registers.asking import Way, ask
from models.registers.brreg import BRREG
from models.registers.choosing import Question
from models.registers.client import Base, NoReply, fetch
from models.registers.register import Request
from tests.stub import NORWEGIAN, Stub, answering, body_of

IT = Request("/enheter/987654321")


@pytest.fixture
def stub() -> Iterator[Stub]:
    with answering(Stub()) as found:
        yield found


def why(base: str) -> Why:
    with pytest.raises(NoReply) as none:
        fetch(Base.of(base), IT)
    return none.value.why


def test_a_register_is_told_the_number_and_nothing_else(stub: Stub) -> None:
    stub.say(NORWEGIAN)
    told = ask({"BRREG": Way(Base.of(f"{stub.url}/api/"))}, Question(BRREG, "987654321"))
    assert told.outcome is Outcome.FOUND
    ((method, path, headers, body),) = stub.asked
    assert (method, path, body) == ("GET", "/api/enheter/987654321", b"")
    assert headers.keys() == {"Host", "Accept", "Accept-Encoding", "User-Agent"}
    assert (headers["User-Agent"], headers["Accept-Encoding"]) == ("Kaartenbak", "identity")


def test_a_redirect_is_not_followed(stub: Stub) -> None:
    with answering(Stub()) as elsewhere:
        stub.status, stub.headers = 302, {"Location": f"{elsewhere.url}/steal"}
        told = ask({"BRREG": Way(Base.of(stub.url))}, Question(BRREG, "987654321"))
        assert (told.outcome, told.why) == (Outcome.UNAVAILABLE, Why.UNREADABLE)
        assert (len(stub.asked), elsewhere.asked) == (1, [])


def test_a_proxy_of_the_environment_is_not_used(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(Stub()) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert fetch(Base.of(stub.url), IT).status == 200
        assert (len(stub.asked), proxy.asked) == (1, [])


def test_an_answer_that_is_too_large_is_not_read_to_its_end(stub: Stub) -> None:
    stub.body = b" " * (client.MOST + 1)
    assert why(stub.url) is Why.UNREADABLE
    stub.body = b" " * client.MOST
    assert len(fetch(Base.of(stub.url), IT).body) == client.MOST


def endless(line: Any) -> None:
    line.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    with contextlib.suppress(OSError):
        for _ in range(100_000):
            line.write(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")


def test_an_answer_without_an_end_is_left(stub: Stub) -> None:
    stub.raw = endless
    assert why(stub.url) is Why.UNREADABLE


@pytest.mark.parametrize("part", [b"HTTP/1.1 200 OK\r\nX-A: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"])
def test_what_drips_is_cut_off(stub: Stub, monkeypatch: pytest.MonkeyPatch, part: bytes) -> None:
    monkeypatch.setattr(client, "WHOLE", 0.6)

    def drip(line: Any) -> None:
        line.write(part)
        with contextlib.suppress(OSError):
            for _ in range(100):
                line.write(b"x")
                line.flush()
                time.sleep(0.05)

    stub.raw = drip
    began = time.monotonic()
    assert why(stub.url) is Why.NO_ANSWER
    assert time.monotonic() - began < 3


def test_a_register_that_says_nothing_is_left(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "WAIT", 0.2)
    let_go = threading.Event()
    stub.before = lambda: (let_go.wait(10), None)[1]
    assert why(stub.url) is Why.NO_ANSWER
    let_go.set()


@pytest.mark.parametrize(
    "said",
    [b"", b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"],
    ids=range(3),
)
def test_a_line_that_breaks_off_is_no_answer(stub: Stub, said: bytes) -> None:
    stub.raw = lambda line: line.write(said)
    assert why(stub.url) is Why.NO_ANSWER


def test_where_nobody_listens_is_no_answer() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert why(f"http://127.0.0.1:{port}") is Why.NO_ANSWER


def test_what_speaks_no_TLS_is_no_answer_where_TLS_is_asked_for(stub: Stub) -> None:
    assert why(stub.url.replace("http:", "https:")) is Why.NO_ANSWER
    assert stub.asked == []


def test_certificates_and_names_are_checked() -> None:
    connection: Any = Base.of("https://register.example/api").open()
    assert connection._context.check_hostname
    assert connection._context.verify_mode.name == "CERT_REQUIRED"


def test_only_so_many_are_asked_at_a_time(stub: Stub) -> None:
    inside, let_go = threading.Semaphore(0), threading.Event()

    def wait() -> None:
        inside.release()
        let_go.wait(10)

    stub.before = wait
    waiting = [threading.Thread(target=fetch, args=(Base.of(stub.url), IT)) for _ in range(client.AT_A_TIME)]
    for one in waiting:
        one.start()
    for _ in waiting:
        assert inside.acquire(timeout=5)
    assert why(stub.url) is Why.BUSY
    let_go.set()
    for one in waiting:
        one.join()
    stub.before = lambda: None
    assert fetch(Base.of(stub.url), IT).status == 200


@pytest.mark.parametrize(
    "url",
    [
        "",
        "data.brreg.no",
        "http://data.brreg.no/api",
        "ftp://data.brreg.no",
        "https://me:secret@data.brreg.no",
        "https://data.brreg.no/api?x=1",
        "https://data.brreg.no:port",
        "file:///etc/passwd",
    ],
)
def test_only_TLS_or_this_machine_itself_is_where_a_register_is(url: str) -> None:
    with pytest.raises(ValueError):
        Base.of(url)


def test_a_key_goes_along_as_a_header_and_is_in_no_words_about_it(stub: Stub) -> None:
    stub.body = body_of({})
    fetch(Base.of(stub.url), Request("/x", headers={"apikey": "secret"}))
    assert stub.asked[0][2]["apikey"] == "secret"
    assert "secret" not in repr(Way(Base.of(stub.url), "secret"))


def test_a_way_out_that_cannot_be_opened_takes_no_place_for_good(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise OSError("no file handles left")

    with monkeypatch.context() as broken:
        broken.setattr(client.ssl, "create_default_context", fails)
        for _ in range(client.AT_A_TIME + 1):
            assert why("https://register.example") is Why.NO_ANSWER
    assert fetch(Base.of(stub.url), IT).status == 200
