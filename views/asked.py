"""What a person says of a file on the import desk: kept between runs of the page, by the file's content."""

from dataclasses import dataclass, replace

import streamlit as st

from cross_check.arrivals import Letter
from gis.coordinates import Answer


@dataclass(frozen=True)
class Asked:
    """Answers so far; frozen, so that what follows from them is kept by them.

    Attributes
    ----------
    part : str
        Sheet or layer.
    columns : tuple of (column, heading)
        Those that a person has set; "" for a column that the file shall not have.
    systems : tuple of (group, system)
        Coordinate systems by group.
    fixes : tuple of (row, heading, text)
    skipped : tuple of int
    """

    part: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    systems: tuple[tuple[int, str], ...] = ()
    fixes: tuple[tuple[int, str, str], ...] = ()
    skipped: tuple[int, ...] = ()

    def letter(self, sender: str) -> Letter:
        """Return the answers as the desk reads them."""
        return Letter(
            answer=Answer(groups=dict(self.systems)),
            columns=dict(self.columns),
            part=self.part,
            sender=sender,
            fixes={(row, heading): text for row, heading, text in self.fixes},
            skipped=frozenset(self.skipped),
        )

    def with_column(self, column: str, heading: str) -> "Asked":
        """Return the answers with one column set."""
        kept = tuple(pair for pair in self.columns if pair[0] != column)
        return replace(self, columns=(*kept, (column, heading)))

    def with_system(self, group: int, system: str) -> "Asked":
        """Return the answers with the system of one group set, or left to the evidence ("")."""
        kept = tuple(pair for pair in self.systems if pair[0] != group)
        return replace(self, systems=(*kept, (group, system)) if system else kept)

    def with_fixes(self, fixes: dict[tuple[int, str], str], skipped: set[int]) -> "Asked":
        """Return the answers with more cells put right and more rows left out."""
        cells = {(row, heading): text for row, heading, text in self.fixes} | fixes
        told = tuple(sorted((row, heading, text) for (row, heading), text in cells.items()))
        return replace(self, fixes=told, skipped=tuple(sorted({*self.skipped, *skipped})))


def of(sha256: str) -> Asked:
    """Return what was said of a file in this session."""
    found: Asked = st.session_state.get(f"asked-{sha256}", Asked())
    return found


def keep(sha256: str, asked: Asked) -> None:
    """Keep what was said of a file."""
    st.session_state[f"asked-{sha256}"] = asked
