"""The bytes of files: kept once for each content, and forgotten when nothing can bring them back any more."""

from __future__ import annotations

import hashlib

from sqlalchemy import delete, exists, func, select, text
from sqlalchemy.orm import Session

from models.activity import Attachment, FileContent
from models.base import AnySession, Base, plain
from models.journal import Change, Operation
from models.operations.working import working

_CONTENT = Base.metadata.tables[FileContent.__tablename__]
_ATTACHMENT = Base.metadata.tables[Attachment.__tablename__].c
_CHANGE = Base.metadata.tables[Change.__tablename__].c
# The same content may be on its way twice.
_KEEP = text(
    "INSERT INTO file_content (sha256, size, content) VALUES (:sha256, :size, :content) ON CONFLICT (sha256) DO NOTHING"
)


def name_of(content: bytes) -> str:
    """The name of a content: its digest, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def keep(session: Session, content: bytes) -> None:
    """Keep a content, in the changeset of the attachment that refers to it."""
    session.execute(_KEEP, {"sha256": name_of(content), "size": len(content), "content": content})


def read(session: Session, sha256: str) -> bytes | None:
    """A content, for who may see a customer that has it."""
    return session.scalar(select(FileContent.content).where(FileContent.sha256 == sha256))


def missing(session: Session) -> int:
    """How many attachments have lost their content."""
    kept = exists().where(_CONTENT.c.sha256 == _ATTACHMENT.sha256)
    lost = select(func.count()).where(_ATTACHMENT.sha256.is_not(None), ~kept)
    return session.execute(lost).scalar_one()


def forget_unused(session: AnySession) -> int:
    """Forget the contents that no attachment has and no undo can bring back; how many. Commits by itself.

    The history brings a row back from what it was before it went, until that is emptied.
    """
    session = plain(session)
    used = exists().where(_ATTACHMENT.sha256 == _CONTENT.c.sha256)
    can_come_back = select(_CHANGE.before["sha256"].as_string()).where(
        _CHANGE.table_name == Attachment.__tablename__,
        _CHANGE.operation == Operation.DELETE,
        _CHANGE.before["sha256"].as_string().is_not(None),
    )
    with working(session):
        if session.connection().dialect.name == "postgresql":
            # Nobody attaches a content anew between the look and the end: whoever does waits, and keeps it again.
            session.execute(text("LOCK TABLE file_content IN SHARE ROW EXCLUSIVE MODE"))
        unused = delete(_CONTENT).where(~used, _CONTENT.c.sha256.not_in(can_come_back))
        return session.connection().execute(unused).rowcount
