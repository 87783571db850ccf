"""A workbook into a table by django-import-export, as its manual shows: run by its own Python, see `peer.py`.

What to do comes in as JSON, what it took goes out as JSON.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# This file is an application of Django's, too.
APP = Path(__file__).stem


def configure(database: str, *, noted: bool) -> None:
    """Settings as a new project has them, as far as an import looks at them."""
    import django
    from django.conf import settings

    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
        INSTALLED_APPS=[
            *("django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"),
            *("django.contrib.messages", "import_export", APP),
            *(["simple_history"] if noted else []),
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            *(["simple_history.middleware.HistoryRequestMiddleware"] if noted else []),
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        ROOT_URLCONF=__name__,
        STATIC_URL="static/",
        SECRET_KEY="of a table that is thrown away",
        ALLOWED_HOSTS=["testserver"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()


def customers(*, noted: bool) -> Any:
    """The model: the columns of the file, and a number that is there once. `noted`: it keeps a history, as ours does."""
    from django.db import models

    class Customer(models.Model):
        number = models.CharField(max_length=40, unique=True)
        company_name = models.CharField(max_length=200, blank=True)
        email = models.EmailField(max_length=200, blank=True)
        phone = models.CharField(max_length=60, blank=True)
        mobile = models.CharField(max_length=60, blank=True)
        website = models.CharField(max_length=200, blank=True)
        vat_number = models.CharField(max_length=40, blank=True)
        company_number = models.CharField(max_length=40, blank=True)
        reference = models.CharField(max_length=200, blank=True)
        customer_since = models.DateField(null=True, blank=True)
        currency = models.CharField(max_length=3, blank=True)
        description = models.TextField(blank=True)

        if noted:
            from simple_history.models import HistoricalRecords

            history = HistoricalRecords()

        class Meta:
            app_label = APP

        def __str__(self) -> str:
            return self.number

    return Customer


def fill(model: Any, names: list[str], source: str) -> None:
    """The table, with the rows of our own."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        for one in [model] + ([model.history.model] if hasattr(model, "history") else []):
            editor.create_model(one)
    columns = ", ".join(names)
    # Django holds a text that is not there as an empty one.
    given = ", ".join(name if name == "customer_since" else f"coalesce({name}, '')" for name in names)
    with connection.cursor() as cursor:
        cursor.execute("ATTACH %s AS ours", [source])
        cursor.execute(f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {given} FROM ours.customer ORDER BY id")
        cursor.execute("DETACH ours")


def main() -> None:
    """Read it, try it, read it again, import it: what its admin does between two pages."""
    task = json.load(sys.stdin)
    Path(task["database"]).unlink(missing_ok=True)
    configure(task["database"], noted=task["noted"])
    from import_export import resources
    from import_export.formats.base_formats import XLSX

    customer, names = customers(noted=task["noted"]), task["names"]
    fill(customer, names, task["source"])

    class CustomerResource(resources.ModelResource):
        class Meta:
            model = customer
            import_id_fields = ("number",)
            fields = names
            # By default it does not have the model look at what is written.
            clean_model_instances = task["checked"]

    steps: dict[str, float] = {}

    def timed(step: str, work: Callable[[], Any]) -> Any:
        began = time.process_time()
        made = work()
        steps[step] = time.process_time() - began
        return made

    def read() -> Any:
        return XLSX().create_dataset(Path(task["book"]).read_bytes())

    if task["admin"]:
        through_the_admin(customer, CustomerResource, Path(task["book"]), timed)
        json.dump({"steps": steps, "written": written(customer), "refused": 0}, sys.stdout)
        return
    rows = timed("read", read)
    # A new resource each time, as in two requests.
    tried = timed("dry run", lambda: CustomerResource().import_data(rows, dry_run=True))
    assert not tried.has_errors(), tried.row_errors()[:1]
    del tried
    rows = timed("read again", read)
    done = timed("import", lambda: CustomerResource().import_data(rows, dry_run=False))
    assert not done.has_errors(), done.row_errors()[:1]
    json.dump({"steps": steps, "written": written(customer), "refused": done.totals["invalid"]}, sys.stdout)


def written(customer: Any) -> int:
    """How many rows of the workbook are in the table."""
    started = (customer.objects.filter(reference__startswith=word).count() for word in ("After ", "New "))
    return sum(started)


def through_the_admin(customer: Any, resource: Any, book: Path, timed: Callable[[str, Callable[[], Any]], Any]) -> None:
    """The two pages of its admin: the file is sent, what would change is shown, and that is confirmed."""
    from django.contrib import admin
    from django.contrib.auth.models import User
    from django.test import Client
    from django.urls import path
    from import_export.admin import ImportExportModelAdmin
    from import_export.formats.base_formats import XLSX

    class CustomerAdmin(ImportExportModelAdmin):
        resource_classes = (resource,)
        import_formats = (XLSX,)

    admin.site.register(customer, CustomerAdmin)
    urlpatterns.append(path("admin/", admin.site.urls))
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    at = f"/admin/{APP}/customer"

    def sent() -> Any:
        with book.open("rb") as file:
            return client.post(f"{at}/import/", {"import_file": file, "format": "0"})

    shown = timed("sent and shown", sent)
    # What its page holds for the button that confirms.
    confirm = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown.content.decode()))
    told = timed("confirmed", lambda: client.post(f"{at}/process_import/", confirm))
    assert told.status_code == 302, told.status_code


# What Django looks for in a module of routes.
urlpatterns: list[Any] = []


if __name__ == "__main__":
    main()
