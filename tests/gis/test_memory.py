"""What was freed goes back to the machine."""

import ctypes
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from gis import memory

KEPT_BYTES = 64 << 20


def resident_bytes():
    """Return the memory that this process holds."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="needs glibc")
def test_what_another_thread_freed_goes_back():
    """Small pieces that a thread has freed below one that it keeps are given back, most of 64 MB."""
    kept = []

    def work():
        pieces = [np.ones(1 << 14, np.uint8) for _ in range(KEPT_BYTES >> 14)]
        kept.append(np.ones(1 << 14, np.uint8))
        pieces.clear()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()
        held = resident_bytes()
        assert memory.release()
        assert held - resident_bytes() > KEPT_BYTES // 2


def test_elsewhere_nothing_happens(monkeypatch):
    """On a system without such a call nothing is released and nothing fails."""
    monkeypatch.setattr(sys, "platform", "win32")
    memory._trim.cache_clear()
    assert not memory.release()
    memory._trim.cache_clear()
