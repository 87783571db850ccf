"""Every text is there in every language, with its placeholders; and a page in Dutch speaks no English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from babel.messages.catalog import Catalog
from flask import Flask
from flask_babel import force_locale
from jinja2 import nodes
from sqlalchemy.orm import Session

from admin_views import commands_translate as catalogues
from admin_views import shell
from admin_views.commands_translate import Text
from app import LANGUAGES, create_app
from models.access import SYSTEM
from models.customer import Customer
from models.errors import SINGULAR, Reason, Refused
from models.operations import archive
from tests import factories, texts
from tests.conftest import Cast, ClientFor
from tests.pages import PageClient, problems

SOURCE = LANGUAGES[0]
# Texts that are handed to the catalogue at run time: each comes from what `catalogues.texts` lists. Whoever adds a line
# here says there where its texts come from.
AT_RUN_TIME = {
    "admin_views/registers.py": {"why.value"},
    "admin_views/alike.py": {"reason.value"},
    "admin_views/listing.py": {"dropped.why.value"},
    "admin_views/narrowing.py": {"Unfit.WRONG_VALUE.value", "linked"},
    "admin_views/editing.py": {"errors.TEXTS[404][1]"},
    "admin_views/errors.py": {"usual", "hint"},
    "admin_views/history.py": {"text"},
    "admin_views/images.py": {
        "link[1]",
        "TABLES.get(table, table)",
        "key.removesuffix('_id').replace('_', ' ').capitalize()",
        "str(raw)",
    },
    "admin_views/import_progress.py": {"Refusal[failure['code']].value"},
    "admin_views/undone.py": {"left.reason.value"},
    "admin_views/import_columns.py": {"one.value"},
    "admin_views/imports.py": {"problem.refusal.value"},
    "admin_views/searching.py": {"group.title"},
    "admin_views/wording.py": {"known.title"},
    "admin_views/shell.py": {
        "str(right).replace('-', ' ').capitalize()",
        "text",
        "singular",
        "source.text.value",
        "value",
        "name",
    },
    "templates/customer/alike.html": {"reason.value"},
    "admin_views/work.py": {"state.value"},
    "templates/customer/mail.html": {"mail.error"},
    "templates/project/registrations.html": {"one.status.value"},
    "templates/project/registration.html": {"record.status.value"},
    "admin_views/registration.py": {"one.value", "row.status.value"},
    "templates/search.html": {"group.title"},
    "templates/settings.html": {"one.title", "one.help", "group.value"},
    "templates/verbs/convert.html": {"reason.value"},
}
# Whose titles stand in a table of their own.
WITH_TITLES = {
    f"models/operations/{verb}.py"
    for verb in ("archive", "close_opportunity", "convert", "delete", "label", "mark_activity", "remove", "save")
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application as it is served, without a database behind it."""
    return create_app(
        {"INSTANCE": tmp_path_factory.mktemp("instance"), "SECRET_KEY": "long enough for a test, and no secret"}
    )


@pytest.fixture(scope="module")
def wanted(whole: Flask) -> Catalog:
    """All texts, with their places."""
    with whole.app_context():
        return catalogues.template(catalogues.texts())


# The catalogues ------------------------------------------------------------------------------------------------------


def test_there_is_a_catalogue_for_every_language_that_is_offered() -> None:
    assert {path.parts[-3] for path in catalogues.catalogues()} == set(LANGUAGES) - {SOURCE}


@pytest.mark.parametrize("path", catalogues.catalogues(), ids=lambda path: path.parts[-3])
def test_every_text_is_translated_with_its_placeholders(path: Path, wanted: Catalog) -> None:
    wrong = catalogues.problems(catalogues.read(path), wanted)
    assert not wrong, "`make translate`, then translate:\n" + "\n".join(wrong)


