"""For every test: property tests take the time they need, on machines that are busy with everything else."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
