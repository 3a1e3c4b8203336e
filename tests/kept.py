"""What a folder holds, for tests that nothing in it changes."""


def files_in(folder):
    """Return the bytes of every file under a folder by its path."""
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
