"""Entry point: pages, JSON routes and middleware in one process."""

import streamlit as st

from api.middleware import MIDDLEWARE
from api.routes import ROUTES
from app.collector import keep_full_passes_cheap

keep_full_passes_cheap()
app = st.App("main.py", routes=ROUTES, middleware=MIDDLEWARE)
