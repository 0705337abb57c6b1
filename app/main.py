"""Page frame and navigation."""

import streamlit as st

from app.frame import PAGE_CONFIG, close_frame, open_frame, pages
from app.session import keep_address

st.set_page_config(**PAGE_CONFIG)
keep_address()
page = st.navigation(pages(), position="hidden" if st.context.is_embedded else "top")
st.set_page_config(page_title=f"{page.title} · Market Stress")
open_frame(page)
page.run()
close_frame(page)
