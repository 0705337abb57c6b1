"""A file of prices as a table: its cells, and which column of them holds what."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from data_sources.bring.written import EPOCH, Unclear, is_missing
from data_sources.keys import Keys
from data_sources.tidy import cells, decoded
from market.instruments import Instrument

SEPARATORS = ("\t", ";", "|", ",")
PREAMBLE = 30
"""Lines in which the names of the columns are looked for."""
LARGEST = 200_000_000
NO_TABLES = (
    (b"PK\x03\x04", "It is a workbook or an archive: save the sheet as CSV, or unpack it."),
    (b"\xd0\xcf\x11\xe0", "It is an old Excel workbook: save the sheet as CSV."),
    (b"\x1f\x8b", "It is packed: unpack it first."),
    (b"PAR1", "It is a Parquet file: save it as CSV."),
    (b"%PDF", "It is a PDF, and not a table."),
    (b"<!doctype", "It is a web page, and not a table: the download did not give the file itself."),
    (b"<html", "It is a web page, and not a table: the download did not give the file itself."),
    (b"<?xml", "It is XML, and not a table: save it as CSV."),
    (b"{", "It is JSON, and not a table."),
    (b"[", "It is JSON, and not a table."),
)

# What columns are called: in English, and where sites write their files in the language of the reader.
NAMES = {
    "time": "unix unixtime opentime timeopen date datetime day time timestamp observationdate tradedate "
    "tradingday datum data fecha",
    "close": "close closingprice closeprice price last lastprice closelast closevalue value settle "
    "settlement zuletzt schluss schlusskurs dernier cloture ultimo cierre chiusura zamkniecie",
    "open": "open openprice eroffn eroffnung ouv ouverture apertura abertura otwarcie",
    "high": "high highprice hoch plushaut maximo maxima massimo najwyzszy",
    "low": "low lowprice tief plusbas minimo minima najnizszy",
    "volume": "volume vol volumen wolumen",
    "adjusted": "adjclose adjustedclose",
    "symbol": "ticker symbol",
    "length": "per period",
}
MEANING = {name: role for role, names in NAMES.items() for name in names.split()}
PRICES = ("close", "open", "high", "low")
# Of venues that give candles as bare numbers: when one begins, four prices, how much was traded.
CANDLE = ("time", "open", "high", "low", "close", "volume")
CLOSE_TIME_OF_BINANCE, CELLS_OF_BINANCE = 6, 12
ZONED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d")
DIVIDEND = re.compile(r"dividend|split|capital gain", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of a file, by number, cut into cells; ``torn`` is the number of a last line without end."""

    lines: Sequence[tuple[int, list[str]]]
    separator: str
    torn: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a sheet and the places of their columns.

    ``publisher`` is whose table it looks like, where that is known; ``is_adjusted`` says that its closes are
    adjusted for dividends, where dividends are paid.
    """

    rows: Sequence[tuple[int, list[str]]]
    columns: dict[str, int]
    width: int
    publisher: str | None = None
    is_adjusted: bool = False
    torn: int | None = None
    separator: str = ","

    def column(self, role: str) -> list[str]:
        """The cells of one column; empty where a row is too short."""
        place = self.columns.get(role)
        return [row[place] if place is not None and place < len(row) else "" for _, row in self.rows]


def read_sheet(path: Path) -> Sheet:
    """The cells of a file of text; raises `Unclear` for anything else, and `OSError`."""
    if path.stat().st_size > LARGEST:
        raise Unclear("It is larger than a table of prices can be.")
    content = path.read_bytes()
    start = content[:40].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    for mark, said in NO_TABLES:
        if start.startswith(mark.lower()):
            raise Unclear(said)
    lines = decoded(content).split("\n")
    full = [line for line in lines if line.strip()]
    if not full:
        raise Unclear("It is empty.")
    sample = full[:PREAMBLE]
    separator = next(
        (each for each in SEPARATORS if 2 * sum(each in line for line in sample) > len(sample)), ","
    )
    numbered = [(at, cells(line, separator)) for at, line in enumerate(lines, 1)]
    torn = len(lines) if lines[-1].strip() else None
    return Sheet([(at, row) for at, row in numbered if any(row)], separator, torn)


def read_table(sheet: Sheet, instrument: Instrument, keys: Keys) -> Table:
    """Which column of ``sheet`` holds what of ``instrument``.

    Raises `Unclear` where no line names a time and a price, or where the file is of something else.
    """
    table = _levels(sheet, instrument, keys) or _candles(sheet) or _headed(sheet, instrument, keys)
    if table is None:
        first = ", ".join(cell[:20] for cell in sheet.lines[0][1][:8])
        raise Unclear(f"No line of it names a date and a close; it begins with: {first}.")
    return table


def plain(name: str) -> str:
    """A column's name without what makers of tables put around it.

    >>> plain("<CLOSE>"), plain("Adj Close**"), plain("Vol."), plain("observation_date")
    ('close', 'adjclose', 'vol', 'observationdate')
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    return re.sub(r"[^a-z0-9]", "", letters)


