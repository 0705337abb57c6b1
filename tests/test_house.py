"""The files around the code: locks, commands, image. That a file parses does not make it say what we mean."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Hashable, Iterator
from fnmatch import fnmatch
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.test_imports import FILES, MAY_IMPORT, imported_names

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ("requirements.txt", "requirements-dev.txt")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


# Locks


PIN = r"([\w.-]+)(?:\[[\w,-]+\])?==(\S+)"


def pins(lock: str) -> dict[str, Version]:
    found = re.findall(rf"^{PIN}", lock, flags=re.MULTILINE)
    return {canonicalize_name(name): Version(version) for name, version in found}


def direct(lock: str) -> list[Requirement]:
    extras = PROJECT["project"]["optional-dependencies"].values()
    wanted = [*PROJECT["project"]["dependencies"], *(line for extra in extras for line in extra)]
    return [Requirement(line) for line in wanted + PROJECT["dependency-groups"]["dev"] * ("dev" in lock)]


def unhashed(lock: str) -> list[str]:
    """The entries of a lock that are not one exact version with at least one hash."""
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", lock, flags=re.MULTILINE).strip())
    return [
        entry for entry in entries if not re.match(rf"{PIN}[^\n]*\\\n\s+--hash=sha256:[0-9a-f]{{64}}", entry)
    ]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_carries_hashes(lock: str) -> None:
    assert unhashed(text(lock)) == []


def test_a_pin_without_a_hash_is_caught() -> None:
    assert unhashed("numpy==2.4.6\n") == ["numpy==2.4.6"]
    assert unhashed("psycopg[binary]==3.3.9\n") == ["psycopg[binary]==3.3.9"]
    assert unhashed("--index-url somewhere\n") == ["--index-url somewhere"]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_current_with_the_direct_dependencies(lock: str) -> None:
    pinned = pins(text(lock))
    outdated = [
        str(wanted)
        for wanted in direct(lock)
        if (version := pinned.get(canonicalize_name(wanted.name))) is None or version not in wanted.specifier
    ]
    assert outdated == [], "run `make lock`"


def test_every_imported_library_is_a_direct_dependency() -> None:
    named = {canonicalize_name(wanted.name) for wanted in direct("requirements.txt")}
    known = {*sys.stdlib_module_names, *MAY_IMPORT}
    distributions = packages_distributions()
    undeclared = {
        f"{path}: {library}"
        for path in FILES
        for library in {name.partition(".")[0] for name in imported_names(ast.parse(text(str(path))))} - known
        if named.isdisjoint(canonicalize_name(each) for each in distributions.get(library, (library,)))
    }
    assert undeclared == set()


def test_the_development_lock_holds_the_run_lock() -> None:
    run, development = (pins(text(lock)) for lock in LOCKS)
    assert run.items() <= development.items()


def test_what_people_sign_in_with_and_what_keeps_prices_is_installed() -> None:
    assert {"authlib", "httpx", "pyarrow"} <= pins(text("requirements.txt")).keys()


def test_the_oracles_of_the_tests_are_not_needed_to_run() -> None:
    assert (
        pins(text("requirements.txt")).keys().isdisjoint({"scipy", "statsmodels", "scikit-learn", "pytest"})
    )


def test_every_tool_speaks_of_the_same_oldest_python() -> None:
    assert PROJECT["project"]["requires-python"] == ">=3.11"
    assert PROJECT["tool"]["ruff"]["target-version"] == "py311"
    assert PROJECT["tool"]["mypy"]["python_version"] == "3.11"
    assert "--python-version 3.11" in text("Makefile")


def test_warnings_are_errors_and_types_are_strict() -> None:
    assert PROJECT["tool"]["pytest"]["ini_options"]["filterwarnings"][0] == "error"
    assert PROJECT["tool"]["mypy"]["strict"] is True


# What no file of ours names


IGNORED = [".git", *(Path(line).name for line in text(".gitignore").splitlines() if line and line[0] != "#")]


def our_files(folder: Path = ROOT) -> Iterator[Path]:
    for path in folder.iterdir():
        if any(fnmatch(path.name, pattern) for pattern in IGNORED):
            continue
        if path.is_dir():
            yield from our_files(path)
        elif path.suffix not in {".png", ".gz", ".br", ".woff2", ".ico", ".parquet"}:
            yield path


@pytest.mark.parametrize(
    "pattern",
    [
        r"pypi\.org|pythonhosted\.org|npmjs\.(org|com)|deb\.debian\.org|docker\.io\b",
        r"(?<![\w./])/(home|Users|root|work)/\w",
    ],
    ids=["package registry", "folder of one machine"],
)
def test_no_file_names_a(pattern: str) -> None:
    named = [
        f"{path.relative_to(ROOT)}: {found[0]}"
        for path in our_files()
        if (found := re.search(pattern, path.read_text(encoding="utf-8", errors="replace")))
    ]
    assert named == []


# Commands


def dry_run(*words: str) -> str:
    done = subprocess.run(["make", "-n", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("target", ["run", "test", "check", "bench", "watch", "record", "live-test"])
def test_make_knows_the_commands_of_the_contract(target: str) -> None:
    assert dry_run(target)


def test_host_and_port_override_the_address() -> None:
    assert "--server.address localhost --server.port 8501" in dry_run("run", "HOST=localhost", "PORT=8501")
    assert "--server.address 0.0.0.0 --server.port 9000" in dry_run("run", "HOST=0.0.0.0", "PORT=9000")


def test_the_offline_tests_leave_the_live_ones_alone() -> None:
    assert "not live" in PROJECT["tool"]["pytest"]["ini_options"]["addopts"]
    assert "-m live tests/live" in dry_run("live-test")


def test_every_package_of_the_rule_is_checked_for_types() -> None:
    listed = re.search(r"^PACKAGES := (.+)$", text("Makefile"), flags=re.MULTILINE)
    assert listed is not None
    assert set(listed[1].split()) == MAY_IMPORT.keys()


def test_ci_checks_and_tests_and_nothing_else() -> None:
    lines = text(".ci/run").splitlines()
    assert lines[:2] == ["#!/usr/bin/env bash", "set -euo pipefail"]
    assert [line for line in lines[2:] if not line.startswith("cd ")] == ["make check", "make test"]
    assert os.access(ROOT / ".ci/run", os.X_OK)


# YAML


MERGE = "tag:yaml.org,2002:merge"  # `<<`, which is no key


class UniqueKeys(yaml.SafeLoader):
    """YAML keeps the last of two equal keys in silence; this loader refuses."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value if key.tag != MERGE]
        if repeated := {key for key in keys if keys.count(key) > 1}:
            raise yaml.constructor.ConstructorError(None, None, f"repeated {repeated}", node.start_mark)
        return super().construct_mapping(node, deep)


