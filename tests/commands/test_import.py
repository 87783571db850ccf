"""The commands that bring files in and out: exit statuses, the last line of JSON, and nothing written by --plan."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from openpyxl import Workbook, load_workbook
from sqlalchemy import URL, NullPool, create_engine, make_url, text
from sqlalchemy.orm import Session

from admin_views import commands_data, commands_import
from importers import tasks
from models import access, base
from models.access import SYSTEM
from models.base import db
from models.imports import ImportRow, ImportRun
from tests import factories

ROWS = "Klantnummer;Bedrijfsnaam;Plaats;Land\nK-1;Acme;Zwolle;NL\nK-2;Beta;Assen;Zweeden\n"
COUNTS = {"created", "updated", "unchanged", "skipped", "rejected", "changeset"}


class Desk:
    """The commands over one database, and a folder with files."""

    def __init__(self, url: URL, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.app = Flask("panel", instance_path=str(folder / "instance"))
        self.app.config["SQLALCHEMY_DATABASE_URI"] = url
        self.app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"poolclass": NullPool}
        db.init_app(self.app)
        commands_import.register(self.app)

    def file(self, content: str = ROWS, name: str = "list.csv") -> str:
        path = self.folder / name
        path.write_text(content, "utf-8")
        return str(path)

    def run(self, *arguments: str) -> Result:
        return self.app.test_cli_runner().invoke(args=[*arguments])

    def counted(self, *arguments: str) -> dict[str, int]:
        result = self.run("import", *arguments, "--json")
        assert result.exit_code == 0, result.output
        found: dict[str, int] = json.loads(result.stdout.splitlines()[-1])
        assert set(found) == COUNTS
        return found

    def session(self) -> Session:
        session = Session(create_engine(self.url, poolclass=NullPool))
        access.look_as(session, SYSTEM)
        return session

    def phones(self) -> list[str]:
        with self.session() as session:
            return list(session.execute(text("SELECT phone FROM customer ORDER BY number")).scalars())

    def count(self, table: str) -> int:
        with self.session() as session:
            return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


@pytest.fixture
def desk(database_url: URL, tmp_path: Path) -> Iterator[Desk]:
    yield Desk(database_url, tmp_path)


@pytest.mark.parametrize(
    ("names", "said"), [("A\n", "1 row: 1 would be added"), ("A\nB\n", "2 rows: 2 would be added")]
)
def test_one_row_is_told_as_one(desk: Desk, names: str, said: str) -> None:
    result = desk.run("import", desk.file(f"Bedrijfsnaam\n{names}"), "--as", "customers", "--plan")
    assert said in result.output


def test_a_text_with_too_many_columns_is_told_by_the_name_of_the_file(desk: Desk) -> None:
    content = f"Bedrijfsnaam;Plaats{';x' * 1_100}\nAcme;Ede{';y' * 1_100}\n"
    result = desk.run("import", desk.file(content, "wide.csv"), "--as", "customers", "--plan")
    assert "wide.csv: 1102 columns; only the first 1000 were read." in result.output


def test_what_is_remarked_of_rows_that_go_in_is_told_too(desk: Desk) -> None:
    content = "Bedrijfsnaam;E-mail;Plaats\nAcme;a@x.example; Ede\nBeta;b@x.example, c@x.example;Ede\n"
    for plan in (["--plan"], []):
        told = desk.run("import", desk.file(content), "--as", "customers", *plan).stderr.splitlines()
        assert told == ["row 3, B3: E-mail: only the first value was taken; left out: c@x.example"]


def test_of_two_columns_with_one_name_the_letter_says_which_is_meant(desk: Desk) -> None:
    file = desk.file("Bedrijfsnaam;Plaats;Tel;Tel\nAcme;Ede;010 1234567;020 1234567\n")
    refused = desk.run("import", file, "--as", "customers", "--map", "phone=Tel")
    assert "several columns are called so; write the letter of one, C, D" in refused.stderr
    assert desk.run("import", file, "--as", "customers", "--map", "phone=D").exit_code == 0
    assert desk.phones() == ["020 1234567"]


def test_an_import_ends_with_one_object_of_counts(desk: Desk) -> None:
    found = desk.counted(desk.file(), "--as", "customers", "--mode", "update")
    assert (found["created"], found["rejected"]) == (1, 1)
    assert found["changeset"] is not None
    again = desk.counted(desk.file(), "--as", "customers", "--mode", "update")
    assert (again["created"], again["updated"], again["unchanged"], again["changeset"]) == (0, 0, 1, None)


def test_a_repeated_header_is_told_with_its_row(desk: Desk) -> None:
    result = desk.run("import", desk.file(ROWS + ROWS.replace("K-", "L-")), "--as", "customers", "--plan")
    assert "rows that say the names of the columns again, left out: 1 (4)." in result.stderr


def test_rejected_rows_are_told_with_their_cell_and_reason(desk: Desk) -> None:
    result = desk.run("import", desk.file(), "--as", "customers")
    assert "row 3, D3: No such country. Did you mean Sweden?" in result.stderr
    assert "2 rows: 1 added" in result.stdout


@pytest.mark.parametrize("plan", [(), ("--plan",)])
def test_columns_that_are_left_out_are_told_with_the_reason(desk: Desk, plan: tuple[str, ...]) -> None:
    names, cells = "Klantnummer;Naam;Plaats;Woonplaats;Kleur;Klant sinds;;;Maat", "Acme;Ede;Assen;rood;soon;x;;9"
    file = desk.file("\n".join([names, *(f"K-{at};{cells}" for at in range(3))]))
    told = desk.run("import", file, "--as", "customers", *plan).stderr.splitlines()
    assert [line for line in told if line.startswith("columns")] == [
        "columns not imported (another column is taken for this): D Woonplaats",
        "columns not imported (skipped): E Kleur, I Maat",
        "columns not imported (the values do not fit): F Klant sinds",
        "columns not imported (no name above this column): G",
    ]


def test_of_many_columns_that_are_left_out_the_first_are_told(desk: Desk) -> None:
    wide = [f"Maat {at}" for at in range(25)]
    file = desk.file(f"Klantnummer;Naam;{';'.join(wide)}\nK-1;Acme{';x' * 25}\n")
    told = desk.run("import", file, "--as", "customers", "--plan").stderr
    assert "V Maat 19 and 5 more\n" in told
    assert "Maat 20" not in told


def test_a_sheet_that_is_not_there_is_told_with_those_that_are(desk: Desk) -> None:
    book = Workbook()
    book.active.title = "Debtors"  # type: ignore[union-attr]
    book.active.append(["Klantnummer", "Bedrijfsnaam"])  # type: ignore[union-attr]
    book.create_sheet("Old").append(["K-1", "Acme"])
    book.save(desk.folder / "list.xlsx")
    result = desk.run("import", str(desk.folder / "list.xlsx"), "--as", "customers", "--sheet", "Nope")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'Nope': there is no such sheet. Sheets: Debtors, Old" in result.stderr
    assert desk.count(ImportRun.__tablename__) == 0


def test_the_undo_of_an_import_counts_the_rows_of_its_file(desk: Desk) -> None:
    commands_data.register(desk.app)
    rows = "Klantnummer;Bedrijfsnaam;Plaats;Contactpersoon\nK-1;Acme;Zwolle;Jo Bos\nK-2;Beta;Assen;Al Dam\n"
    made = str(desk.counted(desk.file(rows), "--as", "customers")["changeset"])
    undone = desk.run("undo", made)
    assert undone.stdout.startswith("2 rows of the import taken back, 0 left, changeset ")
    assert undone.stderr == ""
    assert desk.count("customer") == desk.count("address") == 0


def test_the_undo_of_a_large_import_says_on_standard_error_how_far_it_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "LARGE", 2)
    commands_data.register(desk.app)
    rows = "Klantnummer;Bedrijfsnaam\nK-1;Acme\nK-2;Beta\nK-3;Gamma\n"
    made = str(desk.counted(desk.file(rows), "--as", "customers")["changeset"])
    assert desk.run("undo", made).stderr == "\r0 of 3 rows\r3 of 3 rows\n"


def test_plan_writes_nothing(desk: Desk) -> None:
    found = desk.counted(desk.file(), "--as", "customers", "--plan")
    assert (found["created"], found["rejected"], found["changeset"]) == (1, 1, None)
    for table in ("customer", "address", "changeset", ImportRun.__tablename__, ImportRow.__tablename__):
        assert desk.count(table) == (1 if table == "changeset" else 0), table
    assert list((desk.folder / "instance" / "imports").iterdir()) == []


@pytest.mark.parametrize("arguments", [("--plan",), ()])
def test_a_database_in_which_somebody_else_writes_is_told_in_one_sentence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setattr(base, "BUSY", "busy_timeout=50")
    is_sqlite = desk.url.get_backend_name() == "sqlite"
    patience = {} if is_sqlite else {"options": "-c lock_timeout=50"}
    impatient = Desk(desk.url.update_query_dict(patience), desk.folder)
    held = create_engine(desk.url, poolclass=NullPool).connect().execution_options(**base.WILL_WRITE)
    with held:
        held.execute(text("SELECT 1" if is_sqlite else "LOCK TABLE import_run IN EXCLUSIVE MODE"))
        result = impatient.run("import", desk.file(), "--as", "customers", *arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: The database does not answer just now. Nothing was saved. Try again")
    assert (len(result.stderr.splitlines()), "INSERT" in result.stderr) == (1, False)
    assert list((desk.folder / "instance" / "imports").iterdir()) == []


def test_a_database_without_tables_is_told_with_the_way_to_make_them(tmp_path: Path) -> None:
    bare = Desk(make_url(f"sqlite:///{tmp_path / 'bare.sqlite'}"), tmp_path)
    result = bare.run("import", bare.file(), "--as", "customers")
    assert result.exit_code == 1
    assert result.stderr == "Error: This database has no tables yet. Make them first: flask init --help\n"


def test_add_leaves_what_is_there_alone(desk: Desk) -> None:
    with desk.session() as session:
        factories.customer(session, number="K-1", company_name="Before")
    found = desk.counted(desk.file(), "--as", "customers", "--mode", "add")
    assert (found["created"], found["skipped"]) == (0, 1)


def test_a_column_is_put_into_a_field_by_name_or_letter_and_left_out(desk: Desk) -> None:
    content = "Foo;Bar;Plaats\nK-1;Acme;Zwolle\n"
    found = desk.counted(
        desk.file(content), "--as", "customers", "--map", "number=foo", "--map", "company_name=B", "--map", "=Plaats"
    )
    assert found["created"] == 1
    with desk.session() as session:
        assert session.execute(text("SELECT number, company_name FROM customer")).one() == ("K-1", "Acme")
    assert desk.count("address") == 0


def test_a_field_given_to_another_column_leaves_the_first(desk: Desk) -> None:
    content = "Klantnummer;Naam;Oud nummer\nK-1;Acme;X-9\n"
    desk.counted(desk.file(content), "--as", "customers", "--map", "number=Oud nummer")
    with desk.session() as session:
        assert session.execute(text("SELECT number FROM customer")).scalar_one() == "X-9"


def test_a_file_without_header_can_be_told_so(desk: Desk) -> None:
    content = "K-1;Acme\nK-2;Beta\n"
    arguments = ("--as", "customers", "--header", "0", "--map", "number=A", "--map", "name=B")
    assert desk.counted(desk.file(content), *arguments)["created"] == 2


def test_what_is_refused_says_why_and_leaves_nothing(desk: Desk) -> None:
    for content, why in (("1;2\n3;4\n", "No row with the names"), ("", "The file is empty")):
        result = desk.run("import", desk.file(content), "--as", "customers")
        assert (result.exit_code, why in result.stderr) == (1, True), result.output
    assert desk.count(ImportRun.__tablename__) == 0
    assert list((desk.folder / "instance" / "imports").iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("{file}",),
        ("{file}", "--as", "invoices"),
        ("{file}", "--as", "customers", "--mode", "replace"),
        ("{folder}/nowhere.csv", "--as", "customers"),
        ("{file}", "--as", "customers", "--map", "number=Nowhere"),
        ("{file}", "--as", "customers", "--map", "number"),
    ],
)
def test_wrong_use_ends_with_status_2(desk: Desk, arguments: tuple[str, ...]) -> None:
    filled = [part.format(file=desk.file(), folder=desk.folder) for part in arguments]
    assert desk.run("import", *filled).exit_code == 2
    assert desk.count("customer") == 0


def test_an_import_as_somebody_has_no_more_rights_than_they_have(desk: Desk) -> None:
    arguments = ("import", desk.file(), "--as", "customers", "--user")
    refused = desk.run(*arguments, "bob@kaartenbak.example")
    assert (refused.exit_code, "right import" in refused.stderr) == (1, True)
    unknown = desk.run(*arguments, "nobody@kaartenbak.example")
    assert (unknown.exit_code, "no user" in unknown.stderr) == (1, True)
    assert desk.run(*arguments, "ALICE@kaartenbak.example").exit_code == 0
    with desk.session() as session:
        assert session.execute(text("SELECT user_name FROM changeset ORDER BY id DESC LIMIT 1")).scalar_one() == "Alice"


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_what_was_exported_comes_in_again_unchanged(desk: Desk, suffix: str) -> None:
    desk.counted(desk.file(ROWS.replace("Zweeden", "Zweden")), "--as", "customers")
    out = desk.folder / f"out.{suffix}"
    assert desk.run("export", "customers", str(out)).exit_code == 0
    found = desk.counted(str(out), "--as", "customers")
    assert (found["unchanged"], found["changeset"]) == (2, None)


def test_an_export_to_standard_output_is_csv(desk: Desk) -> None:
    desk.counted(desk.file(), "--as", "customers")
    result = desk.run("export", "customers", "-", "--language", "nl")
    assert result.stdout.lstrip("\ufeff").startswith("Klantnummer;Naam;Bedrijfsnaam")
    assert "Acme" in result.stdout


def test_an_export_of_an_unknown_kind_of_file_is_wrong_use(desk: Desk) -> None:
    assert desk.run("export", "customers", str(desk.folder / "out.pdf")).exit_code == 2


def test_who_may_not_see_amounts_neither_exports_nor_imports_them(desk: Desk) -> None:
    with desk.session() as session:
        role = factories.role(session, rights=frozenset({"view", "edit", "import", "export"}))
        factories.user(session, email="erik@kaartenbak.example", role_id=role.id)
        factories.customer(session, number="K-1", company_name="Acme", hourly_rate=1250)
        session.commit()
    user = ("--user", "erik@kaartenbak.example")
    sent = desk.run("export", "customers", "-", *user).stdout
    assert "Acme" in sent
    assert "Hourly rate" not in sent
    rows = desk.file("Customer number;Company name;Hourly rate\nK-1;Acme Europe;99\n")
    done = desk.run("import", rows, "--as", "customers", *user)
    assert "1 changed" in done.stdout
    assert "columns not imported (left out: you may not see amounts): C Hourly rate" in done.stderr
    assert "1250" in desk.run("export", "customers", "-").stdout
    assert desk.run("import", rows, "--as", "customers", "--map", "hourly_rate=C", *user).exit_code != 0


def test_a_field_that_does_not_exist_is_named_with_those_that_do(desk: Desk) -> None:
    done = desk.run("import", desk.file(), "--as", "customers", "--map", "nope=A")
    assert done.exit_code == 2
    assert "there is no field nope" in done.stderr
    assert "company_name" in done.stderr


def test_a_file_that_changes_nothing_leaves_no_open_import_behind(desk: Desk) -> None:
    assert desk.counted(desk.file(), "--as", "customers")["created"] == 1
    again = desk.counted(desk.file(), "--as", "customers")
    assert (again["created"], again["updated"], again["unchanged"], again["changeset"]) == (0, 0, 1, None)
    assert desk.count("import_run") == 1


def test_an_exported_workbook_comes_back_over_what_others_did(desk: Desk) -> None:
    desk.counted(desk.file("Number;Company name;Phone\nK-1;Acme;1\nK-2;Beta;2\nK-3;Gamma;3\n"), "--as", "customers")
    out = desk.folder / "out.xlsx"
    desk.run("export", "customers", str(out))
    book = load_workbook(out)
    sheet = book.worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    for row in (2, 3):
        sheet.cell(row, titles.index("Phone") + 1).value = "mine"
    sheet.delete_rows(4)
    book.save(out)
    desk.counted(desk.file("Number;Phone\nK-2;theirs\nK-3;theirs\n"), "--as", "customers")

    result = desk.run("import", str(out), "--as", "customers")
    assert "2 rows: 0 added, 1 changed, 0 unchanged, 1 skipped" in result.stdout
    assert "rows removed since: 1: Gamma" in result.stderr
    assert "row 3, J3: Phone: 2 was exported, others made it theirs, your file says mine." in result.stderr
    assert desk.phones() == ["mine", "theirs", "theirs"]
    desk.counted(str(out), "--as", "customers", "--both", "theirs")
    assert desk.phones() == ["mine", "theirs", "theirs"]
    desk.counted(str(out), "--as", "customers", "--both", "mine")
    assert desk.phones() == ["mine", "mine", "theirs"]


AUDIT = (
    "<auditfile><company><customersSuppliers>"
    "<customerSupplier><custSupID>7</custSupID><custSupName>Acme</custSupName><custSupTp>C</custSupTp></customerSupplier>"
    "<customerSupplier><custSupID>8</custSupID><custSupName>Bank</custSupName><custSupTp>O</custSupTp></customerSupplier>"
    "<customerSupplier><custSupID>9</custSupID><custSupName>Drukkerij</custSupName><custSupTp>S</custSupTp></customerSupplier>"
    "</customersSuppliers></company></auditfile>"
)


def test_an_audit_file_goes_in_and_what_was_left_out_of_it_is_told(desk: Desk) -> None:
    file = desk.file(AUDIT, "boek.xaf")
    result = desk.run("import", file, "--as", "customers")
    assert result.exit_code == 0, result.output
    assert "1 row: 1 added" in result.stdout
    assert "Suppliers, which are no customers and were left out: 1." in result.stderr
    assert "Relations that are neither customer nor supplier, and were left out: 1." in result.stderr
    assert desk.counted(file, "--as", "customers")["unchanged"] == 1
    assert desk.counted(file, "--as", "customers", "--others")["created"] == 1


def test_a_card_goes_in_as_a_contact(desk: Desk) -> None:
    card = "BEGIN:VCARD\nVERSION:4.0\nN:Berg;Anna\nEND:VCARD\n"
    assert desk.counted(desk.file(card, "anna.vcf"), "--as", "contacts")["created"] == 1
    assert desk.count("contact") == 1


def test_how_a_file_is_read_is_saved_and_known_again(desk: Desk) -> None:
    file = desk.file("Klantnummer;Firma;Zwrt\nK-1;Acme;abc\n")
    saved = desk.run("import", file, "--as", "customers", "--map", "reference=Zwrt", "--save-profile", "Debtors")
    assert "1 row: 1 added" in saved.stdout
    moved = desk.file("Zwrt;Klantnummer;Firma;Nieuw\nx;K-2;Beta;1\n", "moved.csv")
    told = desk.run("import", moved, "--as", "customers", "--plan")
    assert "Read as Debtors, version 1.\ncolumn new: Nieuw\n" in told.stderr
    assert "Read as" not in desk.run("import", moved, "--as", "customers", "--plan", "--profile", "none").stderr
    assert "There is no profile Other." in desk.run("import", moved, "--as", "customers", "--profile", "Other").stderr
    desk.run("import", moved, "--as", "customers", "--profile", "debtors")
    with desk.session() as session:
        found = session.execute(text("SELECT reference FROM customer ORDER BY number")).scalars().all()
    assert found == ["abc", "x"]


def test_the_match_rule_is_an_option(desk: Desk) -> None:
    desk.run("import", desk.file(), "--as", "customers")
    renumbered = desk.file(ROWS.replace("K-1", "K-9"), "again.csv")
    usual = desk.counted(renumbered, "--as", "customers", "--plan")
    by_number = desk.counted(renumbered, "--as", "customers", "--plan", "--match", "number")
    assert (usual["created"], by_number["created"]) == (0, 1)


def test_a_column_that_can_be_read_in_two_ways_asks_for_the_option_that_tells(desk: Desk) -> None:
    file = desk.file("Klantnummer;Naam;Klant sinds\nK-1;Acme;03/04/2026\n")
    refused = desk.run("import", file, "--as", "customers")
    assert (refused.exit_code, "can be read in two ways" in refused.output) == (1, True)
    assert desk.count("import_run") == 0
    assert desk.counted(file, "--as", "customers", "--dates", "month-first")["created"] == 1
    with desk.session() as session:
        assert str(session.execute(text("SELECT customer_since FROM customer")).scalar_one()) == "2026-03-04"
