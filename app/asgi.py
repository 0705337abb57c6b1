"""Entry point: pages, JSON routes and middleware in one process."""

import sys
from functools import partial

import streamlit as st

from api.middleware import middleware
from api.routes import ROUTES, under
from app.collector import keep_full_passes_cheap
from app.lost import way_back
from app.services import base_path
from app.warming import warm_up
from data_sources.assembly import process_settings
from data_sources.settings import BadSetting

try:
    settings = process_settings()
except BadSetting as problem:
    sys.exit(str(problem))

base = base_path()
if settings.public_url and not settings.public_url.endswith(base):
    sys.exit(f"MARKET_PUBLIC_URL must end in {base}, the path that server.baseUrlPath puts every page under.")

keep_full_passes_cheap()
warm_up()
app = st.App(
    "main.py",
    routes=under(base, ROUTES),
    middleware=middleware(settings.public_url, base, partial(way_back, base)),
)
