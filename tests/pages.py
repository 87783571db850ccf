"""What every page must be, whatever it shows: checked on each page that any test fetches."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection
from typing import Any

from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from lxml import html
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests import texts

LABELLED = "input select textarea".split()


def problems(page: str, typed: Collection[str] = ()) -> list[str]:
    """What is wrong with a page, as sentences. What people `typed` may be any text at all."""
    tree = html.document_fromstring(page)
    nodes = [node for node in tree.iter() if isinstance(node.tag, str)]
    found = []
    if not tree.get("lang"):
        found.append("html has no lang")
    if not (tree.findtext(".//title") or "").strip(" ·"):
        found.append("the page has no title")
    heads = tree.findall(".//h1")
    if len(heads) != 1:
        found.append(f"the page has {len(heads)} h1")
    found += [f"POST form to {form.get('action')!r} has no CSRF token" for form in _forms(tree) if not _has_token(form)]
    found += [f"inline script: {(script.text or '')[:40]!r}" for script in tree.iter("script") if not script.get("src")]
    found += ["inline <style>" for _ in tree.iter("style")]
    found += [
        f"inline {name} on {node.tag}"
        for node in nodes
        for name in node.keys()
        if name == "style" or name.startswith("on")
    ]
    found += [f"{field.tag} {field.get('name')!r} has no label" for field in _unlabelled(tree)]
    found += texts.problems(nodes, tree.get("lang") or "", typed)
    ids = Counter(node.get("id") for node in nodes if node.get("id"))
    found += [f"id {one!r} stands twice" for one in sorted(one for one, times in ids.items() if times > 1)]
    found += [
        f"{name} of {node.tag} points at #{target}, which is not there"
        for node in nodes
        for name in ("aria-describedby", "aria-labelledby", "for", "form")
        for target in (node.get(name) or "").split()
        if target not in ids
    ]
    return found


def _forms(tree: Any) -> list[Any]:
    return [form for form in tree.iter("form") if (form.get("method") or "get").lower() == "post"]


def _has_token(form: Any) -> bool:
    return any(field.get("name") == "csrf_token" and field.get("value") for field in form.iter("input"))


def _unlabelled(tree: Any) -> list[Any]:
    named = {label.get("for") for label in tree.iter("label")}
    return [
        field
        for field in tree.iter(*LABELLED)
        if field.get("type") not in ("hidden", "submit", "button")
        and field.get("id") not in named
        and not field.get("aria-label")
        and not field.get("aria-labelledby")
        and not any(parent.tag == "label" for parent in field.iterancestors())
    ]


class PageClient(FlaskClient):
    """A test client that checks every page it fetches; `typed` is what its test put there as people might."""

    typed: Collection[str] = ()

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.data and response.status_code not in (301, 302, 303, 308):
            found = problems(response.get_data(as_text=True), self.typed)
            assert not found, f"{response.request.path}: {'; '.join(found[:5])}"
        return response

    def in_dutch(self) -> PageClient:
        """The same client with a browser that asks for Dutch."""
        self.environ_base["HTTP_ACCEPT_LANGUAGE"] = "nl,en;q=0.5"
        return self

    def token(self) -> str:
        """The CSRF token of this session, as its pages have it; where there is none yet, it is made as a page would."""
        with self.session_transaction() as session:
            kept = session.setdefault("csrf_token", secrets.token_hex(20))
        return URLSafeTimedSerializer(str(self.application.secret_key), salt="wtf-csrf-token").dumps(kept)

    def token_of(self, path: str) -> str:
        """The CSRF token in the first form of a page."""
        page = super().open(path)
        tree = html.document_fromstring(page.get_data(as_text=True))
        return next(field.get("value") for field in tree.iter("input") if field.get("name") == "csrf_token")

    def send(self, path: str, /, **fields: Any) -> TestResponse:
        """Post a form with its token."""
        return self.post(path, data={"csrf_token": self.token(), **fields})

    def shown_at(self, path: str) -> str:
        """What the form of a page says about the moment it was opened."""
        tree = html.document_fromstring(super().open(path).get_data(as_text=True))
        return next(field.get("value") for field in tree.iter("input") if field.get("name") == "shown-at")

    def press(self, page: TestResponse, button: str, /, **typed: Any) -> TestResponse:
        """Press a button of a page as people do: its form goes as it stands, with what was `typed` into it."""
        tree = html.document_fromstring(page.get_data(as_text=True))
        pressed = next(
            one for one in tree.iter("button") if button in (one.findtext("span"), " ".join(one.text_content().split()))
        )
        within = next(pressed.iterancestors("form"), None)
        form = within if within is not None else tree.get_element_by_id(pressed.get("form"))
        fields = MultiDict(form.form_values())
        # A field may belong to a form that it does not stand in.
        for field in tree.xpath("(//select | //input)[@form=$id]", id=form.get("id") or ""):
            if field.get("type") != "checkbox" or field.checked:
                fields.add(field.name, field.value)
        if pressed.get("name"):
            fields.add(pressed.get("name"), pressed.get("value"))
        for name, value in typed.items():
            fields.setlist(name, value if isinstance(value, list) else [value])
        action = pressed.get("formaction") or form.get("action") or page.request.full_path
        return self.open(action, method=form.get("method"), data=fields)

    def edit(self, path: str, /, **fields: Any) -> TestResponse:
        """Open the form of a record, and post it with what it says about that moment."""
        return self.send(path, **{"shown-at": self.shown_at(path), **fields})