@pytest.mark.parametrize("path", catalogues.catalogues(), ids=lambda path: path.parts[-3])
def test_a_catalogue_compiles_and_is_what_the_panel_reads(path: Path, whole: Flask) -> None:
    made = catalogues.compiled(path)
    assert made.stat().st_size > 10_000
    assert made.parent.parent.parent == Path(whole.config["BABEL_TRANSLATION_DIRECTORIES"])


@pytest.mark.parametrize(
    "text",
    [
        "Save customer",
        "You need the right {right} for this.",
        "Archive {count} customers",
        "Give {holder} the role {role} on {customer}",
        "Make {name} a company",
        "Seeded {customers} customers",
        "See all totals",
        "Registrar",
        "Head office: city",
        "%(num)d record archived.",
        "Archived with customer",
        "It was changed later.",
        "Row in your file",
        "Bank account",
        "{field}: fill in a number from {least} to {most}.",
        "archived-only",
        "Something changed meanwhile.",
        "Projects",
    ],
)
def test_a_text_is_found_wherever_it_is_kept(text: str, wanted: Catalog) -> None:
    assert wanted.get(text) is not None


def one_text(text: str, plural: str | None = None) -> Catalog:
    return catalogues.template([Text("models/errors.py", 12, text, plural)])


@pytest.mark.parametrize(
    ("source", "translated", "wrong"),
    [
        (("{name} is archived.",), "", "is not translated"),
        (("{name} is archived.",), "Gearchiveerd.", "other placeholders"),
        (("{name} is archived.",), "{naam} is gearchiveerd.", "other placeholders"),
        (("%(name)s saved",), "%(name)d opgeslagen", "other placeholders"),
        (("%(num)d row", "%(num)d rows"), ("%(num)d rij", ""), "is not translated"),
        (("%(num)d row", "%(num)d rows"), ("%(num)d rij", "rijen"), "other placeholders"),
        (("row", "rows"), None, "is not in the catalogue"),
    ],
)
def test_a_wrong_translation_is_named_with_the_place_of_its_text(
    source: tuple[str, ...], translated: str | tuple[str, ...] | None, wrong: str
) -> None:
    catalog = Catalog(locale="nl")
    if translated is not None:
        catalog.add(source if len(source) > 1 else source[0], translated)
    found = catalogues.problems(catalog, one_text(*source))
    assert len(found) == 1
    assert found[0].startswith(f"models/errors.py:12: {source[0]!r}")
    assert wrong in found[0]


def test_a_text_that_is_no_longer_shown_is_named() -> None:
    catalog = Catalog(locale="nl")
    catalog.add("Gone", "Weg")
    assert catalogues.problems(catalog, one_text("Gone")) == []
    assert catalogues.problems(catalog, Catalog()) == ["'Gone' is shown nowhere any more"]


def test_a_damaged_catalogue_is_refused_and_the_compiled_one_stays(tmp_path: Path) -> None:
    folder = tmp_path / "nl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    path = folder / "messages.po"
    path.write_text('msgid ""\nmsgstr ""\n\nmsgid "Save"\nmsgstr "Opslaan"\n', "utf-8")
    whole = catalogues.compiled(path).read_bytes()
    path.write_text('<<<<<<< ours\nmsgid "Save"\nmsgstr "Opslaan"\n', "utf-8")
    with pytest.raises(click.ClickException, match=r"messages\.po"):
        catalogues.compiled(path)
    assert path.with_suffix(".mo").read_bytes() == whole


# Nothing escapes -----------------------------------------------------------------------------------------------------


