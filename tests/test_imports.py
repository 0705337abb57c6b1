"""The dependency rule: who may know whom, read from the imports of every file."""

import ast
from collections.abc import Iterator
from pathlib import Path, PurePath

import pytest

ROOT = Path(__file__).parent.parent

# package -> what of ours it may import besides itself
MAY_IMPORT = {
    "market": (),
    "analytics": ("market",),
    "components": ("market",),
    "data_sources": ("market",),
    "watch": ("analytics", "data_sources", "market"),
    "api": ("analytics", "data_sources", "market", "watch.store"),
    "app": ("analytics", "components", "data_sources", "market", "watch.store"),
}
ENTRY_POINT = PurePath("app/asgi.py")  # the one file that joins pages and routes

# library -> the packages that may import it
KEPT_TO = {
    "alembic": ("watch",),
    "apprise": ("watch",),
    "ccxt": ("data_sources",),
    "plotly": ("app", "components"),
    "psycopg": ("watch",),
    "redis": ("data_sources",),
    "sqlalchemy": ("watch",),
    "starlette": ("api",),
    "streamlit": ("app",),
    "yfinance": ("data_sources",),
}
# Seconds to import each: only inside the function that needs it, so that a recording is served without.
LAZY = ("ccxt", "exchange_calendars", "yfinance")


def violations(path: PurePath, source: str) -> list[str]:
    """What the file imports against the rule, as sentences; empty where it keeps it."""
    package = path.parts[0]
    ours = (package, *MAY_IMPORT[package], *(("api",) if path == ENTRY_POINT else ()))
    tree = ast.parse(source)
    found = []
    for name in imported_names(tree):
        top = name.partition(".")[0]
        if top in (*MAY_IMPORT, "tests") and not any(f"{name}.".startswith(f"{each}.") for each in ours):
            found.append(f"{path} may not import {name}")
        if top in KEPT_TO and package not in KEPT_TO[top]:
            found.append(f"{path} may not import {name}: it is kept to {', '.join(KEPT_TO[top])}")
    found += [
        f"{path} imports {name} when it is itself imported; do it inside the function that needs it"
        for name in imported_names(outside_functions(tree))
        if name.partition(".")[0] in LAZY
    ]
    return found


def imported_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def outside_functions(tree: ast.Module) -> ast.Module:
    """What runs when the file is imported."""

    class WithoutFunctions(ast.NodeTransformer):
        def visit_FunctionDef(self, _: ast.FunctionDef) -> None:
            return None

        visit_AsyncFunctionDef = visit_FunctionDef

    return WithoutFunctions().visit(tree)


FILES = [path.relative_to(ROOT) for package in MAY_IMPORT for path in sorted((ROOT / package).rglob("*.py"))]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_file_knows_only_whom_it_may_know(path: Path) -> None:
    assert violations(path, (ROOT / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("components/history.py", "import streamlit as st"),
        ("components/history.py", "from analytics.returns import log_returns"),
        ("components/history.py", "from analytics import returns"),
        ("components/history.py", "def draw():\n    import streamlit"),
        ("analytics/beta.py", "import plotly.graph_objects as go"),
        ("market/bars.py", "import data_sources"),
        ("data_sources/yahoo.py", "import yfinance as yf"),
        ("data_sources/exchange.py", "class Exchange:\n    from ccxt import BaseError"),
        ("market/calendars.py", "if True:\n    import exchange_calendars"),
        ("api/routes.py", "from app.services import feed"),
        ("api/routes.py", "import streamlit"),
        ("api/routes.py", "from watch.machine import step"),
        ("api/health.py", "import sqlalchemy"),
        ("api/health.py", "import redis"),
        ("app/views/macro.py", "from api.routes import ROUTES"),
        ("app/services.py", "from watch import targets"),
        ("app/services.py", "from tests.fakes import exchange"),
        ("watch/machine.py", "from starlette.responses import Response"),
    ],
)
def test_a_planted_import_is_caught(path: str, line: str) -> None:
    assert len(violations(PurePath(path), line)) == 1


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("components/history.py", "import plotly.graph_objects as go\nfrom market.bars import Bars"),
        ("components/history.py", "from components.theme import COLOUR"),
        ("data_sources/yahoo.py", "def ask():\n    import yfinance"),
        ("market/calendars.py", "def sessions():\n    from exchange_calendars import get_calendar"),
        ("api/routes.py", "from watch import store\nfrom watch.store import Store"),
        ("app/asgi.py", "import streamlit as st\nfrom api.routes import ROUTES"),
        ("app/views/macro.py", "from market import catalogue\nimport marketing"),
        ("watch/store.py", "import sqlalchemy"),
    ],
)
def test_an_allowed_import_passes(path: str, line: str) -> None:
    assert violations(PurePath(path), line) == []
