"""The documents: what they name exists, what they claim is so, and their examples run."""

import ast
import re
import shutil
import struct
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from analytics.definitions import definitions
from analytics.stress_components import BLOCKS, series_of
from api.routes import HEALTHZ, QUESTIONS, ROUTES
from app.address import parameters
from app.frame import PAGES
from data_sources.settings import read_settings
from docs import measure_score_error
from docs.pictures.take import PICTURES
from docs.write_methods import FILE as METHODS
from docs.write_methods import escape, methods
from market import catalogue
from tests.analytics.recorded import recording
from tests.api.service import ask
from watch.grant import main as grant
from watch.store import open_store

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
DEPLOY = [ROOT / "deploy" / name for name in ("nginx.conf", "Caddyfile", "compose.yaml")]
EVERYTHING = "\n".join(path.read_text("utf-8") for path in [*DOCUMENTS, *DEPLOY])
README = (ROOT / "README.md").read_text("utf-8")
HEAVIEST = 400_000

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(name: str, language: str) -> list[str]:
    """The fenced blocks of one language in a document."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text(name), flags=re.MULTILINE | re.DOTALL)


# Links and pictures


def links(markdown: str) -> Iterator[str]:
    plain = re.sub(r"^```.*?^```$|`[^`\n]*`", "", markdown, flags=re.MULTILINE | re.DOTALL)
    yield from re.findall(r"\]\(([^)\s]+)\)", plain)
    yield from re.findall(r'\bsrc(?:set)?="([^"]+)"', plain)


def anchors(path: Path) -> set[str]:
    """What a heading is called in an address, as the usual hosts of repositories make it."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead(document: Path, markdown: str) -> list[str]:
    """The relative links of a document that lead nowhere."""
    found = []
    for link in links(markdown):
        if re.match(r"https?:|mailto:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


@each_document
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    assert dead(document, document.read_text("utf-8")) == []


def test_a_dead_link_is_caught() -> None:
    planted = (
        "[a](docs/nothing.md) [b](docs/methods.md#nothing) `[c](not a link)` [d](docs/methods.md#levels)"
    )
    assert dead(ROOT / "README.md", planted) == ["docs/nothing.md", "docs/methods.md#nothing"]


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_picture_is_a_light_png_of_its_size(picture: Any) -> None:
    head = picture.file.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:]) == picture.size
    assert picture.file.stat().st_size < HEAVIEST


def test_every_picture_is_one_we_can_take_again() -> None:
    assert {path.name for path in (ROOT / "docs" / "pictures").glob("*.png")} == {
        picture.file.name for picture in PICTURES
    }


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_every_picture_stands_in_a_document(picture: Any) -> None:
    assert f"pictures/{picture.file.name}" in EVERYTHING


# Names


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([\w-]+):", text("Makefile"), flags=re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z][a-z-]*)", EVERYTHING, flags=re.MULTILINE))
    assert named - targets == set()
    assert named >= {"run", "test", "check", "bench", "watch", "record", "live-test"}


def settings_read() -> set[str]:
    """The variables that the settings ask for."""
    source = text("data_sources/settings.py")
    return set(re.findall(r'environment(?:, |\.get\()"(\w+)"', source))


def test_every_variable_is_one_the_settings_read() -> None:
    named = set(re.findall(r"\b(MARKET_[A-Z_]+|DATABASE_URL|REDIS_URL)\b", EVERYTHING))
    assert named == settings_read()


def test_hosting_gives_every_variable_a_row() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|", text("docs/hosting.md"), flags=re.MULTILINE)
    assert set(rows) == settings_read()


def test_every_route_exists() -> None:
    known = {route.path for route in ROUTES} | {question.path for question in QUESTIONS} | {HEALTHZ}
    named = set(re.findall(r"`(?:GET )?(/(?:api/v1/[\w/{}.-]*[\w}]|healthz|readyz|metrics))", EVERYTHING))
    assert {name.replace("/BTC", "/{key}") for name in named} - known == set()


