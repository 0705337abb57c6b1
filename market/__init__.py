"""The vocabulary: what a price, a calendar, a zone and a number are. Imports nothing of ours."""
