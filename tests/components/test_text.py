"""Text is escaped for the place it goes to."""

from hypothesis import given
from hypothesis import strategies as st

import components.text
from components.text import escape_html, escape_plot
from tests.components.makers import HOSTILE


def test_a_figure_gets_no_tag_no_template_field_no_colour_slot_and_no_formula() -> None:
    escaped = escape_plot(HOSTILE)
    assert not any(sign in escaped for sign in ("<", ">", "%{", "#000001", "$", '"'))


@given(st.text())
def test_escaped_text_never_holds_markup(words: str) -> None:
    assert not set(escape_html(words)) & set("<>\"'")
    assert not set(escape_plot(words)) & set("<>\"'$")


def test_html_keeps_what_is_harmless() -> None:
    assert escape_html("S&P 500 −1.6%") == "S&amp;P 500 −1.6%"


def test_everything_named_is_there() -> None:
    assert all(hasattr(components.text, name) for name in components.text.__all__)
