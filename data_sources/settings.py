"""The environment, read once, typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
SHIPPED_RECORDING = ROOT / "recordings" / "rout-2026"


class Mode(StrEnum):
    """Where prices come from: providers, the recording, or providers with the recording behind them."""

    AUTO = "auto"
    LIVE = "live"
    RECORDED = "recorded"


class Metrics(StrEnum):
    """Who may read `/metrics`."""

    LOOPBACK = "loopback"
    PUBLIC = "public"


class BadSetting(ValueError):
    """An environment variable has a value that cannot be used; ``str()`` is one sentence naming it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of `docs/hosting.md`, with its default."""

    mode: Mode = Mode.AUTO
    recording: Path = SHIPPED_RECORDING
    state_dir: Path = ROOT / ".state"
    database_url: str = ""
    redis_url: str = ""
    public_url: str = ""
    metrics: Metrics = Metrics.LOOPBACK
    read_only: bool = False

    @property
    def database(self) -> str:
        """The address of the watcher's store: the given one, or a SQLite file in the state folder."""
        return self.database_url or f"sqlite:///{self.state_dir / 'market.sqlite'}"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in ``environment``; raises `BadSetting` for the first value that cannot be used."""
    default = Settings()
    return Settings(
        mode=Mode(_choice(environment, "MARKET_DATA", default.mode, list(Mode))),
        recording=Path(environment.get("MARKET_RECORDING") or default.recording).expanduser(),
        state_dir=Path(environment.get("MARKET_STATE_DIR") or default.state_dir).expanduser(),
        database_url=_url(environment, "DATABASE_URL", ("sqlite", "postgresql", "postgresql+psycopg")),
        redis_url=_url(environment, "REDIS_URL", ("redis", "rediss", "unix")),
        public_url=_site(environment, "MARKET_PUBLIC_URL"),
        metrics=Metrics(_choice(environment, "MARKET_METRICS", default.metrics, list(Metrics))),
        read_only=_choice(environment, "MARKET_READ_ONLY", "0", ["0", "1"]) == "1",
    )


def _choice(environment: Mapping[str, str], name: str, default: str, choices: list[str]) -> str:
    given = environment.get(name) or default
    if given not in choices:
        raise BadSetting(f"{name} is {given!r}; it must be one of {', '.join(choices)}.")
    return given


def _url(environment: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    given = environment.get(name, "")
    try:
        known = not given or urlsplit(given).scheme in schemes
    except ValueError:
        known = False
    if not known:
        raise BadSetting(f"{name} must be an address that starts with one of {', '.join(schemes)}.")
    return given


def _site(environment: Mapping[str, str], name: str) -> str:
    """The address of a site, to which paths are added: it has a host, and nothing after its path."""
    given = _url(environment, name, ("http", "https")).rstrip("/")
    parts = urlsplit(given)
    try:
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        has_host = False
    if given and (not has_host or parts.query or parts.fragment):
        raise BadSetting(f"{name} must be the address of a site, such as https://stress.example.org.")
    return given