def handed_over(whole: Flask) -> Iterator[tuple[str, str]]:
    """Every text that is not a literal where it is marked: file and expression."""
    for path in sorted((catalogues.ROOT / "admin_views").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in catalogues.MARKED:
                if not list(catalogues._constants(call.args[:1], None)):
                    yield path.relative_to(catalogues.ROOT).as_posix(), ast.unparse(call.args[0])
    for path in sorted((catalogues.ROOT / "templates").rglob("*.html")):
        for call in whole.jinja_env.parse(path.read_text("utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in catalogues.MARKS:
                if not isinstance(call.args[0], nodes.Const):
                    yield path.relative_to(catalogues.ROOT).as_posix(), written(call.args[0])


def written(node: nodes.Expr) -> str:
    return f"{written(node.node)}.{node.attr}" if isinstance(node, nodes.Getattr) else getattr(node, "name", repr(node))


def test_a_text_that_is_not_a_literal_comes_from_a_known_place(whole: Flask) -> None:
    unknown = [f"{file}: {text}" for file, text in handed_over(whole) if text not in AT_RUN_TIME.get(file, ())]
    assert not unknown, "say in commands_translate.py where these come from:\n" + "\n".join(unknown)


def test_the_title_of_every_change_is_found() -> None:
    for folder in ("models", "importers", "admin_views"):
        for path in sorted((catalogues.ROOT / folder).rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            for call in ast.walk(tree):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "changeset":
                    file = path.relative_to(catalogues.ROOT).as_posix()
                    assert file in WITH_TITLES or list(catalogues._constants(call.args[2:3], tree)), (
                        f"{file}:{call.lineno}"
                    )


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        ("en", "Alfa has 1 active agreement. End it first.", "Alfa has 2 active agreements. End them first."),
        ("nl", "Alfa heeft 1 lopende overeenkomst. Beëindig die eerst.", "Alfa heeft 2 lopende overeenkomsten."),
    ],
)
def test_a_refusal_counts_as_people_do(whole: Flask, language: str, one: str, many: str) -> None:
    with whole.test_request_context(), force_locale(language):
        for count, text in ((1, one), (2, many)):
            refusal = Refused(Reason.AGREEMENT_ACTIVE, name="Alfa", count=count)
            assert shell.say(refusal).startswith(text)
            assert language == "nl" or str(refusal).startswith(text)


@pytest.mark.parametrize("reason", Reason)
def test_a_refusal_with_a_number_says_one_and_more(reason: Reason) -> None:
    # A limit is never one, and "in the table" counts nothing that is named.
    if reason is not Reason.NOT_EMPTY and re.search(r"\{(count|minutes)\}", reason.value):
        counted, singular = SINGULAR[reason]
        assert f"{{{counted}}}" in singular


# Pages in Dutch ------------------------------------------------------------------------------------------------------

# That no page in Dutch speaks English is seen by `tests/pages.py` on every page that any test fetches; here they all are.


def test_english_is_seen() -> None:
    assert texts.is_english("Save customer")
    assert texts.is_english("Archive Nordhamn Logistik AB?")
    assert not texts.is_english("Klant opslaan")
    assert not texts.is_english("Label")


@pytest.mark.parametrize(
    ("lang", "text", "wrong"),
    [
        ("nl", "Save customer", "English on a page in Dutch"),
        ("nl", "Klant opslaan", None),
        ("en", "Save customer", None),
        ("en", "%(name)s saved", "not filled in"),
        ("en", "{name} is archived.", "not filled in"),
        ("en", "Phone: None", "not filled in"),
        ("en", "head_office_country is too long", "a name that only programs know"),
        ("en", "see-all-totals", "a name that only programs know"),
        ("en", "Write to payment_term_days@firm.example", None),
    ],
)
def test_every_page_that_a_test_fetches_is_read(lang: str, text: str, wrong: str | None) -> None:
    page = f"<html lang={lang}><head><title>T</title></head><body><h1>T</h1><p>{text}</p></body></html>"
    found = problems(page)
    assert [one.partition(":")[0] for one in found] == ([wrong] if wrong else [])


PAGES = [
    "/",
    "/customers/",
    "/customers/?search=nothing+like+this",
    "/customers/?archived=archived",
    "/customers/new/",
    "/customers/edit/?id={customer}",
    "/customers/details/?id={customer}",
    "/customers/details/?id={customer}&tab=contact",
    "/customers/details/?id={customer}&tab=projects",
    "/customers/details/?id={customer}&tab=roles",
    "/customers/details/?id={customer}&tab=history",
    "/customers/action/?action=archive&rowid={customer}",
    "/customers/action/?action=kind&rowid={customer}",
    "/customers/action/?action=label&rowid={customer}",
    "/customers/action/?action=label&rowid={customer}&put={label}",
    "/customers/action/?action=restore&rowid={archived}",
    "/customers/delete/?id={archived}",
    "/customers/delete/?id={customer}",
    "/contacts/",
    "/contacts/new/",
    "/contacts/details/?id={contact}",
    "/contacts/action/?action=convert&rowid={contact}",
    "/projects/",
    "/projects/details/?id={project}",
    "/projects/edit/?id={project}",
    "/labels/",
    "/labels/new/",
    "/users/",
    "/users/new/",
    "/users/details/?id={user}",
    "/teams/",
    "/roles/",
    "/roles/details/?id=1",
    "/history/",
    "/bin/",
    "/settings/",
    "/search/?q=bakker",
    "/imports/",
    "/imports/new/?kind=customers",
    "/imports/new/?kind=contacts",
    "/profile/",
]


def test_no_page_in_dutch_speaks_english(app: Flask, client_for: ClientFor, session: Session, cast: Cast) -> None:
    customer, archived = factories.customer(session), factories.customer(session)
    factories.address(session, customer, is_head_office=True)
    contact = factories.contact(session)
    factories.link(session, customer, contact, is_main=True)
    project = factories.project(session, customer)
    factories.registration(session, project, cast.alice)
    factories.invoice(session, archived)
    group = factories.label_group(session, one_per_record=True).id
    factories.put_label(session, factories.label(session, group_id=group), customer=customer)
    other = factories.label(session, group_id=group)
    archive.do(session, SYSTEM, Customer, [archived.id], archive.plan(session, SYSTEM, Customer, [archived.id]).digest)
    ids = {
        "customer": customer.id,
        "archived": archived.id,
        "contact": contact.id,
        "project": project.id,
        "label": other.id,
        "user": cast.bob.id,
    }
    dana = client_for("Dana").in_dutch()
    for path in PAGES:
        answer = dana.get(path.format(**ids), follow_redirects=True)
        assert answer.status_code == 200, path
        assert '<html lang="nl"' in answer.get_data(as_text=True), path


def test_the_sign_in_page_and_its_refusal_are_in_dutch(client: PageClient) -> None:
    asking = client.in_dutch()
    data = {"email": "nobody@kaartenbak.example", "password": "wrong", "csrf_token": asking.token_of("/login/")}
    refused = asking.post("/login/", data=data)
    assert "E-mailadres of wachtwoord klopt niet." in refused.get_data(as_text=True)


def test_error_pages_are_in_dutch(app: Flask, client_for: ClientFor) -> None:
    bob = client_for("Bob").in_dutch()
    for answer, code, text in (
        (bob.get("/customers/details/?id=99999"), 404, "Deze pagina of deze gegevens zijn er niet."),
        (bob.get("/nowhere/"), 404, "Misschien is het verwijderd, of mag je het niet zien."),
        (bob.get("/settings/"), 403, "Hiervoor heb je het recht Instellingen nodig."),
        (bob.post("/customers/new/"), 400, "Dit formulier stond te lang open of kwam van elders."),
        (bob.get("/logout/"), 405, "Deze pagina kun je zo niet gebruiken."),
    ):
        assert answer.status_code == code
        assert text in answer.get_data(as_text=True)


def test_a_form_with_errors_is_in_dutch(app: Flask, client_for: ClientFor) -> None:
    alice = client_for("Alice").in_dutch()
    data = {"kind": "business", "name": "", "hourly_rate": "much", "csrf_token": alice.token_of("/customers/new/")}
    answer = alice.post("/customers/new/", data=data)
    assert answer.status_code == 422
    assert "Er is nog niets opgeslagen." in answer.get_data(as_text=True)
