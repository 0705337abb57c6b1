"""Entry point: pages, JSON routes and middleware in one process."""

import sys

import streamlit as st

from api.middleware import middleware
from api.routes import ROUTES
from app.collector import keep_full_passes_cheap
from app.warming import warm_up
from data_sources.assembly import process_settings
from data_sources.settings import BadSetting

try:
    settings = process_settings()
except BadSetting as problem:
    sys.exit(str(problem))

keep_full_passes_cheap()
warm_up()
app = st.App("main.py", routes=ROUTES, middleware=middleware(settings.public_url))
