"""People are added, switched off and on; passwords are good enough; sessions begin and end."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
import time_machine
from sqlalchemy import URL, NullPool, create_engine, delete, func, select
from sqlalchemy.orm import Session

from models.access import ANONYMOUS, SYSTEM, Looker, look_as, looker_for
from models.base import utc_now
from models.errors import NotAllowed, NotFound, Reason, Refused
from models.journal import Change, Changeset, changeset
from models.operations import grant, password, save, sign_in, user
from models.operations.grant import Holder
from models.operations.sign_in import TooManyTries
from models.user import ADMINISTRATOR, BUILT_IN_ROLES, FailedSignIn, Right, Role, SignIn, TeamMember, User
from tests import factories, granting
from tests.conftest import PASSWORD, Cast

HERE = "192.0.2.1"
BOB = "bob@kaartenbak.example"
NOON = dt.datetime(2026, 11, 2, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(NOON, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def bob(session: Session, cast: Cast) -> Looker:
    """Bob, whose password is everybody's."""
    return looker_for(session, cast.bob)


def role_id(session: Session, name: str) -> int:
    return session.scalars(select(Role.id).where(Role.name == name)).one()


def count(session: Session, noun: type[FailedSignIn | SignIn | User]) -> int:
    look_as(session, SYSTEM)
    return session.scalar(select(func.count()).select_from(noun)) or 0


# -- passwords --------------------------------------------------------------------------------------------------------

EASY = """
    123456789012 1234567890123 098765432109 aaaaaaaaaaaa abcabcabcabc passwordpassword password1234
    Password1234! p@ssw0rd1234 passw0rd12345 qwertyuiop12 qwertyuiop[] asdfghjkl123 1qaz2wsx3edc 1q2w3e4r5t6y
    q1w2e3r4t5y6 zaq12wsxcde3 abcdefghijkl iloveyou1234 iloveyouiloveyou welcome12345 Welkom2026!! wachtwoord123
    Wachtwoord2026 letmein12345 administrator administrator1 adminadmin123 administrator2026 trustno1trustno1
    football2024 superman1234 unbelievable motherfucker sunshine2025! princess12345 monkeymonkey dragon123456
    qwerty123456 qwertyqwerty azertyuiop123 starwars2023 lösenord1234 kaartenbak2026 Kaartenbak123! changeme1234
    default12345 111111222222 121212121212 a1b2a1b2a1b2 christopher1 manchesterunited jesuschrist1 unitedstates
    microsoft123 secretsecret mypassword123 passpasspass zaterdag2026 zyxwvutsrqpo ingrid.bergstrom
    IngridBergstrom1 bergstrom2026! ingridingrid12 nordhamn2026
""".split()
GOOD = (
    "correct horse battery staple",
    "vier kale paarden op zolder",
    "Tq7#mZ!c9$Lw",
    "kP2vX9bRw4sN",
    "ett tåg till Kiruna",
    "x" + "åäö😀" * 31 + "abc",
    "   zomaar wat tussen spaties   ",
    "blauwe fietsbel regenjas",
)


@pytest.mark.parametrize("easy", EASY)
def test_an_easy_password_is_refused(easy: str) -> None:
    with pytest.raises(Refused) as refusal:
        password.check(easy, "ingrid.bergstrom@nordhamn.example", "Ingrid Bergström")
    assert refusal.value.reason is Reason.PASSWORD_TOO_COMMON


@pytest.mark.parametrize("good", GOOD)
def test_a_good_password_of_any_characters_is_taken(good: str) -> None:
    password.check(good, "ingrid.bergstrom@nordhamn.example", "Ingrid Bergström")
    assert password.fits(password.hashed(good), good)


def test_length_is_12_to_128_characters() -> None:
    good = "kP2vX9bRw4sNq8Zt" * 8
    mixed = "".join(chr(0x4E00 + n * 7) for n in range(128))
    for text, reason in (
        (mixed[:11], Reason.PASSWORD_TOO_SHORT),
        (mixed + "x", Reason.PASSWORD_TOO_LONG),
    ):
        with pytest.raises(Refused) as refusal:
            password.check(text, BOB)
        assert refusal.value.reason is reason
    for text in (mixed, mixed[:12]):
        password.check(text, BOB)
        assert password.fits(password.hashed(text), text)
    assert not password.fits(password.hashed(mixed), mixed + "x")
    assert not password.fits(password.hashed(mixed), mixed[:-1])
    assert len(good) == password.LONGEST


