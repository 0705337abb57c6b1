from pathlib import Path

import pytest

from data_sources.settings import SHIPPED_RECORDING, BadSetting, Metrics, Mode, Settings, read_settings


def test_an_empty_environment_gives_the_defaults_of_the_contract() -> None:
    settings = read_settings({})
    assert settings == Settings()
    assert settings.mode is Mode.AUTO
    assert settings.recording == SHIPPED_RECORDING
    assert settings.metrics is Metrics.LOOPBACK
    assert not settings.read_only


def test_an_empty_value_counts_as_not_set() -> None:
    names = ("MARKET_DATA", "MARKET_RECORDING", "MARKET_STATE_DIR", "DATABASE_URL", "MARKET_READ_ONLY")
    assert read_settings(dict.fromkeys(names, "")) == Settings()


def test_every_variable_is_read(tmp_path: Path) -> None:
    settings = read_settings(
        {
            "MARKET_DATA": "recorded",
            "MARKET_RECORDING": str(tmp_path / "rout"),
            "MARKET_STATE_DIR": str(tmp_path / "state"),
            "DATABASE_URL": "postgresql://db/market",
            "REDIS_URL": "redis://cache:6379/0",
            "MARKET_PUBLIC_URL": "https://stress.example/",
            "MARKET_METRICS": "public",
            "MARKET_READ_ONLY": "1",
        }
    )
    assert settings == Settings(
        mode=Mode.RECORDED,
        recording=tmp_path / "rout",
        state_dir=tmp_path / "state",
        database_url="postgresql://db/market",
        redis_url="redis://cache:6379/0",
        public_url="https://stress.example",
        metrics=Metrics.PUBLIC,
        read_only=True,
    )
    assert settings.database == "postgresql://db/market"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MARKET_DATA", "yesterday"),
        ("MARKET_DATA", "LIVE"),
        ("DATABASE_URL", "mysql://db/market"),
        ("DATABASE_URL", "market.sqlite"),
        ("REDIS_URL", "localhost:6379"),
        ("MARKET_PUBLIC_URL", "stress.example"),
        ("MARKET_PUBLIC_URL", "javascript:alert(1)"),
        ("MARKET_PUBLIC_URL", "https://"),
        ("MARKET_PUBLIC_URL", "https:///stress"),
        ("MARKET_PUBLIC_URL", "https://["),
        ("MARKET_PUBLIC_URL", "https://stress.example:port"),
        ("MARKET_PUBLIC_URL", "https://stress.example/?asof=2026-02-05"),
        ("DATABASE_URL", "postgresql://["),
        ("MARKET_METRICS", "everyone"),
        ("MARKET_READ_ONLY", "yes"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_the_variable(name: str, value: str) -> None:
    with pytest.raises(BadSetting) as caught:
        read_settings({name: value})
    said = str(caught.value)
    assert said.startswith(name)
    assert said.endswith(".")
    assert "\n" not in said


def test_a_secret_in_an_address_is_not_repeated() -> None:
    with pytest.raises(BadSetting) as caught:
        read_settings({"DATABASE_URL": "mysql://me:hunter2@db/market"})
    assert "hunter2" not in str(caught.value)


def test_a_home_folder_is_understood() -> None:
    assert read_settings({"MARKET_STATE_DIR": "~/state"}).state_dir == Path.home() / "state"


def test_without_a_database_the_store_is_a_file_in_the_state_folder(tmp_path: Path) -> None:
    settings = read_settings({"MARKET_STATE_DIR": str(tmp_path)})
    assert settings.database == f"sqlite:///{tmp_path / 'market.sqlite'}"
