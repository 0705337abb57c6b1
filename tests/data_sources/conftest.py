"""Property tests here import pandas and calendars on their first example: no deadline on one example."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
