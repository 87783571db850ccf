"""Files and links on customers and their projects: attached from either card, and only ever sent as a download."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from flask import Response, g, request, url_for
from flask_admin import expose
from flask_babel import gettext, lazy_gettext
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload
from werkzeug.datastructures import MultiDict

from admin_views import choices, history, once, shell
from admin_views.base import Column, FilterChoice, Tab
from admin_views.below import BelowCustomer, card_of, offered_customers, removing
from admin_views.forms import Choice, EntityForm, LongText, Option, Section, Text, Upload
from models import filetypes, search
from models.activity import Attachment
from models.base import web_address, whole
from models.errors import NotFound, Reason, Refused
from models.journal import Changeset
from models.operations import attach, contents
from models.operations.save import Saved

# More than these are for the list.
SHOWN = 8
UNKNOWN = "application/octet-stream"
# Nothing of a file runs or loads anything, were a browser to show it after all.
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"
ICONS = {
    "pdf": "file-earmark-pdf",
    **dict.fromkeys(("doc", "docx", "odt", "rtf"), "file-earmark-word"),
    **dict.fromkeys(("xls", "xlsx", "ods"), "file-earmark-spreadsheet"),
    **dict.fromkeys(("ppt", "pptx", "odp"), "file-earmark-slides"),
    **dict.fromkeys(("png", "jpg", "gif", "webp", "tif", "bmp", "heic", "odg"), "file-earmark-image"),
    **dict.fromkeys(("eml", "msg"), "envelope"),
    "ics": "calendar-event",
    "vcf": "person-vcard",
    "txt": "file-earmark-text",
}


@dataclass(frozen=True)
class Files:
    """The newest files and links of a customer or a project, and how many there are."""

    shown: Sequence[Attachment]
    count: int

    @property
    def more(self) -> bool:
        return self.count > len(self.shown)


def of_customer(session: Session, customer_id: int) -> Files:
    """The newest files and links of a customer, those of its projects among them."""
    return _files(session, Attachment.customer_id == customer_id)


def of_project(session: Session, project_id: int) -> Files:
    """The newest files and links of one project."""
    return _files(session, Attachment.project_id == project_id)


def _files(session: Session, mine: ColumnElement[bool]) -> Files:
    newest = select(Attachment, func.count().over()).where(mine).order_by(Attachment.created_at.desc())
    query = newest.order_by(Attachment.id.desc()).limit(SHOWN).options(joinedload(Attachment.project))
    rows = session.execute(query).all()
    return Files([one for one, _ in rows], rows[0][1] if rows else 0)


def icon_of(attachment: Attachment) -> str:
    """The symbol before the name of a file or link."""
    kind = filetypes.MEDIA_TYPES.get(attachment.media_type or "")
    return "link-45deg" if attachment.is_link else ICONS.get(kind.endings[0] if kind else "", "file-earmark")


def href_of(attachment: Attachment) -> str:
    """Where the name of a file or link leads: to the download, or away from here."""
    return web_address(attachment.url) or url_for("files.content_view", id=attachment.id)


def size_text(size: int | None) -> str:
    """How large a file is, in the unit that people say."""
    if size is None:
        return ""
    if size < attach.MEGABYTE:
        return gettext("%(size)s KB", size=shell.whole(-(-size // 1024)))
    return gettext("%(size)s MB", size=shell.whole(round(size / attach.MEGABYTE)))


def offered_projects() -> list[Option]:
    """The running projects of the customer that the form is about."""
    customer = g.get("customer_of_files") or whole(request.values.get("customer") or request.form.get("customer_id"))
    return choices.projects_of(customer)


class AttachmentForm(EntityForm):
    """A file, or a link."""

    noun = Attachment

    customer_id = Choice(lazy_gettext("Customer"), options=offered_customers, empty=None)
    file = Upload(lazy_gettext("File"))
    url = Text(lazy_gettext("Address of the link"), required=True, example="https://drive.example/plan")
    name = Text(lazy_gettext("Name"))
    project_id = Choice(
        lazy_gettext("Project"),
        options=offered_projects,
        description=lazy_gettext("Left empty: the customer as a whole"),
    )
    note = LongText(lazy_gettext("Note"))


def disposition(name: str) -> str:
    """The header that makes an answer a download under this name, also for programs that only know ASCII (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    plain = "".join(letter if letter.isalnum() or letter in " .-_()" else "_" for letter in plain).strip()
    stem, _, ending = plain.rpartition(".")
    fallback = plain if stem.strip(" ._") else f"file.{ending}"
    return f"attachment; filename=\"{fallback}\"; filename*=UTF-8''{quote(name, safe='')}"


def _after(_ids: Sequence[int], done: Changeset) -> str:
    return _card(done.values["customer_id"], done.values["project_id"])


def _card(customer_id: int, project_id: int | None) -> str:
    """The card that one came from: that of a project, or the customer's."""
    if project_id is not None and request.values.get("project") == str(project_id):
        return url_for("projects.details_view", id=project_id)
    return card_of(customer_id)


class AttachmentView(BelowCustomer):
    """The files and links."""

    # A file is sent to who sees its customer.
    routes = BelowCustomer.routes | {"content_view": "see"}

    switch = "use_files"
    noun = Attachment
    spec = search.FILES
    one = lazy_gettext("file or link")
    many = lazy_gettext("Files and links")
    new_text = lazy_gettext("New file or link")
    save_text = lazy_gettext("Save")
    icon = "paperclip"
    search_hint = lazy_gettext("Name…")
    first_use = lazy_gettext("No files and links yet. Add one from the card of a customer.")
    columns = (
        Column("name", lazy_gettext("Name"), "name", "name"),
        Column("customer", lazy_gettext("Customer"), "text", place="kb-m-sub"),
        Column("project", lazy_gettext("Project"), "text"),
        Column("size", lazy_gettext("Size"), "text", numeric=True, place="kb-m-end"),
        Column("created_at", lazy_gettext("Added"), "moment", "created", place="kb-m-end2"),
    )
    list_options = (joinedload(Attachment.customer), joinedload(Attachment.project))
    filters = (
        FilterChoice("kind", lazy_gettext("Kind"), lambda: [("file", gettext("File")), ("link", gettext("Link"))]),
    )
    form = AttachmentForm
    uploads = True
    field_looks: ClassVar[dict[str, dict[str, Any]]] = {
        "file": {"span": "full", "required": True},
        "url": {"span": "full", "inputmode": "url"},
        "note": {"span": "full", "rows": 2},
    }
    sections = (
        Section("general", lazy_gettext("General"), ("customer_id", "file", "url", "name", "project_id", "note")),
    )
    meta_template = "file/meta.html"
    actions = (removing(Attachment, target=_after),)
    tabs = (
        Tab(
            "history",
            lazy_gettext("History"),
            "entity/history.html",
            lambda session, looker, attachment: history.events(session, rows=[("attachment", attachment.id)]),
        ),
    )

    def is_link(self, record: Attachment | None) -> bool:
        """Whether the form is about a link."""
        return record.is_link if record is not None else request.values.get("link") == "1"

    def form_for(self, record: Any, posted: MultiDict[str, str] | None = None) -> EntityForm:
        if record is not None:
            g.customer_of_files = record.customer_id
        made = super().form_for(record, posted)
        if record is None:
            made["name"].description = (
                gettext("Left empty: the address")
                if self.is_link(None)
                else gettext("Left empty: the name of the file")
            )
        if "file" in made:
            limit = attach.largest(shell.here()) // attach.MEGABYTE
            made["file"].description = gettext(
                "Documents, images, text and mail, up to %(limit)s MB. What it is, is told by what is in it.",
                limit=limit,
            )
        return made

    def left_out(self, record: Any, values: Mapping[str, Any]) -> frozenset[str]:
        """A link has an address; a file is chosen once, and from then on only what is said of it changes."""
        other = {"file"} if self.is_link(record) else {"url"} if record is None else {"url", "file"}
        return super().left_out(record, values) | other

    def defaults(self) -> dict[str, Any]:
        return {**super().defaults(), "project_id": whole(request.values.get("project"))}

    def to_save(self, record: Any, form: EntityForm) -> dict[str, Any]:
        values = {name: value for name, value in form.values().items() if name != "file"}
        if record is not None:
            return {**values, "name": attach.renamed(record, values["name"])}
        if self.is_link(None) and not values["name"]:
            address = urlsplit(web_address(values["url"]))
            values["name"] = f"{address.hostname or ''}{address.path.rstrip('/')}"[:200]
        return values

    def can_be_read(self, record: Any, form: EntityForm) -> bool:
        """What the file itself says is known when it is kept: until then its name is no problem."""
        return form.validate() if "file" in form else super().can_be_read(record, form)

    def store(self, record: Any, form: EntityForm) -> Saved[Any]:
        if record is not None or self.is_link(None):
            return super().store(record, form)
        file = request.files.get("file")
        if file is None or not file.filename:
            raise Refused(Reason.FILE_MISSING, filetypes.FIELD)
        session, looker = shell.here(), shell.looker()
        with closing(file):
            # One byte more than fits says that it does not: the rest is never in memory.
            content = file.stream.read(attach.largest(session) + 1)
        return attach.attach(session, looker, self.to_save(None, form), file.filename, content, sent=once.sent())

    @expose("/content/")
    def content_view(self) -> Response:
        """The content of a file, as a download, whatever it is."""
        attachment = self.find(request.args.get("id"))
        content = contents.read(shell.here(), attachment.sha256) if attachment.sha256 else None
        if content is None:
            raise NotFound
        kind = filetypes.MEDIA_TYPES.get(attachment.media_type or "")
        name = attachment.name if kind is None else filetypes.safe_name(attachment.name, kind)
        response = Response(content, content_type=UNKNOWN if kind is None else kind.media_type)
        response.headers["Content-Disposition"] = disposition(name)
        response.headers["Content-Security-Policy"] = SANDBOX
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    def cell_value(self, column: Column, row: Attachment, extra: Mapping[str, Any]) -> Any:
        return size_text(row.size) if column.key == "size" else super().cell_value(column, row, extra)

    def saved_url(self, record: Attachment) -> str:
        return _card(record.customer_id, record.project_id)

    def cancel_url(self, record: Any, form: EntityForm) -> str:
        project = whole(request.values.get("project"))
        if record is None and project is not None:
            return url_for("projects.details_view", id=project)
        return self.saved_url(record) if record is not None else super().cancel_url(record, form)
