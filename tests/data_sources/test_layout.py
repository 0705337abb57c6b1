import tomllib
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from data_sources.layout import write_description
from data_sources.recorded import Description, describe
from data_sources.settings import SHIPPED_RECORDING

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
TABLES = st.dictionaries(TEXTS, TEXTS, max_size=3)


@given(title=TEXTS, publishers=TABLES, hours=TABLES, second=TABLES, file=TEXTS)
def test_a_description_is_read_back_as_it_was_written(
    title: str, publishers: dict[str, str], hours: dict[str, str], second: dict[str, str], file: str
) -> None:
    moment = datetime(2026, 2, 7, 15, 30, tzinfo=UTC)
    files = {file: {"interval": "1d", "sampling": "close@16:00 NY"}}
    about = Description(title, moment, moment, moment, moment, files, publishers, hours, second)
    assert Description(**tomllib.loads(write_description(about))) == about


def test_the_shipped_description_is_kept() -> None:
    about = describe(SHIPPED_RECORDING)
    assert Description(**tomllib.loads(write_description(about))) == about
