"""Files and links on the cards of customers and projects: rights inherited, hostile names and contents harmless."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import Any

import pytest
from lxml import html
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from models import settings
from models.access import SYSTEM
from models.activity import Attachment, FileContent
from models.customer import Customer
from models.journal import changeset
from models.project import Project
from models.user import Role
from tests import factories
from tests.conftest import Cast, ClientFor
from tests.pages import PageClient
from tests.views.test_customers import text_of

PDF = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(40)
MAIL = (
    b"From: Astrid <astrid@nordhamn.example>\r\nDate: Mon, 2 Nov 2026\r\nSubject: Dock plan\r\n\r\n<html>Hello</html>"
)


def packed(*names: str, first: bytes | None = None) -> bytes:
    """A packed file with these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        if first is not None:
            file.writestr(zipfile.ZipInfo("mimetype"), first)
        for name in names:
            file.writestr(name, "x")
    return made.getvalue()


DOCX = packed("[Content_Types].xml", "_rels/.rels", "word/document.xml")
XLSX = packed("[Content_Types].xml", "xl/workbook.xml")
ODT = packed("content.xml", first=b"application/vnd.oasis.opendocument.text")


def card_of(customer: Customer) -> str:
    """The tab with the files."""
    return f"/customers/details/?id={customer.id}&tab=contact"


def upload(client: PageClient, customer_id: int, content: bytes, file_name: str, **fields: Any) -> TestResponse:
    """Attach a file as the form does."""
    sent = {"csrf_token": client.token(), "customer_id": str(customer_id), **fields}
    # In memory: the client's own temporary files are closed too late.
    boundary, body = encode_multipart(MultiDict({**sent, "file": FileStorage(io.BytesIO(content), file_name)}))
    kind = f"multipart/form-data; boundary={boundary}"
    return client.post(f"/files/new/?customer={customer_id}", data=body, content_type=kind)


def kept(session: Session) -> Attachment:
    """The newest attachment."""
    session.rollback()
    return session.scalars(select(Attachment).order_by(Attachment.id.desc())).first()  # type: ignore[return-value]


def let_in(session: Session, cast: Cast, customer: Customer, role: str) -> None:
    """Give Charlie a role on one customer."""
    found = session.scalars(select(Role).where(Role.name == role)).one()
    factories.access(session, customer, found, cast.charlie)


def listed(answer: TestResponse) -> dict[str, str]:
    """The files and links on a card, with where each leads."""
    tree = html.document_fromstring(answer.get_data(as_text=True))
    found = tree.xpath("//details[@data-kb-fold='files']//li/span[2]/a")
    return {link.text_content().strip(): link.get("href") for link in found}


