"""The page for an address where there is nothing."""

from functools import cache
from pathlib import Path

FONTS = {"Inter": "inter", "SourceSerif": "source-serif"}


@cache
def way_back(base: str = "") -> str:
    """A page that says so and leads to all others, for a server whose pages stand under ``base``."""
    # What draws pages takes its time to import, and most starts never need it here.
    from app.frame import PAGES, STATIC
    from components.page.lost import lost_page

    fonts = {family: f"{base}/app/static/{_file(STATIC, beginning)}" for family, beginning in FONTS.items()}
    return lost_page(
        [(name, f"{base}/{path}") for _, name, path in PAGES], fonts, f"{base}/app/static/icon.png"
    )


def _file(folder: Path, beginning: str) -> str:
    [found] = folder.glob(f"{beginning}-*.woff2")
    return found.name
