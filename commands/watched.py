"""A command of the queue ends with its worker: its standard input is a pipe that nobody but the worker holds."""

import os
import signal
import threading

WATCHED = "HDQ_WATCHED"
"""Environment variable that the queue's worker sets for the command it runs, see ``cross_check.jobs``."""

_STDIN = 0


def begin() -> None:
    """Watch the worker, if there is one: once it is gone, however it went, this process and its own end too."""
    if os.environ.pop(WATCHED, ""):
        threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    while os.read(_STDIN, 1024):
        pass
    # Nobody would take note of the end, and the next job of the queue must not run beside this one.
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(1)
