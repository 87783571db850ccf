"""What an undo came to, in words: what went back, and what is left as it is and why."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash
from flask_babel import gettext, ngettext

from admin_views import images, shell
from importers import undoing as imported
from models.errors import Refused
from models.journal import Counts, Kept, Left, NothingToUndo, Undone, causes_first

# So many of the things that stay are named.
NAMED = 5


def put_back(done: Undone) -> str:
    """What an undo came to."""
    return in_words(imported.rows_put_back(shell.here(), done.changeset.id), done.counts)


def in_words(rows: int, counts: Counts) -> str:
    """The same in figures: of an import the rows of its file, whatever else each of them had brought."""
    if rows:
        return ngettext("%(num)d row of the import put back", "%(num)d rows of the import put back", rows)
    return records(counts)


def records(counts: Counts) -> str:
    """What became of the records: what was added goes away, all else is as it was."""
    away, back = counts.deletes, counts.back
    said = [ngettext("%(num)d record put back", "%(num)d records put back", back)] if back or not away else []
    if away:
        said.append(ngettext("%(num)d record taken away", "%(num)d records taken away", away))
    return ", ".join(said)


def say_refused(refused: Refused) -> None:
    """That nothing was taken back; and where everything is left as it is, why."""
    flash(shell.say(refused), "danger")
    if isinstance(refused, NothingToUndo):
        say_left(refused.left, len(refused.left), done=False)


def say_done(text: str, done: Undone) -> None:
    """What was taken back, and what is left as it is."""
    if done.changeset.id is not None:
        shell.offer_undo(text, done.changeset.id)
    say_left(done.left, len(done.left), done=True)


def say_left(left: Sequence[Left], count: int, *, done: bool) -> None:
    """What is left as it is, and why: the first of them, and how many more that are."""
    for one in causes_first(left)[:NAMED]:
        flash(gettext("%(what)s stays as it is. %(why)s", what=what_stays(one), why=why(one, done=done)), "warning")
    if count > NAMED:
        more = count - NAMED
        flash(ngettext("%(num)d more was left as it is.", "%(num)d more were left as they are.", more), "warning")


def what_stays(left: Left) -> str:
    """What something that is left is called: the record, and its field where it is one."""
    record = left.name or images.table_name(left.table)
    return record if left.field is None else f"{record}, {images.label_of(left.table, left.field)}"


def why(left: Left, *, done: bool) -> str:
    """Why it is left; with what is in the way, where one may see that, and the way out as long as there is one."""
    if left.reason is Kept.ARCHIVED and left.holder_name is not None:
        text = gettext("%(name)s was archived later and can only be read.", name=left.holder_name)
        out = gettext("Restore it first.")
    elif left.reason is Kept.VALUE_TAKEN and left.wanted is not None:
        field, value = images.label_of(left.table, left.wanted[0]), left.wanted[1]
        if left.holder_name is not None:
            text = gettext(
                "%(field)s %(value)s is used by %(name)s by now.", field=field, value=value, name=left.holder_name
            )
            out = gettext("Change it there first.")
        else:
            text = gettext("%(field)s %(value)s is used by now, where you may not see it.", field=field, value=value)
            out = gettext("Ask somebody who may to change it there first.")
    else:
        return gettext(left.reason.value)
    return text if done else f"{text} {out}"