def read_yaml(source: str) -> dict:
    return yaml.load(source, Loader=UniqueKeys)


def test_a_repeated_key_is_caught() -> None:
    with pytest.raises(yaml.constructor.ConstructorError, match="repeated"):
        read_yaml("repos:\n  - repo: local\n    repo: other\n")


def test_pre_commit_runs_the_locked_tools() -> None:
    (repo,) = read_yaml(text(".pre-commit-config.yaml"))["repos"]
    assert repo["repo"] == "local"
    hooks = {hook["id"]: hook["entry"] for hook in repo["hooks"]}
    assert hooks.keys() == {"ruff-format", "ruff-check", "import-rule", "whitespace"}
    assert [entry for entry in hooks.values() if not entry.startswith((".venv/bin/", "git "))] == []


# Image


def stages() -> list[list[str]]:
    """The instructions of the Dockerfile by stage, continued lines joined."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text("Dockerfile"), flags=re.MULTILINE))
    lines = [line for line in joined.splitlines() if line]
    starts = [at for at, line in enumerate(lines) if line.startswith("FROM ")]
    return [lines[a:b] for a, b in zip(starts, [*starts[1:], None], strict=True)]


def test_the_image_runs_without_root_rights_outside_the_root_folder() -> None:
    *_, final = stages()
    assert [line for line in final if line.startswith("USER ")] == ["USER 10001:10001"]
    assert "WORKDIR /app" in final
    assert final.index("USER 10001:10001") > max(
        at for at, line in enumerate(final) if line.startswith("RUN ")
    )


def test_the_image_installs_by_hash_and_before_the_code() -> None:
    install, final = stages()
    (pip,) = [at for at, line in enumerate(install) if "--require-hashes -r requirements.txt" in line]
    assert install.index("COPY requirements.txt .") < pip < install.index("COPY . .")
    assert not [line for line in final if "install -r" in line or "apt-get" in line]


def test_the_image_is_compiled_ahead_and_never_writes_bytecode() -> None:
    install, final = stages()
    assert "compileall" in install[-1]
    assert "PYTHONDONTWRITEBYTECODE=1" in " ".join(final)


def test_the_image_asks_after_its_own_health() -> None:
    (check,) = [line for line in stages()[-1] if line.startswith("HEALTHCHECK ")]
    assert "urllib" in check
    assert "/healthz" in check


def test_both_stages_stand_on_one_slim_python_that_the_lock_allows() -> None:
    base = re.search(r"^ARG PYTHON_IMAGE=python:(3\.\d+)-slim", text("Dockerfile"), flags=re.MULTILINE)
    assert base is not None
    assert Version(base[1]) >= Version("3.11")
    assert {stage[0].split()[1] for stage in stages()} == {"${PYTHON_IMAGE}"}


def test_only_what_runs_goes_into_the_image() -> None:
    lines = [line for line in text(".dockerignore").splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    allowed = {line[1:] for line in lines if line.startswith("!")}
    assert allowed == {*MAY_IMPORT, "requirements.txt", "recordings", ".streamlit/config.toml"}
    assert "**/secrets.toml" in lines


@pytest.mark.parametrize("name", ["app", "watcher"])
def test_the_compose_file_gives_a_container_nothing_it_does_not_need(name: str) -> None:
    service = read_yaml(text("deploy/compose.yaml"))["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"] == "10001:10001"
    assert service["volumes"] == ["state:/state"]
    assert service["tmpfs"][0].startswith("/tmp:")


def test_the_compose_file_opens_one_door_and_only_to_this_machine() -> None:
    services = read_yaml(text("deploy/compose.yaml"))["services"]
    assert [port for each in services.values() for port in each.get("ports", [])] == ["127.0.0.1:8501:8501"]
    assert [name for name, each in services.items() if "profiles" not in each] == ["app", "watcher"]


# What a stranger looks for


def test_the_licence_is_the_one_the_project_names() -> None:
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert "Apache License" in text("LICENSE")
    assert "END OF TERMS AND CONDITIONS" in text("LICENSE")


def test_the_changelog_has_a_place_for_the_next_release() -> None:
    headings = re.findall(r"^## (.+)$", text("CHANGELOG.md"), flags=re.MULTILINE)
    assert headings[0] == "[Unreleased]"


@pytest.mark.parametrize("name", [".venv/", ".state/", ".streamlit/secrets.toml", "__pycache__/"])
def test_what_must_never_be_committed_is_ignored(name: str) -> None:
    assert name in text(".gitignore").splitlines()
