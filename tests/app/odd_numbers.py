"""A page with numbers that the recording does not hold: from a hostile source, disputed, missing."""

from datetime import UTC, datetime

import streamlit as st

from app.opening import mount_opening
from components.page.numbers import Number
from components.page.stylesheet import STYLESHEET
from components.page.tables import Align, Column, rows
from market.bars import SecondOpinion, State
from market.readings import Envelope, missing

NOW = datetime(2026, 2, 7, 15, 30, tzinfo=UTC)
HOSTILE = "<img src=//evil.example/x onerror=alert(1)>|;&quot;"


def number(value: float, source: str, state: State, **more: object) -> Envelope:
    given = {"inputs": ((source, source),), "flags": (source, "async"), **more}
    return Envelope(value, source, NOW, NOW, source, state, source, "drawdown", 3, **given)  # type: ignore[arg-type]


def page() -> None:
    st.set_page_config(menu_items={"about": "Odd numbers"})
    st.html(f"<style>{STYLESHEET}</style>")
    disputed = number(
        -1234567.25,
        "Nasdaq",
        State.DISPUTED,
        low=-2.5,
        high=1e-7,
        second=SecondOpinion("FRED", 22980.5, NOW, 0.0022),
    )
    numbers = {
        HOSTILE: Number(number(1.0, HOSTILE, State.FINAL), "hostile"),
        "disputed": Number(disputed, "disputed"),
        "missing": Number(missing("percent", "change_1w", "The history starts later."), "–"),
    }
    columns = [Column("Name", Align.TEXT), Column("Number")]
    st.html(rows("Odd numbers", columns, [[name, each] for name, each in numbers.items()]))
    st.write(f"Run {st.session_state.setdefault('runs', 1)}")
    st.button("Again", on_click=lambda: st.session_state.update(runs=st.session_state["runs"] + 1))
    mount_opening()


if __name__ == "__main__":
    page()
