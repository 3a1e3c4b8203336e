"""The command line in parts: one module a field of work."""
