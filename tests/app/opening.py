"""Pages opened without a browser, and recordings with something missing to open them on."""

import csv
import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from shutil import copytree

from streamlit.testing.v1 import AppTest

from app.script import PACKAGE
from data_sources.settings import ROOT, SHIPPED_RECORDING

MAIN = ROOT / "app" / "main.py"
VIEWS = ROOT / "app" / "views"
PAGES = sorted(path.stem for path in VIEWS.glob("*.py"))
NOTE = '<div class="mk"><div class="mk-note '
TALKING = ("overview", "tech", "crypto", "macro")


@dataclass(frozen=True)
class Opened:
    """What a page shows once it has run."""

    run: AppTest

    @property
    def blocks(self) -> list[str]:
        """Our own HTML on the page, block by block; the stylesheet is none."""
        bodies = [each.proto.body for each in self.run.get("html")]
        return [body for body in bodies if not body.startswith("<style")]

    @property
    def title(self) -> str:
        """The headline."""
        [title] = re.findall("<h1[^>]*>(.*?)</h1>", " ".join(self.blocks))
        return words(title)

    @property
    def lead(self) -> str:
        """The grey sentences under the headline."""
        found = re.findall('<p class="mk-lead">(.*?)</p>', " ".join(self.blocks))
        return words(" ".join(found))

    @property
    def notes(self) -> list[str]:
        """Every message in the frame and in the cards."""
        return [words(block) for block in self.blocks if block.startswith(NOTE)]

    @property
    def failures(self) -> list[str]:
        """Everything that went wrong: exceptions of the script, and of cards."""
        return [each.message for each in self.run.exception] + [
            note for note in self.notes if "failed" in note
        ]

    @property
    def charts(self) -> int:
        """How many charts there are."""
        mounted = [each.proto.component_name for each in self.run.get("bidi_component")]
        return mounted.count(f"{PACKAGE}.chart")

    @property
    def address(self) -> dict[str, list[str]]:
        """The query string after the run."""
        return {
            name: [values] if isinstance(values, str) else list(values)
            for name, values in self.run.query_params.items()
        }


def words(markup: str) -> str:
    """The text of some HTML."""
    return " ".join(unescape(re.sub("<[^>]+>", "", markup)).split())


def open_page(view: str, **query: str | list[str]) -> Opened:
    """One page as a visitor finds it at this address; an empty value is left out of it."""
    run = AppTest.from_file(str(MAIN), default_timeout=120)
    for name, value in query.items():
        if value:
            run.query_params[name] = value
    run.switch_page(str(VIEWS / f"{view}.py")).run()
    return Opened(run)


def stands(page: Opened) -> bool:
    """Whether a page is all there: no failure, one headline, and its last line."""
    assert page.failures == []
    assert page.title
    assert "mk-footer" in page.blocks[-1]
    return True


def copied(to: Path) -> Path:
    """A copy of the shipped recording."""
    return Path(copytree(SHIPPED_RECORDING, to))


def recorded_keys(folder: Path = SHIPPED_RECORDING) -> list[str]:
    """Every key of a recording, in order."""
    keys = set()
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8") as lines:
            keys |= {row["key"] for row in csv.DictReader(lines)}
    return sorted(keys)


def without(folder: Path, gone: set[str]) -> Path:
    """The recording in ``folder``, the rows of some keys taken out."""
    for path in folder.glob("*.csv"):
        head, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [row for row in rows if row.split(",")[1] not in gone]
        path.write_text("".join([head, *kept]), encoding="utf-8")
    return folder