def test_every_page_has_a_row_in_the_readme_and_in_the_user_guide() -> None:
    assert re.findall(r"^\| \*\*(.+?)\*\* `/(\w*)` \|", README, flags=re.MULTILINE) == [
        (title, path) for _, title, path in PAGES
    ]
    guide = text("docs/user-guide.md").partition("## The pages")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+?) \|", guide, flags=re.MULTILINE)
    assert [name for name in rows if name not in ("page", "---")] == [title for _, title, _ in PAGES]


def test_the_user_guide_names_every_part_of_a_link() -> None:
    guide = text("docs/user-guide.md").partition("## Links")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", guide, flags=re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"\w+", row)} == set(parameters(catalogue.load()))


@each_document
def test_every_file_named_exists(document: Path) -> None:
    folders = "analytics|api|app|components|data_sources|deploy|docs|market|recordings|tests|watch"
    named = re.findall(rf"`((?:{folders})/[\w./-]*)`", document.read_text("utf-8"))
    gone = [name for name in named if not (ROOT / name).exists() and "live-" not in name]
    assert gone == []


# The methods


def test_the_methods_are_those_of_the_code() -> None:
    assert METHODS.read_text("utf-8") == methods(), "run `make docs`"


def test_the_methods_name_every_definition_and_its_formula() -> None:
    written = METHODS.read_text("utf-8")
    for key, definition in definitions().items():
        assert f"### {definition.title} (`{key}`)\n" in written
        assert f"- **How**: {escape(definition.formula)}\n" in written


# The figures of the README

MEASURED = (
    ("Nasdaq Composite", "/api/v1/readings?keys=IXIC&asof=2026-02-05", "IXIC.last.value", "{:,.2f}"),
    (
        "Nasdaq Composite",
        "/api/v1/readings?keys=IXIC&asof=2026-02-05",
        "IXIC.change_1d_pct.value",
        "{:.2f} %",
    ),
    (
        "Nasdaq Composite",
        "/api/v1/readings?keys=IXIC&asof=2026-02-05",
        "IXIC.rank_252.value",
        "{:.0f}th worst",
    ),
    ("Software (IGV)", "/api/v1/readings?keys=IGV&asof=2026-02-05", "IGV.ytd_pct.value", "{:.1f} %"),
    (
        "Software (IGV)",
        "/api/v1/readings?keys=IGV&asof=2026-02-05",
        "IGV.from_2025_high_pct.value",
        "{:.1f} %",
    ),
    ("Bitcoin, UTC day", "/api/v1/readings?keys=BTC&asof=2026-02-05", "BTC.last.value", "${:,.0f}"),
    ("Bitcoin, UTC day", "/api/v1/readings?keys=BTC&asof=2026-02-05", "BTC.change_1d_pct.value", "{:.1f} %"),
    ("Bitcoin, UTC day", "/api/v1/readings?keys=BTC&asof=2026-02-05", "BTC.drawdown_pct.value", "{:.1f} %"),
    ("VIX", "/api/v1/readings?keys=VIX&asof=2026-02-05", "VIX.last.value", "{:.2f}"),
    ("Bitcoin and the Nasdaq", "/api/v1/correlation?keys=BTC,IXIC&asof=2026-02-05", "value.0.1", "{:.2f}"),
    ("Bitcoin and the Nasdaq", "/api/v1/correlation?keys=BTC,IXIC&asof=2026-02-05", "low.0.1", "{:.2f}"),
    ("Bitcoin and the Nasdaq", "/api/v1/correlation?keys=BTC,IXIC&asof=2026-02-05", "high.0.1", "{:.2f}"),
    ("Stress score", "/api/v1/stress?asof=2026-02-05", "score.value", "{:.0f} of 100"),
    ("Stress score", "/api/v1/stress?asof=2026-02-05", "regime", "{}"),
    ("Stress score", "/api/v1/stress?asof=2026-02-05", "tradfi.value", "without crypto {:.0f}"),
    ("Stress score", "/api/v1/stress?asof=2026-02-05", "crypto.value", "crypto alone {:.0f}"),
)


