"""Memory: what a long step has freed goes back to the machine before the next one asks for more.

The C library keeps freed memory for the thread that had it; after work on many threads over a full tile that is two
thirds of a gigabyte that nothing uses, and the next step's comes on top.
"""

import ctypes
import sys
from collections.abc import Callable
from functools import cache


def release() -> bool:
    """Give freed memory back to the machine, where the C library can; between long steps, since it takes a moment.

    Returns
    -------
    bool
        Whether any went back; False on systems without ``malloc_trim``, which glibc alone has.
    """
    return _trim()(0) == 1


@cache
def _trim() -> Callable[[int], int]:
    if not sys.platform.startswith("linux"):
        return _nothing
    trim: Callable[[int], int] = getattr(ctypes.CDLL(None), "malloc_trim", _nothing)
    return trim


def _nothing(_: int) -> int:
    return 0