def role_of(name: str) -> str | None:
    """What a column of this name holds; None where that is not known."""
    text = plain(name)
    for start, role in (("adjclose", "adjusted"), ("close", "close")):
        if text.startswith(start) and "adjusted" in text:
            return role
    return MEANING.get(text) or ("volume" if text.startswith("volume") else None)


def _places(names: Sequence[str]) -> dict[str, int]:
    """The place of each column; of two with one role that whose name is the better known."""
    order = {name: at for names in NAMES.values() for at, name in enumerate(names.split())}
    found: dict[str, int] = {}
    for at, name in enumerate(names):
        role = role_of(name)
        if role is None:
            continue
        rank = order.get(plain(name), len(order))
        if role not in found or rank < order.get(plain(names[found[role]]), len(order)):
            found[role] = at
    return found


def _headed(sheet: Sheet, instrument: Instrument, keys: Keys) -> Table | None:
    """A table with a line of names, perhaps after a few lines of something else."""
    for start, (_, names) in enumerate(sheet.lines[:PREAMBLE]):
        columns = _places(names)
        if "time" not in columns:
            continue
        if "close" not in columns:
            value = _value_column(names, columns, instrument, keys)
            if value is None:
                continue
            columns["close"] = value
        rows = sheet.lines[start + 1 :]
        above = " ".join(cell for _, row in sheet.lines[:start] for cell in row)
        publisher = publisher_of(names, above, rows)
        _check_length(names, columns, rows)
        rows = _of_symbol(rows, columns.get("symbol"), instrument, keys)
        adjusted = publisher == "Yahoo Finance" and "adjusted" not in columns
        return Table(rows, columns, len(names), publisher, adjusted, sheet.torn, sheet.separator)
    return None


def _value_column(
    names: Sequence[str], columns: dict[str, int], instrument: Instrument, keys: Keys
) -> int | None:
    """The place of the one column that can be the close where none is called so: the instrument's own name,
    or the only other column. Raises `Unclear` for one that belongs to another instrument.
    """
    others = [at for at, name in enumerate(names) if name and at not in columns.values()]
    meant = {at: keys.find(names[at]) for at in others}
    own = [at for at in others if meant[at] == instrument]
    if own:
        return own[0]
    if len(others) != 1 or set(columns) - {"time"}:
        return None
    _check(names[others[0]], meant[others[0]], instrument)
    return others[0]


def _check(called: str, meant: Instrument | None, instrument: Instrument) -> None:
    if meant is not None and meant != instrument:
        raise Unclear(f"It holds {called}, which is {meant.key} ({meant.name}) and not {instrument.key}.")


def _of_symbol(
    rows: Sequence[tuple[int, list[str]]], place: int | None, instrument: Instrument, keys: Keys
) -> Sequence[tuple[int, list[str]]]:
    """The rows of ``instrument`` where a column names what each row is of; raises `Unclear` where that is
    something else, or several things.
    """
    if place is None:
        return rows
    named = dict.fromkeys(row[place] for _, row in rows if place < len(row) and not is_missing(row[place]))
    own = [each for each in named if keys.find(each) == instrument]
    if len(named) > 1 and len(own) != 1:
        raise Unclear(f"It holds several things: {', '.join(list(named)[:5])}. Leave those of one key.")
    for each in own or named:
        _check(each, keys.find(each), instrument)
        return [(at, row) for at, row in rows if place < len(row) and row[place] == each]
    return rows


def _check_length(
    names: Sequence[str], columns: dict[str, int], rows: Sequence[tuple[int, list[str]]]
) -> None:
    """Raise `Unclear` for rows that are no days and whose time of day stands in a column of its own: it names
    no zone.
    """
    apart = [at for at, name in enumerate(names) if plain(name) == "time" and at != columns["time"]]
    lengths = {
        row[columns["length"]].upper() for _, row in rows if columns.get("length", len(row)) < len(row)
    }
    times = {row[at] for at in apart for _, row in rows if at < len(row)}
    if lengths - {"D", "DAILY", "1D"} or len(times) > 1:
        raise Unclear("Its rows are no days, and their times name no zone.")


