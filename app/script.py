"""Scripts of ours that run in the visitor's browser, each mounted as a component from a file in `static/`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

PACKAGE = "market_stress"
SCRIPTS = ("chart", "open", "ages")


def script(name: str) -> Callable[..., Any]:
    """The mounted half of ``static/name.js``, registered once with the runtime that is serving.

    Streamlit serves a component's script as a file only where an installed package declares it. We are not
    installed, so the declaration is made here; script text inside messages would need a laxer
    Content-Security-Policy.
    """
    registry = get_bidi_component_manager()
    if registry.get(f"{PACKAGE}.{name}") is None:
        declared = ComponentManifest(PACKAGE, "1", [ComponentConfig(each, "static") for each in SCRIPTS])
        registry.register_from_manifest(declared, Path(__file__).parent)
    return st.components.v2.component(f"{PACKAGE}.{name}", js=f"{name}.js", isolate_styles=False)