def part(answer: Any, path: str) -> Any:
    for step in path.split("."):
        answer = answer[int(step)] if isinstance(answer, list) else answer[step]
    return answer


@pytest.mark.parametrize(("row", "route", "path", "form"), MEASURED)
def test_a_figure_of_the_readme_is_what_is_measured(row: str, route: str, path: str, form: str) -> None:
    [cells] = re.findall(rf"^\| {re.escape(row)}[^|]* \| (.+) \|$", README, flags=re.MULTILINE)
    assert form.format(part(ask(route), path)).replace("-", "−") in cells


def test_a_claim_of_the_readme_has_the_verdict_it_is_given() -> None:
    claims = {claim["says"]: claim for claim in ask("/api/v1/claims")["claims"]}
    rows = re.findall(r"^\| (.+) \| (holds|depends|fails) \| (.+) \|$", README, flags=re.MULTILINE)
    assert len(rows) >= 10
    assert f"the whole list of {len(claims)}" in README
    for says, verdict, measured in rows:
        assert claims[says]["verdict"] == verdict
        told = set(re.findall(r"\d[\d.,]*\d|\d", claims[says]["why"] + claims[says]["says"]))
        assert set(re.findall(r"\d[\d.,]*\d|\d", measured)) - told - {"60", "252"} == set()


# Examples


@pytest.mark.parametrize("number", range(2), ids=["an instrument", "a level"])
def test_a_stanza_of_the_catalogue_is_read(number: int, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "market" / "catalogue", tmp_path / "catalogue"))
    stanza = blocks("docs/adding.md", "toml")[number]
    with (folder / ("instruments.toml", "zones.toml")[number]).open("a", encoding="utf-8") as file:
        file.write(f"\n{stanza}")
    known, before = catalogue.load(folder), catalogue.load()
    assert len(known.instruments) + len(known.zones) == len(before.instruments) + len(before.zones) + 1


def test_a_sum_and_a_chart_run_as_they_are_told() -> None:
    told: dict[str, object] = {"pd": pd}
    for block in blocks("docs/adding.md", "python")[:4]:
        exec(compile(block, "docs/adding.md", "exec"), told)
    assert {"share_of_rises", "share_line", "figure"} <= told.keys()


@pytest.mark.parametrize("block", blocks("docs/adding.md", "python"), ids=lambda block: block.split("\n")[0])
def test_every_name_an_example_imports_exists(block: str) -> None:
    imports = [node for node in ast.walk(ast.parse(block)) if isinstance(node, ast.ImportFrom)]
    for node in imports:
        module = import_module(str(node.module))
        parts = {path.stem for path in (ROOT / str(node.module).replace(".", "/")).glob("*.py")}
        assert [
            each.name for each in node.names if not hasattr(module, each.name) and each.name not in parts
        ] == []


def test_the_description_of_a_recording_is_that_of_the_shipped_one() -> None:
    [told] = blocks("docs/recording.md", "toml")
    shipped = tomllib.loads(text("recordings/rout-2026/recording.toml"))
    example = tomllib.loads(told)
    assert example.keys() == shipped.keys()
    assert {name: example[name] for name in ("title", "moment", "start", "end")} == {
        name: shipped[name] for name in ("title", "moment", "start", "end")
    }


def test_a_permission_is_made_as_hosting_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [name] = re.findall(r'-m watch.grant "(.+?)"', text("docs/hosting.md"))
    environment = {"MARKET_STATE_DIR": str(tmp_path)}
    assert grant([name], environment) == 0
    held = open_store(read_settings(environment)).capability(capsys.readouterr().out.strip())
    assert held is not None
    assert held.may_edit


# Proxies


