"""What every test begins with."""

from hypothesis import settings

# How long one example takes says nothing about the code on a machine that has other work to do.
settings.register_profile("rollbook", deadline=None)
settings.load_profile("rollbook")