def test_one_spelling_of_an_accent_is_as_good_as_the_other() -> None:
    assert password.fits(password.hashed("trottoirband cafe\u0301"), "trottoirband caf\u00e9")


def test_a_password_is_kept_as_a_slow_salted_hash() -> None:
    # A process of its own knows nothing of what is made cheap for the tests.
    code = (
        "from models.operations import password; import sys; print(*map(password.hashed, sys.argv[1:] * 2), sep='\\n')"
    )
    first, second = subprocess.check_output([sys.executable, "-c", code, PASSWORD], text=True).split()
    assert first != second
    assert {one.split("$")[0] for one in (first, second)} == {"scrypt:32768:8:1"}
    assert PASSWORD not in first


# -- people -----------------------------------------------------------------------------------------------------------


def test_a_user_is_added_with_role_and_teams(session: Session, dana: Looker) -> None:
    team = factories.team(session).id
    made = user.create(
        session,
        dana,
        " Ingrid.Bergstrom@Nordhamn.example ",
        None,
        PASSWORD,
        role_id=role_id(session, "Reader"),
        team_ids=[team],
    )
    assert (made.email, made.name) == ("Ingrid.Bergstrom@Nordhamn.example", "Ingrid Bergstrom")
    assert looker_for(session, made).everywhere == {Right.VIEW}
    assert session.scalars(select(TeamMember.user_id).where(TeamMember.team_id == team)).all() == [made.id]
    assert sign_in.sign_in(session, "ingrid.bergstrom@nordhamn.example", PASSWORD, HERE)


NO_ADDRESSES = {
    **dict.fromkeys(
        ("ingrid", "ingrid@", "@nordhamn.example", "a b@c.example", "a@b@c.example"), Reason.NOT_AN_ADDRESS
    ),
    "": Reason.MISSING,
    "x" * 250 + "@a.nl": Reason.TOO_LONG,
    "ingrid\0@nordhamn.example": Reason.INVISIBLE,
}


@pytest.mark.parametrize(("email", "reason"), NO_ADDRESSES.items(), ids=[str(n) for n, _ in enumerate(NO_ADDRESSES)])
def test_what_is_no_address_is_refused_by_command_and_form_alike(
    session: Session, dana: Looker, cast: Cast, email: str, reason: Reason
) -> None:
    refusals = []
    for verb in (
        lambda: user.create(session, dana, email, "Ingrid", PASSWORD),
        lambda: save.save(session, dana, User, None, {"email": email, "name": "Ingrid"}),
        lambda: save.save(session, dana, User, cast.bob.id, {"email": email}),
    ):
        with pytest.raises(Refused) as refusal:
            verb()
        refusals.append((refusal.value.reason, refusal.value.field))
    assert refusals == [(reason, "email")] * 3


def test_an_address_is_used_once_whatever_its_case(session: Session, dana: Looker, cast: Cast) -> None:
    with pytest.raises(Refused) as refusal:
        user.create(session, dana, "BOB@Kaartenbak.example", "Bob", PASSWORD)
    assert (refusal.value.reason, refusal.value.field) == (Reason.VALUE_TAKEN, "email")


def test_adding_and_disabling_people_needs_its_right_and_its_limits(
    session: Session, alice: Looker, cast: Cast
) -> None:
    for verb in (
        lambda: user.create(session, alice, "new@nordhamn.example", "New", PASSWORD),
        lambda: user.disable(session, alice, cast.bob.id),
        lambda: user.enable(session, alice, cast.bob.id),
        lambda: password.reset(session, alice, cast.bob.id, PASSWORD),
    ):
        with pytest.raises(NotAllowed):
            verb()
    keeper = factories.role(session, rights=frozenset({Right.MANAGE_USERS}))
    granting.set_role_of(session, SYSTEM, Holder(user_id=cast.charlie.id), keeper.id)
    charlie = looker_for(session, cast.charlie)
    administrator = role_id(session, ADMINISTRATOR)
    look_as(session, charlie)
    with pytest.raises(Refused) as refusal:
        user.create(session, charlie, "new@nordhamn.example", "New", PASSWORD, role_id=administrator)
    assert refusal.value.reason is Reason.MORE_THAN_OWN
    assert count(session, User) == 4


