"""What to do about it: leads, rounds, routes and briefings."""
