"""What `docs/api.md` says is what the routes answer."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from api.routes import QUESTIONS
from tests.api.service import ASK, ask

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^`GET (\S+)`\n\n```json\n(.+?)\n```$", TEXT, flags=re.MULTILINE | re.DOTALL)


def differences(said: Any, answered: Any, at: str = "") -> list[str]:
    """Where the answer is not what is said of it; of an answer, a part may be left unsaid."""
    if isinstance(said, dict) and isinstance(answered, dict):
        return [
            each for name in said for each in differences(said[name], answered.get(name, ...), f"{at}.{name}")
        ]
    if isinstance(said, list) and isinstance(answered, list) and len(said) <= len(answered):
        pairs = zip(said, answered, strict=False)
        return [each for place, pair in enumerate(pairs) for each in differences(*pair, f"{at}[{place}]")]
    return [] if said == answered else [f"{at}: {said!r} is said, {answered!r} is answered"]


@pytest.mark.parametrize(("address", "example"), EXAMPLES)
def test_an_example_is_what_is_answered(address: str, example: str) -> None:
    said = json.loads(example)
    assert differences(said, ask(address, 400 if "error" in said else 200)) == []


def test_every_route_has_an_example() -> None:
    asked = [address.partition("?")[0] for address, _ in EXAMPLES]
    for question in QUESTIONS:
        path = question.path.replace("{key}", "BTC")
        assert path in asked or "xml" in question.media
        assert f"### `{question.path}`" in TEXT


def test_every_parameter_is_named() -> None:
    for question in QUESTIONS:
        section = TEXT.partition(f"### `{question.path}`")[2].partition("\n### ")[0]
        unnamed = [name for name in question.names if name != "asof" and f"`{name}`" not in section]
        assert unnamed == []


def test_the_envelope_is_the_first_number_of_the_document() -> None:
    first = re.search(r"```json\n(.+?)\n```", TEXT, flags=re.DOTALL)
    assert first is not None
    number = ASK.get("/api/v1/readings?keys=IXIC&asof=2026-02-05").json()["IXIC"]["change_1d_pct"]
    assert differences(json.loads(first[1]), number) == []
