"""The icon sprite: Bootstrap-Flask's own sprite, cut down at start-up to the symbols that the templates name."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, url_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Flask

SPRITE = files("flask_bootstrap").joinpath("static/bootstrap5/icons/bootstrap-icons.svg")
SYMBOL = re.compile(r'<symbol [^>]*id="([a-z0-9-]+)"[^>]*>.*?</symbol>', re.DOTALL)
WORD = re.compile(r"""["']([a-z0-9]+(?:-[a-z0-9]+)*)["']""")
YEAR = 31_536_000


def all_symbols() -> dict[str, str]:
    """Every symbol of the bundled sprite by its name."""
    return {match[1]: match[0] for match in SYMBOL.finditer(SPRITE.read_text("utf-8"))}


def words_in(places: Iterable[Path]) -> set[str]:
    """Every quoted word of the templates and views below these folders: the names of the icons are among them.

    The commands draw none.
    """
    found: set[str] = set()
    for place in places:
        for path in sorted(place.rglob("*")):
            if path.suffix in {".html", ".py"} and not path.name.startswith("commands"):
                found.update(WORD.findall(path.read_text("utf-8")))
    return found


def cut_sprite(places: Iterable[Path]) -> str:
    """A sprite with just the symbols named in these folders."""
    wanted = words_in(places)
    symbols = "".join(symbol for name, symbol in all_symbols().items() if name in wanted)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>'


def register(app: Flask) -> None:
    """Serve the sprite at /icons.svg; its address carries a digest, so that browsers may keep it for a year."""
    sprite = cut_sprite([Path(app.root_path) / (app.template_folder or "templates"), Path(__file__).parent])
    version = hashlib.sha256(sprite.encode()).hexdigest()[:6]
    icons = Blueprint("icons", __name__)

    @icons.get("/icons.svg", endpoint="static")
    def static() -> Response:
        response = Response(sprite, mimetype="image/svg+xml")
        response.cache_control.public = True
        response.cache_control.max_age = YEAR
        response.cache_control.immutable = True
        response.set_etag(version)
        return response

    app.register_blueprint(icons)

    def address() -> str:
        """Where the sprite is, asked once a request: a page shows a hundred icons."""
        if "sprite" not in g:
            g.sprite = url_for("icons.static", v=version)
        return str(g.sprite)

    app.jinja_env.globals["icons_at"] = address
