"""What all tests share: property tests that give the same cases on every machine and wait for no clock."""

from hypothesis import settings

settings.register_profile("house", database=None, deadline=None, derandomize=True)
settings.load_profile("house")
