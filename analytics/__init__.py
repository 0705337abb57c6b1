"""Sums over series: pure functions, no input or output, no state, no plotting, no clock."""
