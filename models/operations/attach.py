"""Attach a file to a customer or to one of its projects (VS-37, VS-38): its type is told by what is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from models import filetypes, settings
from models.access import Looker
from models.activity import Attachment
from models.errors import Reason, Refused
from models.journal import changeset
from models.operations import contents
from models.operations.once import Sent
from models.operations.save import Saved, save

MEGABYTE = 1024 * 1024


def largest(session: Session) -> int:
    """How many bytes a file may have."""
    return int(settings.get(session, "file_megabytes")) * MEGABYTE


def attach(
    session: Session,
    actor: Looker,
    values: Mapping[str, Any],
    name: str,
    content: bytes,
    *,
    sent: Sent | None = None,
) -> Saved[Attachment]:
    """Attach a content under the name it came with, or under the one among the values, made safe.

    `values` are those of the attachment, without what the content says itself. Refused for what is too large or of a type
    that is not kept, and as `save` refuses.
    """
    limit = largest(session)
    if len(content) > limit:
        raise Refused(Reason.FILE_TOO_LARGE, filetypes.FIELD, limit=limit // MEGABYTE)
    kind = filetypes.recognise(content, name)
    called = filetypes.safe_name(values.get("name") or name, kind)
    said = {"sha256": contents.name_of(content), "size": len(content), "media_type": kind.media_type}
    with changeset(session, actor, "Attach {name}", name=called) as kept:
        saved = save(session, actor, Attachment, None, {**values, **said, "name": called}, sent=sent)
        contents.keep(session, content)
    return replace(saved, changeset=kept)


def renamed(attachment: Attachment, name: str | None) -> str | None:
    """A new name for a file that keeps its type, and for a link any name."""
    kind = filetypes.MEDIA_TYPES.get(attachment.media_type or "")
    return name if kind is None or not name else filetypes.safe_name(name, kind)
