"""`make pictures`: the screenshots of the documents, taken again from the running dashboard.

Each is taken once every chart of the page stands and nothing has been drawn for a while.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from tests.app.serving import chromium, serving

HERE = Path(__file__).parent
CALM = 1200  # milliseconds in which nothing may be drawn
PATIENCE = 60_000
DESKTOP, PHONE = (1440, 1000), (390, 844)
AGENT = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36"
# The page stands when every chart has been drawn, its last line is there, and nothing changes for a while.
STANDS = """calm => {
    const charts = [...document.querySelectorAll(".js-plotly-plot")];
    const bare = charts.filter(chart => !chart.closest("[data-draws]"));
    const footer = document.querySelector(".mk-footer");
    const runs = document.querySelector('[data-testid="stStatusWidget"]');
    const seen = `${charts.length} ${document.querySelectorAll("[data-draws]").length}
        ${document.body.scrollHeight}`;
    if (window.seen !== seen || bare.length || !footer || runs) {
        window.seen = seen;
        window.since = performance.now();
    }
    return performance.now() - window.since > calm;
}"""


@dataclass(frozen=True, slots=True)
class Picture:
    """One screenshot: its name, the address it is of, and how it is looked at."""

    name: str
    path: str
    theme: str = "light"
    size: tuple[int, int] = DESKTOP

    @property
    def file(self) -> Path:
        """Where it is kept."""
        return HERE / f"{self.name}.png"


PICTURES = (
    Picture("overview-light", "/?asof=2026-02-05"),
    Picture("overview-dark", "/?asof=2026-02-05", "dark"),
    Picture("tech", "/tech?asof=2026-02-05"),
    Picture("crypto", "/crypto?asof=2026-02-05", "dark"),
    Picture("macro", "/macro?asof=2026-02-05"),
    Picture("levels", "/levels?asof=2026-02-06", "dark"),
    Picture("episodes", "/episodes?asof=2026-02-06"),
    Picture("claims", "/claims?asof=2026-02-06"),
    Picture("phone", "/crypto?asof=2026-02-06", "light", PHONE),
)


def take(pictures: tuple[Picture, ...] = PICTURES) -> Iterator[Path]:
    """Take each picture, and say where it went."""
    with serving() as address, chromium() as browser:
        for picture in pictures:
            take_one(browser, address, picture)
            yield picture.file


def take_one(browser: Browser, address: str, picture: Picture) -> None:
    """Open the page as the picture wants it, wait until it stands, and write the file."""
    width, height = picture.size
    page = browser.new_page(
        viewport={"width": width, "height": height},
        color_scheme=picture.theme,
        reduced_motion="reduce",
        **({"user_agent": AGENT, "is_mobile": True} if picture.size == PHONE else {}),
    )
    page.goto(address + picture.path)
    page.wait_for_function(STANDS, arg=CALM, polling=100, timeout=PATIENCE)
    page.screenshot(path=picture.file)
    page.close()


if __name__ == "__main__":
    for taken in take():
        print(f"{taken.name}: {taken.stat().st_size // 1000} kB")
