"""What stands at an address where there is nothing: a page of its own, without a script, with a way back."""

from collections.abc import Mapping, Sequence

from components.page.html import Html, div, element, join, link
from components.page.stylesheet import STYLESHEET
from components.text import escape_html

# What every other page has from Streamlit: the ground, the width and the two fonts.
_GROUND = """
:root{color-scheme:light dark}
body{margin:0}
.mk-page{min-height:100vh;background:var(--page)}
main{max-width:44rem;margin:0 auto;padding:18vh 1.2rem 2rem}
main.mk-lost ul{display:flex;flex-wrap:wrap;gap:.4rem 1.2rem;margin-top:1.4rem}
"""
_FACE = '@font-face{{font-family:{0};font-weight:100 900;font-display:swap;src:url("{1}")format("woff2")}}'


def lost_page(pages: Sequence[tuple[str, str]], fonts: Mapping[str, str], icon: str) -> str:
    """The page as HTML: ``pages`` are names and addresses, the first of them home; ``fonts`` are addresses by
    family, ``icon`` is that of a picture.
    """
    faces = "".join(_FACE.format(family, escape_html(address)) for family, address in fonts.items())
    home = pages[0][1]
    body = div(
        "",
        element("h1", "There is nothing at this address.", class_="mk-h1"),
        element("p", "It may be mistyped, or have been moved. ", _to(home), class_="mk-lead"),
        element("ul", *(element("li", link(name, address)) for name, address in pages[1:])),
    )
    icon_link = f'<link rel="icon" href="{escape_html(icon)}">'
    style = f"<style>{STYLESHEET}{_GROUND}{faces}</style>"
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex">'
        f"<title>Not found · Market Stress</title>{icon_link}{style}</head>"
        f"<body>{div('mk mk-page', element('main', body, class_='mk-lost'))}</body></html>"
    )


def _to(home: str) -> Html:
    return join(("Go back to the ", link("Overview", home), ", or to one of these pages:"))