def test_disabling_ends_all_sessions_and_enabling_lets_in_again(session: Session, dana: Looker, bob: Looker) -> None:
    tokens = [sign_in.sign_in(session, BOB, PASSWORD, HERE) for _ in range(2)]
    user.disable(session, dana, bob.id or 0)
    assert [sign_in.seat_of(session, token) for token in tokens] == [None, None]
    with pytest.raises(Refused, match="not right"):
        sign_in.sign_in(session, BOB, PASSWORD, HERE)
    user.enable(session, dana, bob.id or 0)
    assert sign_in.sign_in(session, BOB, PASSWORD, HERE)


def test_unknown_people_are_not_found(session: Session, dana: Looker) -> None:
    for verb in (user.disable, user.enable):
        with pytest.raises(NotFound):
            verb(session, dana, 999)
    with pytest.raises(NotFound):
        password.reset(session, dana, 999, PASSWORD)


def test_the_last_administrator_is_not_disabled(session: Session, dana: Looker) -> None:
    with pytest.raises(Refused) as refusal:
        user.disable(session, dana, dana.id or 0)
    assert refusal.value.reason is Reason.LAST_ADMINISTRATOR


def test_preferences_are_ones_own(session: Session, bob: Looker, cast: Cast) -> None:
    user.prefer(session, bob, language="nl", theme="dark", single_keys=False)
    assert (cast.bob.language, cast.bob.theme, cast.bob.single_keys) == ("nl", "dark", False)
    user.prefer(session, bob, language="", theme="")
    assert (cast.bob.language, cast.bob.theme, cast.bob.single_keys) == (None, None, False)
    with pytest.raises(NotFound):
        user.prefer(session, ANONYMOUS, theme="dark")


# -- the first administrator ------------------------------------------------------------------------------------------


@pytest.fixture
def empty(session: Session) -> Session:
    """A panel in which nobody works yet. Made behind the product's back: it would keep its administrator."""
    for table in (User, Role):
        session.connection().execute(delete(table.__table__))
    session.commit()
    return session


def test_the_first_administrator_brings_the_built_in_roles(empty: Session) -> None:
    made = user.first_administrator(empty, "boss@firm.example", PASSWORD)
    assert {role.name for role in empty.scalars(select(Role))} == set(BUILT_IN_ROLES)
    assert looker_for(empty, made).is_administrator
    assert sign_in.sign_in(empty, "boss@firm.example", PASSWORD, HERE)


def test_there_is_one_first_administrator(empty: Session) -> None:
    user.first_administrator(empty, "boss@firm.example", PASSWORD)
    with pytest.raises(Refused) as refusal:
        user.first_administrator(empty, "other@firm.example", PASSWORD)
    assert refusal.value.reason is Reason.ALREADY_SET_UP
    assert count(empty, User) == 1