def test_nginx_passes_sockets_and_the_host_and_hides_what_is_not_for_visitors() -> None:
    config = text("deploy/nginx.conf")
    wanted = (
        r"proxy_set_header\s+Host \$http_host;",
        r"proxy_set_header\s+Upgrade\s+\$http_upgrade;",
        r"proxy_set_header\s+X-Forwarded-For\s+\$remote_addr;",
        r"proxy_read_timeout\s+75s;",
        r"location = /metrics\s+\{ return 404; \}",
        r"location = /_stcore/metrics\s+\{ return 404; \}",
        r"location \^~ /_stcore/agent\s+\{ return 404; \}",
        r"ssl_protocols\s+TLSv1\.2 TLSv1\.3;",
    )
    assert [each for each in wanted if not re.search(each, config)] == []
    files = config.partition("location / {")[2].partition("}")[0]
    assert "limit_" not in files


def test_caddy_hides_what_is_not_for_visitors() -> None:
    config = text("deploy/Caddyfile")
    assert "@operator path /metrics /_stcore/metrics /_stcore/agent /_stcore/agent/*" in config
    assert "respond @operator 404" in config
    assert "reverse_proxy 127.0.0.1:8501" in config


def test_the_pod_gives_its_containers_nothing_they_do_not_need() -> None:
    *_, deployment = yaml.safe_load_all(text("deploy/kubernetes/market-stress.yaml"))
    pod = deployment["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert [each["name"] for each in pod["containers"]] == ["dashboard", "watcher"]
    for each in pod["containers"]:
        assert each["securityContext"]["readOnlyRootFilesystem"] is True
        assert each["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert each["resources"]["limits"]["memory"]
        assert not each["image"].endswith(":latest")
    assert {each["name"] for each in pod["containers"][0]["env"]} <= settings_read()


def unit(name: str) -> list[str]:
    """The settings of a systemd unit, in order."""
    lines = text(f"deploy/systemd/{name}.service").splitlines()
    return [line for line in lines if "=" in line and not line.startswith("#")]


def test_both_units_run_in_one_sandbox_and_keep_their_things_in_one_folder() -> None:
    differ = (
        "Description",
        "Documentation",
        "ExecStart",
        "Environment=MARKET_DATA",
        "TimeoutStopSec",
        "MemoryMax",
    )
    dashboard, watcher = (
        [line for line in unit(name) if not line.startswith(differ)]
        for name in ("market-stress", "market-stress-watch")
    )
    assert dashboard == watcher
    assert {"NoNewPrivileges=true", "ProtectSystem=strict", "CapabilityBoundingSet="} <= set(dashboard)


def test_a_call_outside_the_filter_of_a_unit_is_refused_and_not_deadly() -> None:
    for name in ("market-stress", "market-stress-watch"):
        assert "SystemCallErrorNumber=EPERM" in unit(name)


@pytest.mark.parametrize("document", [*DOCUMENTS, *DEPLOY], ids=lambda path: path.name)
def test_no_folder_of_one_machine_is_named(document: Path) -> None:
    found = re.findall(r"(?<![\w./])/(?:home|Users|root|work|shared)/\w+", document.read_text("utf-8"))
    assert found == []


def test_the_study_of_the_score_gives_the_mean_error_from_each_floor_on() -> None:
    found = pd.DataFrame({"sessions": [252, 300, 504, 900], "points": [8.0, 9.0, 6.0, 4.0]})
    assert measure_score_error.table(found, (252, 504, 756)) == [(252, 8.5), (504, 6.0), (756, 4.0)]


def test_a_history_that_is_all_there_is_has_no_error() -> None:
    known = {key: bars for key, bars in recording("2026-03-06").items() if key in series_of(BLOCKS)}
    past = measure_score_error.past_of(known)
    everything = past.only(past.basket(-1))
    assert measure_score_error.scores(everything).iloc[-1] == measure_score_error.scores(past).iloc[-1]
