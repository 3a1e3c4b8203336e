"""Faults that a user can act on, told by code so that every surface can say them in its own language."""

import pandas as pd

FAULT_COLUMNS = ("row", "column", "code", "value")


class WorkbenchError(Exception):
    """A fault in the input or the surroundings, never a programmer's mistake (that stays ValueError).

    Parameters
    ----------
    code : str
        Key of the sentence in the word catalogues, such as ``"detect.no_crs"``.
    english : str
        The sentence in English with ``{name}`` places, for logs and for callers without a catalogue.
    **params
        Values of the places. Never personal data: sentences reach logs and screens.
    """

    def __init__(self, code: str, english: str, **params: object) -> None:
        super().__init__(english.format(**params))
        self.code = code
        self.english = english
        self.params = params

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling, so that an error raised in a worker process arrives whole."""
        return _rebuilt, (type(self), self.code, self.english, self.params)


class TableFaults(WorkbenchError):
    """A table was refused; ``faults`` holds every fault as a row (row, column, code, value).

    ``row`` is the row number the user sees in the file (the heading is row 1).
    """

    def __init__(self, source: str, faults: pd.DataFrame) -> None:
        super().__init__(
            "table.refused",
            "{source}: {count} faults in {rows} rows; nothing was saved",
            source=source,
            count=len(faults),
            rows=faults["row"].nunique(),
        )
        self.faults = faults

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling together with the rows."""
        return TableFaults, (self.params["source"], self.faults)


def _rebuilt(kind: type[WorkbenchError], code: str, english: str, params: dict[str, object]) -> WorkbenchError:
    return kind(code, english, **params)