def test_many_who_set_up_at_once_make_one_administrator(empty: Session, database_url: URL) -> None:
    outcomes: list[object] = []

    def set_up(number: int) -> None:
        engine = create_engine(database_url, poolclass=NullPool)
        with Session(engine) as own:
            look_as(own, SYSTEM)
            try:
                outcomes.append(user.first_administrator(own, f"boss{number}@firm.example", PASSWORD).id)
            except Refused as refusal:
                outcomes.append(refusal.reason)
        engine.dispose()

    threads = [threading.Thread(target=set_up, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(Reason.ALREADY_SET_UP) == 5
    assert count(empty, User) == 1


def test_built_in_roles_that_were_changed_stay_as_they_are(session: Session, dana: Looker) -> None:
    grant.set_rights(session, dana, "Reader", add=[Right.REGISTER])
    user.ensure_roles(session)
    assert session.scalars(select(Role.rights).where(Role.name == "Reader")).one() == {"view", "register"}


# -- sessions ---------------------------------------------------------------------------------------------------------


def test_a_token_opens_a_session_until_it_is_signed_out(session: Session, bob: Looker) -> None:
    token = sign_in.sign_in(session, BOB.upper(), PASSWORD, HERE, agent="Firefox")
    seat = sign_in.seat_of(session, token)
    assert seat is not None
    assert (seat.looker, seat.role_name, seat.email) == (bob, "Reader", BOB)
    look_as(session, SYSTEM)
    stored = session.scalars(select(SignIn.token_hash)).one()
    assert stored == sign_in.token_hash(token) != token
    sign_in.sign_out(session, token)
    assert sign_in.seat_of(session, token) is None
    sign_in.sign_out(session, token)


def test_every_sign_in_has_a_token_of_its_own_and_signing_out_ends_them_all(session: Session, bob: Looker) -> None:
    first, second = (sign_in.sign_in(session, BOB, PASSWORD, HERE) for _ in range(2))
    assert first != second
    sign_in.sign_out(session, first)
    assert sign_in.seat_of(session, first) is None
    assert sign_in.seat_of(session, second) is None


def test_an_invented_token_opens_nothing(session: Session, bob: Looker) -> None:
    token = sign_in.sign_in(session, BOB, PASSWORD, HERE)
    for wrong in ("", token[:-1], token + "x", sign_in.token_hash(token), "\0", "1"):
        assert sign_in.seat_of(session, wrong) is None


def test_a_session_ends_when_it_is_idle_and_when_it_is_old(
    session: Session, bob: Looker, clock: time_machine.Coordinates
) -> None:
    idle, used = (sign_in.sign_in(session, BOB, PASSWORD, HERE) for _ in range(2))
    for _ in range(13):
        clock.shift(dt.timedelta(hours=11, minutes=59))
        seat = sign_in.seat_of(session, used)
        assert seat is not None
        sign_in.seen(session, seat)
    assert sign_in.seat_of(session, idle) is None
    clock.shift(dt.timedelta(hours=12))
    assert utc_now() - NOON < dt.timedelta(days=7)
    assert sign_in.seat_of(session, used) is None
    later = sign_in.sign_in(session, BOB, PASSWORD, HERE)
    for _ in range(15):
        clock.shift(dt.timedelta(hours=11))
        seat = sign_in.seat_of(session, later)
        assert seat is not None
        sign_in.seen(session, seat)
    clock.shift(dt.timedelta(hours=4))
    assert sign_in.seat_of(session, later) is None


def test_being_seen_is_not_noted_at_every_request(
    session: Session, bob: Looker, clock: time_machine.Coordinates
) -> None:
    token = sign_in.sign_in(session, BOB, PASSWORD, HERE)
    for minutes, noted in ((4, 0), (2, 6), (3, 6), (3, 12)):
        clock.shift(dt.timedelta(minutes=minutes))
        seat = sign_in.seat_of(session, token)
        assert seat is not None
        sign_in.seen(session, seat)
        look_as(session, SYSTEM)
        assert session.scalars(select(SignIn.seen_at)).one() == NOON + dt.timedelta(minutes=noted)


def test_a_new_password_ends_the_other_sessions(session: Session, bob: Looker) -> None:
    other, own = (sign_in.sign_in(session, BOB, PASSWORD, HERE) for _ in range(2))
    look_as(session, bob)
    password.change(session, bob, "vier kale paarden op zolder", keep=sign_in.token_hash(own))
    assert sign_in.seat_of(session, other) is None
    assert sign_in.seat_of(session, own) is not None
    with pytest.raises(Refused, match="not right"):
        sign_in.sign_in(session, BOB, PASSWORD, HERE)
    assert sign_in.sign_in(session, BOB, "vier kale paarden op zolder", HERE)


@pytest.mark.parametrize("meanwhile", ["reset", "disable"])
def test_what_happens_while_a_password_is_checked_counts(
    session: Session, bob: Looker, database_url: URL, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    fits = password.fits

    def slowly(hash_: str, typed: str) -> bool:
        session.rollback()
        engine = create_engine(database_url, poolclass=NullPool)
        with Session(engine) as other:
            look_as(other, SYSTEM)
            if meanwhile == "reset":
                password.reset(other, SYSTEM, bob.id or 0, "vier kale paarden op zolder")
            else:
                user.disable(other, SYSTEM, bob.id or 0)
        engine.dispose()
        return fits(hash_, typed)

    monkeypatch.setattr(password, "fits", slowly)
    assert _try(session, BOB, PASSWORD) is Reason.SIGN_IN_FAILED
    session.rollback()
    assert count(session, SignIn) == 0


def test_a_password_that_was_reset_ends_all_sessions(session: Session, bob: Looker, dana: Looker) -> None:
    token = sign_in.sign_in(session, BOB, PASSWORD, HERE)
    password.reset(session, dana, bob.id or 0, "vier kale paarden op zolder")
    assert sign_in.seat_of(session, token) is None


def test_a_password_never_enters_the_journal(session: Session, bob: Looker) -> None:
    hashes = session.scalars(select(User.password_hash).where(User.password_hash.is_not(None))).all()
    images = repr(session.execute(select(Change.before, Change.after).where(Change.table_name == "user")).all())
    assert hashes
    assert "password" not in images
    assert not any(hash_ in images for hash_ in hashes if hash_)


def test_one_ends_ones_own_sessions_only(session: Session, bob: Looker, cast: Cast) -> None:
    token = sign_in.sign_in(session, BOB, PASSWORD, HERE, agent="Firefox")
    sign_in.sign_in(session, BOB, PASSWORD, HERE, agent="Edge")
    look_as(session, bob)
    shown = sign_in.sessions_of(session, bob)
    assert [row.agent for row in shown] == ["Edge", "Firefox"]
    charlie = looker_for(session, cast.charlie)
    look_as(session, charlie)
    assert sign_in.sessions_of(session, charlie) == []
    with pytest.raises(NotFound):
        sign_in.end(session, charlie, shown[1].id)
    look_as(session, bob)
    sign_in.end(session, bob, shown[1].id)
    assert sign_in.seat_of(session, token) is None


def test_a_right_that_is_taken_is_gone_with_the_next_look(session: Session, bob: Looker, dana: Looker) -> None:
    token = sign_in.sign_in(session, BOB, PASSWORD, HERE)
    look_as(session, dana)
    granting.set_role_of(session, dana, Holder(user_id=bob.id), None)
    seat = sign_in.seat_of(session, token)
    assert seat is not None
    assert seat.looker.everywhere == frozenset()


# -- guessing ---------------------------------------------------------------------------------------------------------


def _try(
    session: Session, email: str, typed: str, address: str = HERE, device: str | None = None
) -> int | Reason | str:
    """The token, the reason of the refusal, or the seconds to wait."""
    look_as(session, ANONYMOUS)
    try:
        return sign_in.sign_in(session, email, typed, address, device=device)
    except TooManyTries as slow:
        return slow.seconds
    except Refused as refusal:
        return refusal.reason


def test_unknown_disabled_and_wrong_are_refused_alike(session: Session, bob: Looker, cast: Cast) -> None:
    with changeset(session, SYSTEM, "Set up"):
        cast.charlie.password_hash = None
        cast.alice.disabled_at = utc_now()
    answers = {
        _try(session, email, typed)
        for email, typed in (
            ("nobody@nowhere.example", PASSWORD),
            ("alice@kaartenbak.example", PASSWORD),
            (BOB, "wrong"),
            ("charlie@kaartenbak.example", ""),
        )
    }
    assert answers == {Reason.SIGN_IN_FAILED}


def test_unknown_disabled_and_wrong_do_the_same_work(
    session: Session, bob: Looker, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with changeset(session, SYSTEM, "Set up"):
        cast.charlie.password_hash = None
        cast.alice.disabled_at = utc_now()
    work: list[str] = []
    fits = password.fits

    def noted(hash_: str, typed: str) -> bool:
        work.append(hash_.split("$", maxsplit=1)[0])
        return fits(hash_, typed)

    monkeypatch.setattr(password, "fits", noted)
    for email in (BOB, "alice@kaartenbak.example", "charlie@kaartenbak.example", "nobody@nowhere.example"):
        assert _try(session, email, "wrong") is Reason.SIGN_IN_FAILED
    assert work == [password.hashed(PASSWORD).split("$", maxsplit=1)[0]] * 4


def test_guessing_at_an_account_is_slowed_from_any_address(
    session: Session, bob: Looker, clock: time_machine.Coordinates
) -> None:
    tried = 0
    for second in range(3600):
        if second % 20 == 0 and _try(session, BOB, "wrong", f"198.51.100.{second % 256}") is Reason.SIGN_IN_FAILED:
            tried += 1
        clock.shift(dt.timedelta(seconds=1))
    assert 5 < tried <= 30


def test_five_tries_are_free_and_the_right_password_works_after_the_wait(
    session: Session, bob: Looker, clock: time_machine.Coordinates
) -> None:
    waits = []
    for number in range(9):
        if number >= 5:
            wait = _try(session, BOB, PASSWORD)
            assert isinstance(wait, int)
            waits.append(wait)
            clock.shift(dt.timedelta(seconds=wait))
        assert _try(session, BOB, "wrong") is Reason.SIGN_IN_FAILED
    assert waits == [60, 120, 240, 300]
    clock.shift(dt.timedelta(seconds=299))
    assert _try(session, BOB, PASSWORD) == 1
    clock.shift(dt.timedelta(seconds=1))
    assert isinstance(_try(session, BOB, PASSWORD), str)
    assert _try(session, BOB, "wrong", "203.0.113.9") is Reason.SIGN_IN_FAILED


def test_guessing_from_one_address_is_slowed_for_all_accounts(
    session: Session, bob: Looker, clock: time_machine.Coordinates
) -> None:
    for number in range(5):
        assert _try(session, f"person{number}@nowhere.example", "wrong") is Reason.SIGN_IN_FAILED
    assert _try(session, BOB, PASSWORD) == 60
    assert isinstance(_try(session, BOB, PASSWORD, "203.0.113.9"), str)


def test_strangers_do_not_keep_out_a_browser_that_was_here_before(
    session: Session, bob: Looker, clock: time_machine.Coordinates
) -> None:
    for _ in range(5):
        _try(session, BOB, "wrong")
    assert _try(session, BOB, PASSWORD) == 60
    assert isinstance(_try(session, BOB, PASSWORD, device="known"), str)
    for _ in range(5):
        assert _try(session, BOB, "wrong", device="known") is Reason.SIGN_IN_FAILED
    assert _try(session, BOB, PASSWORD, device="known") == 60


def test_many_guesses_at_the_same_moment_are_counted_too(session: Session, bob: Looker, database_url: URL) -> None:
    outcomes: list[object] = []

    def guess() -> None:
        engine = create_engine(database_url, poolclass=NullPool)
        with Session(engine) as own:
            outcomes.append(_try(own, BOB, "wrong"))
        engine.dispose()

    threads = [threading.Thread(target=guess) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(Reason.SIGN_IN_FAILED) == 5
    session.rollback()
    assert count(session, FailedSignIn) == 10


def test_confirming_the_password_is_slowed_as_well(
    session: Session, bob: Looker, clock: time_machine.Coordinates
) -> None:
    look_as(session, bob)
    for _ in range(5):
        with pytest.raises(Refused) as refusal:
            sign_in.confirm(session, bob, "wrong", HERE)
        assert refusal.value.reason is Reason.PASSWORD_NOT_RIGHT
    with pytest.raises(TooManyTries):
        sign_in.confirm(session, bob, PASSWORD, HERE)
    clock.shift(dt.timedelta(seconds=60))
    sign_in.confirm(session, bob, PASSWORD, HERE)
    sign_in.confirm(session, bob, PASSWORD, "203.0.113.9")


def test_old_tries_are_forgotten(session: Session, bob: Looker, clock: time_machine.Coordinates) -> None:
    for _ in range(5):
        _try(session, BOB, "wrong")
    clock.shift(dt.timedelta(hours=1, seconds=1))
    for _ in range(5):
        assert _try(session, BOB, "wrong") is Reason.SIGN_IN_FAILED
    assert count(session, FailedSignIn) == 10


@pytest.mark.parametrize("email", ["\0", "a\0b@c.example", "x" * 100_000, "'; DROP TABLE user; --"])
def test_odd_addresses_are_refused_like_any_other(session: Session, email: str) -> None:
    assert _try(session, email, PASSWORD) is Reason.SIGN_IN_FAILED
    assert _try(session, BOB, "\0" + "x" * 100_000) is Reason.SIGN_IN_FAILED


def test_signing_in_does_not_mix_with_other_work(session: Session, bob: Looker) -> None:
    with changeset(session, SYSTEM, "Work"), pytest.raises(RuntimeError, match="mix"):
        sign_in.sign_in(session, BOB, PASSWORD, HERE)


def test_who_is_in_already_is_not_let_in_and_who_is_out_not_kept_out_again(
    session: Session, dana: Looker, bob: Looker
) -> None:
    key = bob.id or 0
    before = session.get_one(User, key).changed_at
    assert user.enable(session, dana, key) is None
    assert session.get_one(User, key).changed_at == before
    assert user.disable(session, dana, key) is not None
    kept = session.get_one(User, key).disabled_at
    assert user.disable(session, dana, key) is None
    assert session.get_one(User, key).disabled_at == kept
    titles = session.scalars(select(Changeset.title).where(Changeset.title.like("%able the user%"))).all()
    assert titles == ["Disable the user {user}"]
    assert user.enable(session, dana, key) is not None