def test_VS_37_a_file_is_attached_from_the_card_and_only_ever_sent_as_a_download(
    session: Session, client_for: ClientFor
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    card = alice.get(card_of(customer))
    assert f"/files/new/?customer={customer.id}" in card.get_data(as_text=True)
    form = alice.get(f"/files/new/?customer={customer.id}")
    assert 'enctype="multipart/form-data"' in form.get_data(as_text=True)
    assert "up to 20 MB" in text_of(form)
    done = upload(alice, customer.id, PDF, "offer.pdf", note="Signed")
    assert done.location == card_of(customer)
    one = kept(session)
    assert (one.name, one.media_type, one.size, one.note) == ("offer.pdf", "application/pdf", len(PDF), "Signed")
    assert one.sha256 == hashlib.sha256(PDF).hexdigest()
    shown = alice.get(card_of(customer))
    assert listed(shown) == {"offer.pdf": f"/files/content/?id={one.id}"}
    assert "Attach offer.pdf" in text_of(alice.get(f"/customers/details/?id={customer.id}&tab=history"))
    sent = alice.get(f"/files/content/?id={one.id}")
    assert sent.data == PDF
    assert sent.headers["Content-Disposition"] == "attachment; filename=\"offer.pdf\"; filename*=UTF-8''offer.pdf"
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    assert sent.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert sent.headers["Cache-Control"] == "no-store"
    assert sent.mimetype == "application/pdf"


def test_VS_37_a_link_opens_elsewhere_and_leads_to_the_web_only(session: Session, client_for: ClientFor) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    path = f"/files/new/?customer={customer.id}&link=1"
    for url in (
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//drive.example",
        "drive.example",
        "x y",
        "http://[::1",
        "",
    ):
        for name in ("Dock plan", ""):
            refused = alice.send(path, customer_id=customer.id, url=url, name=name)
            assert refused.status_code == 422, url
    done = alice.send(path, customer_id=customer.id, url="https://drive.example/plan?id=7", name="Dock plan")
    assert done.location == card_of(customer)
    page = alice.get(card_of(customer))
    assert listed(page) == {"Dock plan": "https://drive.example/plan?id=7"}
    (link,) = html.document_fromstring(page.get_data(as_text=True)).xpath("//a[text()='Dock plan']")
    assert link.get("rel") == "noopener noreferrer"
    assert alice.get(f"/files/content/?id={kept(session).id}").status_code == 404
    alice.send(path, customer_id=customer.id, url="https://drive.example/folder/")
    assert kept(session).name == "drive.example/folder"
    edit = f"/files/edit/?id={kept(session).id}"
    assert alice.edit(edit, url="javascript:alert(1)", name="x").status_code == 422
    assert alice.edit(edit, url="", name="x").status_code == 422
    assert alice.edit(edit, url="https://drive.example/other", name="Other").location == card_of(customer)


def test_VS_38_a_file_is_the_customers_or_of_one_of_its_projects(session: Session, client_for: ClientFor) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    mine = factories.project(session, customer, name="Flytt Borås")
    foreign = factories.project(session, factories.customer(session))
    card = f"/projects/details/?id={mine.id}"
    new = f"/files/new/?customer={customer.id}&project={mine.id}"
    assert new.replace("&", "&amp;") in alice.get(card).get_data(as_text=True)
    form = alice.get(new)
    assert html.document_fromstring(form.get_data(as_text=True)).xpath(
        "//select[@name='project_id']/option[@selected]/@value"
    ) == [str(mine.id)]
    sent = alice.post(
        new,
        data={
            "csrf_token": alice.token(),
            "customer_id": str(customer.id),
            "project_id": str(mine.id),
            "file": (io.BytesIO(PDF), "plan.pdf"),
        },
    )
    assert sent.location == card
    assert list(listed(alice.get(card))) == ["plan.pdf"]
    assert list(listed(alice.get(card_of(customer)))) == ["plan.pdf"]
    assert "Flytt Borås" in text_of(alice.get(card_of(customer)))
    refused = upload(alice, customer.id, PDF, "plan.pdf", project_id=str(foreign.id))
    assert refused.status_code == 422
    moved = alice.edit(f"/files/edit/?id={kept(session).id}", name="plan", project_id="", note="")
    assert moved.location == card_of(customer)
    assert (kept(session).project_id, kept(session).name) == (None, "plan.pdf")


def test_VS_39_TS_32_who_sees_the_customer_sees_its_files_and_who_edits_it_adds_them(
    session: Session, client_for: ClientFor, cast: Cast
) -> None:
    mine, hidden = factories.customer(session), factories.customer(session)
    alice, bob, charlie = (client_for(name) for name in ("Alice", "Bob", "Charlie"))
    let_in(session, cast, mine, "Reader")
    secret = b"%PDF-1.7 secret"
    upload(alice, mine.id, PDF, "offer.pdf")
    seen = kept(session).id
    upload(alice, hidden.id, secret, "secret.pdf")
    unseen = kept(session).id
    for reader in (bob, charlie):
        assert reader.get(f"/files/content/?id={seen}").data == PDF
        assert "/files/new/" not in reader.get(card_of(mine)).get_data(as_text=True)
        assert upload(reader, mine.id, PDF, "more.pdf").status_code == 403
        assert reader.send(f"/files/edit/?id={seen}", name="x").status_code == 403
        assert reader.get(f"/files/edit/?id={seen}").status_code == 403
        assert reader.get(f"/files/delete/?id={seen}").status_code == 403
    for path in ("content", "details", "edit", "delete"):
        assert charlie.get(f"/files/{path}/?id={unseen}").status_code == 404
    assert "secret" not in charlie.get("/files/").get_data(as_text=True)
    assert upload(charlie, hidden.id, PDF, "more.pdf").status_code == 404
    # The same bytes on a card of one's own do not open the other.
    let_in(session, cast, factories.customer(session, id=7_000), "Editor")
    assert upload(charlie, 7_000, secret, "mine.pdf").status_code == 302
    assert charlie.get(f"/files/content/?id={unseen}").status_code == 404
    session.rollback()
    assert session.scalar(select(func.count(FileContent.id))) == 2


def test_a_deleted_file_goes_to_the_bin_and_comes_back_whole(session: Session, client_for: ClientFor) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    upload(alice, customer.id, PDF, "offer.pdf")
    one = kept(session).id
    page = alice.get(f"/files/delete/?id={one}")
    assert alice.press(page, "Delete").location == card_of(customer)
    assert alice.get(f"/files/content/?id={one}").status_code == 404
    card = alice.get(card_of(customer))
    assert "Delete file or link offer.pdf" in text_of(alice.get("/bin/"))
    (undo,) = html.document_fromstring(card.get_data(as_text=True)).xpath(
        "//form[button[@class='kb-toast-act']]/@action"
    )
    alice.send(undo)
    assert alice.get(f"/files/content/?id={one}").data == PDF


@pytest.mark.parametrize("engine_kind", ["sqlite"])
@pytest.mark.parametrize(
    ("name", "content", "called"),
    [
        ("../../etc/passwd", b"root", "passwd.txt"),
        ("C:\\Users\\x\\offer.pdf", PDF, "offer.pdf"),
        ("annexe\u202efdp.exe", PDF, "annexefdp.pdf"),
        ("offer.pdf.exe", PDF, "offer.pdf"),
        ("offer.exe.pdf", PDF, "offer_exe.pdf"),
        ("offer\r\nSet-Cookie: a=b.pdf", PDF, "offerSet-Cookie_ a=b.pdf"),
        ('a"; filename="x.html', PDF, "a_; filename=_x.pdf"),
        ("plan.pdf", PNG, "plan.png"),
        ("Tariff.xlsx", XLSX, "Tariff.xlsx"),
        ("Tariff.zip", DOCX, "Tariff.docx"),
        ("brief", ODT, "brief.odt"),
        ("dock.txt", MAIL, "dock.eml"),
        ("lijst.csv", "naam;plaats\r\nÅsa;Göteborg".encode("cp1252"), "lijst.csv"),
        ("noten.html.txt", "Ünï".encode("utf-16"), "noten_html.txt"),
        ("CON.pdf", PDF, "_CON.pdf"),
        ("x" * 400 + ".pdf", PDF, "x" * 116 + ".pdf"),
        ("发票.pdf", PDF, "发票.pdf"),
        ("both.gif", b"GIF89a/*" + b"=0;alert(1)//*/" * 3, "both.gif"),
        ("both.pdf", PDF + b"<script>alert(1)</script>" + packed("a.exe"), "both.pdf"),
    ],
)
def test_hostile_names_are_kept_under_harmless_ones_that_fit_the_content(
    session: Session, client_for: ClientFor, name: str, content: bytes, called: str
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    fields = {"name": name} if len(name) < 200 else {}
    assert upload(alice, customer.id, content, "x.bin" if fields else name, **fields).status_code == 302
    one = kept(session)
    assert one.name == called
    sent = alice.get(f"/files/content/?id={one.id}")
    assert sent.data == content
    header = sent.headers["Content-Disposition"]
    assert header.startswith('attachment; filename="')
    assert header.isascii()
    assert not set("\r\n/\\<>") & set(header)
    assert header.partition("; filename*=")[0].count('"') == 2
    assert sent.mimetype not in ("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml")
    assert called in text_of(alice.get(card_of(customer)))


@pytest.mark.parametrize("engine_kind", ["sqlite"])
@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty.pdf", b"", "empty"),
        ("blank.txt", b" \r\n", "not known"),
        ("setup.pdf", b"MZ" + bytes(200), "a program or a script"),
        ("setup.txt", b"\x7fELF" + bytes(200), "a program or a script"),
        ("run.txt", b"#!/bin/sh\nrm -rf /\n", "a program or a script"),
        ("run.js", b"alert(1)", "a program or a script"),
        ("run.bat ", b"del *.*", "a program or a script"),
        ("report.txt", b"  <!DOCTYPE html><script>alert(1)</script>", "a web page or a drawing"),
        ("picture.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a web page or a drawing"),
        ("plain.txt", b"\xef\xbb\xbf<?xml version='1.0'?><x/>", "a web page or a drawing"),
        ("page.txt", "<html>x</html>".encode("utf-16"), "a web page or a drawing"),
        ("page.html", b"just text", "a web page or a drawing"),
        ("many.zip", packed("a.pdf"), "packs others"),
        ("many.docx", packed("a.exe"), "packs others"),
        ("applet.jar", packed("META-INF/MANIFEST.MF", "A.class"), "packs others"),
        ("bomb.gz", b"\x1f\x8b" + bytes(100), "packs others"),
        ("macro.docx", packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "holds macros"),
        ("macro.ods", packed("Basic/x.xml", first=b"application/vnd.oasis.opendocument.spreadsheet"), "holds macros"),
        ("setup.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "not known"),
        ("film.mp4", b"\0\0\0\x18ftypmp42" + bytes(100), "not known"),
        ("torn.docx", DOCX[:40], "packs others"),
        ("noise.bin", bytes(range(256)), "not known"),
    ],
)
def test_what_runs_draws_or_is_not_known_is_refused_whatever_it_is_called(
    session: Session, client_for: ClientFor, name: str, content: bytes, why: str
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    refused = upload(alice, customer.id, content, name, note="Kept while typing")
    assert refused.status_code == 422
    assert why in text_of(refused)
    assert "Kept while typing" in refused.get_data(as_text=True)
    session.rollback()
    assert session.scalar(select(func.count(Attachment.id))) == 0
    assert session.scalar(select(func.count(FileContent.id))) == 0


def test_no_file_at_all_is_said_at_its_field(session: Session, client_for: ClientFor) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    sent = alice.send(f"/files/new/?customer={customer.id}", customer_id=customer.id)
    assert sent.status_code == 422
    assert "Choose a file first." in text_of(sent)


@pytest.mark.parametrize("engine_kind", ["sqlite"])
def test_a_zip_bomb_is_not_opened(session: Session, client_for: ClientFor) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "x")
        file.writestr("word/document.xml", bytes(60_000_000))
    alice, customer = client_for("Alice"), factories.customer(session)
    assert upload(alice, customer.id, made.getvalue(), "bomb.docx").status_code == 302
    assert kept(session).size == len(made.getvalue()) < 100_000


def test_what_is_too_large_is_refused_with_the_limit_and_a_request_is_bounded_before_it_is_read(
    session: Session, client_for: ClientFor
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    with changeset(session, SYSTEM, "Settings"):
        settings.put(session, "file_megabytes", 1)
    assert upload(alice, customer.id, PDF + bytes(1024 * 1024 - len(PDF)), "fits.pdf").status_code == 302
    refused = upload(alice, customer.id, PDF + bytes(1024 * 1024), "large.pdf")
    assert refused.status_code == 413
    assert "at most 1 MB can be kept" in text_of(refused)
    token = alice.token()
    unread = alice.post(
        f"/files/new/?customer={customer.id}",
        environ_overrides={"wsgi.input": Unread(), "CONTENT_LENGTH": str(10**12)},
        content_type="multipart/form-data; boundary=x",
        headers={"X-CSRFToken": token},
    )
    assert unread.status_code == 413
    assert "25 MB" in text_of(unread)
    session.rollback()
    assert session.scalar(select(func.count(Attachment.id))) == 1


class Unread(io.RawIOBase):
    """The body of a request that nobody may read."""

    def read(self, size: int = -1, /) -> bytes:
        raise AssertionError("it was read")


def test_a_file_of_an_archived_customer_or_project_stays_as_it_is(session: Session, client_for: ClientFor) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    project = factories.project(session, customer)
    upload(alice, customer.id, PDF, "offer.pdf", project_id=str(project.id))
    one = kept(session).id
    with changeset(session, SYSTEM, "Archive"):
        session.get_one(Project, project.id).archived_at = factories.A_MOMENT
    edit = f"/files/edit/?id={one}"
    assert (alice.get(edit).status_code, alice.send(edit, name="x").status_code) == (409, 409)
    with changeset(session, SYSTEM, "Archive"):
        session.get_one(Customer, customer.id).archived_at = factories.A_MOMENT
    assert alice.get(f"/files/content/?id={one}").data == PDF
    assert "/files/new/" not in alice.get(card_of(customer)).get_data(as_text=True)
    assert upload(alice, customer.id, PDF, "more.pdf").status_code == 422
    assert alice.get(f"/files/delete/?id={one}").status_code == 422


def test_TL_24_files_that_the_settings_turn_off_are_nowhere_and_come_back(
    session: Session, client_for: ClientFor
) -> None:
    alice, customer = client_for("Alice"), factories.customer(session)
    one = factories.attachment(session, customer).id
    with changeset(session, SYSTEM, "Settings"):
        settings.put(session, "use_files", False)
    assert "Files and links" not in text_of(alice.get(card_of(customer)))
    assert alice.get(f"/files/content/?id={one}").status_code == 404
    with changeset(session, SYSTEM, "Settings"):
        settings.put(session, "use_files", True)
    assert alice.get(f"/files/content/?id={one}").data == b"%PDF-1.7"
