"""Brings prices that people have as files into a recording: `python -m data_sources.bring`."""
