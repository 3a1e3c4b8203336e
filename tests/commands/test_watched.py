"""A watched command ends when the pipe of its worker breaks; one that nobody watches does not care."""

import os
import subprocess
import sys

import pytest

SLEEP = "import time; from commands import watched; watched.begin(); print('on', flush=True); time.sleep({seconds})"


@pytest.mark.parametrize(("told", "seconds", "killed"), [("1", 60, True), ("", 0.5, False)])
def test_a_broken_pipe_ends_a_watched_command_alone(told, seconds, killed):
    """The worker goes: the watched command is gone long before its minute is over, the other one ends by itself."""
    command = [sys.executable, "-c", SLEEP.format(seconds=seconds)]
    surroundings = os.environ | {"HDQ_WATCHED": told}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=surroundings, start_new_session=True
    ) as ran:
        assert ran.stdout.readline().strip() == b"on"
        ran.stdin.close()
        assert (ran.wait(30) != 0) == killed