def _levels(sheet: Sheet, instrument: Instrument, keys: Keys) -> Table | None:
    """A table of yfinance: a line of fields, a line of tickers, a line that names the times."""
    if len(sheet.lines) < 3:
        return None
    (_, one), (_, two), (_, three) = sheet.lines[:3]
    if role_of(three[0]) != "time" or any(three[1:]):
        return None
    fields, tickers = (one, two) if "close" in map(role_of, one) else (two, one)
    if len(fields) != len(tickers) or "close" not in map(role_of, fields):
        return None
    named = list(dict.fromkeys(each for each in tickers[1:] if each))
    own = [each for each in named if keys.find(each) == instrument] or named
    if len(own) != 1:
        raise Unclear(f"It holds several tickers, and none of {instrument.key}: {', '.join(named[:5])}.")
    _check(own[0], keys.find(own[0]), instrument)
    names = [
        "Date",
        *(name if of == own[0] else "" for name, of in zip(fields[1:], tickers[1:], strict=True)),
    ]
    columns = _places(names)
    adjusted = "adjusted" not in columns
    return Table(
        sheet.lines[3:], columns, len(fields), "Yahoo Finance", adjusted, sheet.torn, sheet.separator
    )


def _candles(sheet: Sheet) -> Table | None:
    """Candles without a line of names, as venues give them; raises `Unclear` where the four prices of a row
    do not stand in the order of open, high, low and close.
    """
    first = sheet.lines[0][1]
    if len(first) < 5 or not EPOCH.fullmatch(first[0]):
        return None
    for at, row in sheet.lines:
        prices = _prices(row[1:5])
        if prices and not (prices[1] >= max(prices) and prices[2] <= min(prices)):
            raise Unclear(f"It names no columns, and line {at} is not open, high, low and close.")
    columns = {name: at for at, name in enumerate(CANDLE) if at < len(first)}
    publisher = "Binance" if len(first) == CELLS_OF_BINANCE else None
    return Table(sheet.lines, columns, len(first), publisher, torn=sheet.torn, separator=sheet.separator)


def _prices(written: Sequence[str]) -> list[float]:
    try:
        return [float(cell) for cell in written]
    except ValueError:
        return []


def publisher_of(names: Sequence[str], above: str, rows: Iterable[tuple[int, list[str]]]) -> str | None:
    """Whose table has these columns; None where that cannot be told from them."""
    called = [plain(name) for name in names]
    known = set(called)
    signs = (
        ("CryptoDataDownload", "cryptodatadownload" in above.casefold()),
        ("Yahoo Finance", "adjclose" in known or {"dividends", "stocksplits"} <= known),
        ("Yahoo Finance", any(role_of(name) == "adjusted" for name in names)),
        ("FRED", "observationdate" in known),
        ("Investing.com", "vol" in known and len(names) == 7 and any("%" in name for name in names)),
        ("stooq", called[:2] == ["ticker", "per"]),
        ("CoinMarketCap", {"timeopen", "timeclose"} <= known),
        ("Binance", {"opentime", "closetime", "quotevolume"} <= known),
        ("Nasdaq", "closelast" in known),
        ("Yahoo Finance", _is_of_yfinance(called, rows)),
        ("stooq", called in (["date", "open", "high", "low", "close", *rest] for rest in ([], ["volume"]))),
        ("stooq", called[:2] == ["data", "otwarcie"]),
    )
    for name, is_it in signs:
        if is_it and (name != "stooq" or _has_plain_dates(called, rows)):
            return name
    return None


def _is_of_yfinance(called: Sequence[str], rows: Iterable[tuple[int, list[str]]]) -> bool:
    """Whether a table looks as yfinance writes one: prices in order, times with the zone of the exchange."""
    in_order = called[1:5] == ["open", "high", "low", "close"] and called[0] in ("date", "datetime")
    return in_order and all(ZONED.fullmatch(row[0]) for _, row in rows)


def _has_plain_dates(called: Sequence[str], rows: Iterable[tuple[int, list[str]]]) -> bool:
    """Whether the dates of a table look as stooq writes them."""
    place = called.index("date" if "date" in called else "data")
    dates = [row[place] for _, row in rows if place < len(row)]
    return bool(dates) and all(re.fullmatch(r"\d{4}-?\d\d-?\d\d", each) for each in dates)
