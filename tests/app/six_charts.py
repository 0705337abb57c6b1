"""A page of six charts, one of each kind we draw, for the tests and benchmarks of charts."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app.chart import chart
from components.page.stylesheet import STYLESHEET

DAYS = pd.date_range("2025-01-02", periods=380, tz="UTC")
UP, DOWN, INK = "#000007", "#000008", "#000010"
SOURCE = "Source: nobody, @night"
HOSTILE = "=1+1|<b>"
CLEAR = "rgba(0,0,0,0)"


def walk(seed: int) -> np.ndarray:
    return 100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.02, len(DAYS))))


def plain(figure: go.Figure) -> go.Figure:
    return figure.update_layout(
        template="none",
        font={"family": "Inter", "color": INK},
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        showlegend=False,
    )


def figures(seed: int) -> dict[str, go.Figure]:
    price = walk(seed)
    opening, change = np.r_[price[0], price[:-1]], np.diff(price, prepend=price[0])
    lines = [
        go.Scatter(
            x=DAYS,
            y=walk(5 * seed + each),
            name="=1+1|&lt;b&gt;" if each == 4 else str(each),
            line_color=f"#00000{each + 1}",
        )
        for each in range(5)
    ]
    under = price / np.maximum.accumulate(price) - 1
    candles = go.Candlestick(
        x=DAYS,
        open=opening,
        close=price,
        high=np.maximum(opening, price) * 1.01,
        low=np.minimum(opening, price) * 0.99,
    )
    candles.increasing.line.color, candles.decreasing.line.color = UP, DOWN
    scale = [[step / 9, f"#0000{21 + step}"] for step in range(10)]
    drawn = {
        "lines": go.Figure(lines),
        "candles": go.Figure(candles, {"xaxis_rangeslider_visible": False}),
        "bars": go.Figure(
            go.Bar(x=DAYS[-60:], y=change[-60:], marker_color=np.where(change[-60:] > 0, UP, DOWN))
        ),
        "heat": go.Figure(
            go.Heatmap(z=np.corrcoef([walk(each) for each in range(12)]), colorscale=scale, zmid=0)
        ),
        "spread": go.Figure(go.Histogram(x=change, marker_color="#000009")),
        "under": go.Figure(go.Scatter(x=DAYS, y=under, fill="tozeroy", line_color="#000001")),
    }
    return {name: plain(figure) for name, figure in drawn.items()}


@st.cache_resource
def kept(seed: int) -> dict[str, go.Figure]:
    return figures(seed)


def page() -> None:
    st.set_page_config(layout="wide", menu_items={"about": "Six charts"})
    st.html(f"<style>{STYLESHEET}</style>")
    st.title("Six charts")
    seed = 1 + st.session_state.get("again", 0)
    st.button("Again", on_click=lambda: st.session_state.update(again=seed))
    columns = st.columns(2)
    for place, (name, figure) in enumerate(kept(seed).items()):
        with columns[place % 2]:
            chart(figure, key=name, alt=f"{name} of a random walk", height=300, caption=SOURCE)


if __name__ == "__main__":
    page()
