"""Passwords: which are good enough, how they are kept, and how they are changed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import delete
from werkzeug.security import check_password_hash, generate_password_hash

from models.access import Looker, require, there
from models.base import AnySession
from models.errors import Reason, Refused
from models.journal import Changeset, changeset
from models.operations.grant import require_as_strong
from models.user import Right, SignIn, User

SHORTEST = 12
LONGEST = 128

# What is left of a password without its easy pieces has to be at least this long.
_LEAST_LEFT = 6
_SHORTEST_RUN = 4

# The words that lists of leaked passwords are made of, in the languages of our users. Digits are read as letters, too.
_WORDS = """
    abcabc access account admin adminadmin administrator alexander amsterdam andrew angel ashley azerty bailey
    barcelona baseball basketball batman blahblah bonjour butterfly champion changeme charlie cheese chelsea
    chocolate christopher computer consumer cookie daniel default diamond dragon elephant enterprise fender
    ferrari flower football forever freedom fuck fuckoff fuckyou gateway george ginger google guest hallo hammer
    hannah harley heineken hello hockey hunter ihateyou iloveyou internet invalid jackson jennifer jessica jesus
    jesuschrist jordan joshua justin kaartenbak keeper killer klantenbestand laptop letmein liverpool login
    london losenord love lovely loveme loveyou lösenord manager manchester manchesterunited martin master matrix
    matthew maverick melissa mercedes merlin metallica michael michelle microsoft midnight monday monkey monster
    mother motherfucker mustang mypassword mysecret nederland nicholas nicole ninja office orange pass passe
    passwd password passwort paswoord patrick peanut pepper phoenix playstation please pokemon princess private
    purple qazwsx qwer qwerty rachel rainbow ranger robert root samantha samsung schalke secret secure security
    server service shadow silver soccer softball sommar sparky spring starwars steelers stockholm summer
    sunflower sunshine superman superstar supervisor sverige system taylor temp tempo temporary test tester
    testing thomas thunder tigger trustno trustnoone unbelievable united unitedstates unknown user utrecht
    veranderen victoria vinter voetbal wachtwoord watchdog welcome welkom whatever william windows winner winter
    wizard yankees zaterdag zomer zondag
"""
_BY_LENGTH = sorted(set(_WORDS.split()), key=len, reverse=True)
_COMMON = re.compile("|".join(map(re.escape, _BY_LENGTH)))

_ROWS = (
    "01234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop[]",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl;'",
    "qsdfghjklm",
    "zxcvbnm,./",
    "yxcvbnm",
    "wxcvbn",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "!@#$%^&*()",
)
_RUNS = (*_ROWS, *(row[::-1] for row in _ROWS))

_AS_LETTERS = str.maketrans("013457@$!|", "oieastasii")
_YEAR = re.compile(r"(?:19|20)\d\d")
_AGAIN = re.compile(r"(.{1,10}?)\1+.?", re.DOTALL)


def as_kept(password: str) -> str:
    """The one spelling of a password: keyboards differ in how they put accents together."""
    return unicodedata.normalize("NFC", password)


def hashed(password: str) -> str:
    """The slow, salted hash to keep; it names its method, so that a later one can stand beside it."""
    return generate_password_hash(as_kept(password))


def fits(hash_: str, password: str) -> bool:
    """Whether the password is the one that was hashed; slow on purpose. None is longer than LONGEST."""
    return check_password_hash(hash_, as_kept(password)[: LONGEST + 1])


def check(password: str, email: str, name: str = "") -> None:
    """Refuse a password that is too short, too long or easy to guess for this person."""
    length = len(as_kept(password))
    if length < SHORTEST:
        raise Refused(Reason.PASSWORD_TOO_SHORT, "password", length=SHORTEST)
    if length > LONGEST:
        raise Refused(Reason.PASSWORD_TOO_LONG, "password", length=LONGEST)
    if is_easy(password, [*re.split(r"[^\w]|_", email), email, *name.split()]):
        raise Refused(Reason.PASSWORD_TOO_COMMON, "password")


def is_easy(password: str, personal: Iterable[str] = ()) -> bool:
    """Whether little is left without common words, keyboard runs, years, repetitions and the person's own name."""
    text = unicodedata.normalize("NFKC", password).casefold()
    if text.isdecimal() or len(set(text)) < _LEAST_LEFT - 1 or _AGAIN.fullmatch(text):
        return True
    for word in sorted({word.casefold() for word in personal if len(word) >= _SHORTEST_RUN - 1}, key=len, reverse=True):
        text = text.replace(word, " ")
    return min(_left(_without_runs(text)), _left(text)) < _LEAST_LEFT


def _left(text: str) -> int:
    """How many characters remain without common words and years; blanks do not count."""
    without = _COMMON.sub(" ", _YEAR.sub(" ", text))
    plain = _COMMON.sub(" ", _YEAR.sub(" ", text).translate(_AS_LETTERS))
    return min(len("".join(rest.split())) for rest in (without, plain))


def _without_runs(text: str) -> str:
    """The text with neighbours on a keyboard or in the alphabet taken out, four or more in a row."""
    kept, start = [], 0
    while start < len(text):
        length = max(_run_at(text, start, row) for row in _RUNS)
        if length < _SHORTEST_RUN:
            kept.append(text[start])
            length = 1
        else:
            kept.append(" ")
        start += length
    return "".join(kept)


def _run_at(text: str, start: int, row: str) -> int:
    place = row.find(text[start])
    while place >= 0:
        length = 1
        while text[start + length : start + length + 1] == row[place + length : place + length + 1] != "":
            length += 1
        if length >= _SHORTEST_RUN:
            return length
        place = row.find(text[start], place + 1)
    return 0


def change(session: AnySession, actor: Looker, new: str, keep: str = "") -> Changeset:
    """Give oneself a new password; the current one was checked by `sign_in.confirm`. Ends all other sessions.

    `keep` is the hash of the token of the session that goes on.
    """
    user = there(session, User, actor.id)
    check(new, user.email, user.name)
    with changeset(session, actor, "Change own password") as kept:
        user.password_hash = hashed(new)
        session.execute(delete(SignIn).where(SignIn.user_id == user.id, SignIn.token_hash != keep))
    return kept


def reset(session: AnySession, actor: Looker, user_id: int, new: str) -> Changeset:
    """Give somebody else a new password and end all their sessions; nobody who may more than oneself."""
    require(session, actor, Right.MANAGE_USERS)
    user = there(session, User, user_id)
    require_as_strong(session, actor, user)
    check(new, user.email, user.name)
    with changeset(session, actor, "Give {user} a new password", user=user.name) as kept:
        user.password_hash = hashed(new)
        session.execute(delete(SignIn).where(SignIn.user_id == user_id))
    return kept
