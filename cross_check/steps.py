"""What the arrows of the chain tell of themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Step:
    """What an arrow of the chain did: a catalogue code with its figures, and the files it wrote."""

    code: str
    figures: Mapping[str, object]
    outputs: tuple[Path, ...] = ()
