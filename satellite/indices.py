"""Spectral indices: what a surface is like in one number, from a table of published formulas.

The table is ``data/indices.toml``; what it lacks is looked up among the 280 formulas of spyndex (Awesome Spectral
Indices, Montero et al. 2023, Scientific Data 10, 197), which are read as arithmetic and never executed.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.errors import WorkbenchError
from satellite import formulas

Values = NDArray[np.float64]
Bands = Mapping[str, Values]

_TABLE = Path(__file__).parent / "data" / "indices.toml"
_OTHER_NAMES = {"rededge071": "rededge1", "rededge075": "rededge2", "rededge078": "rededge3"}
_INSTEAD = {"nir": "nir08", "nir08": "nir"}
"""A sensor with one near infrared band calls it by either name."""


@dataclass(frozen=True)
class Index:
    """A formula and what its value means.

    Attributes
    ----------
    name, source : str
    formula : Formula
    bands : mapping of str to str
        Common name of each band, by what the formula calls it.
    low, high : float
        Physical range.
    at_edge : bool
        A value outside becomes the limit; otherwise NaN.
    unit : str
        "1" for a ratio.
    reflectance : bool
        Whether bands must be reflectance from 0 to 1.
    titles : mapping of language to str
    constants : mapping of name to float
        Of the formula, beside its bands.
    """

    name: str
    formula: formulas.Formula
    bands: Mapping[str, str]
    source: str
    low: float = -np.inf
    high: float = np.inf
    at_edge: bool = False
    unit: str = "1"
    reflectance: bool = True
    titles: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, float] = field(default_factory=dict)


def ndvi(bands: Bands) -> Values:
    """Vegetation: near infrared against red, -1 to 1."""
    return compute(bands, "ndvi")


def ndwi(bands: Bands) -> Values:
    """Open water: green against near infrared, -1 to 1."""
    return compute(bands, "ndwi")


def mndwi(bands: Bands) -> Values:
    """Open water, turbid too: green against short-wave infrared, -1 to 1."""
    return compute(bands, "mndwi")


def ndbi(bands: Bands) -> Values:
    """Built-up and bare land: short-wave against near infrared, -1 to 1."""
    return compute(bands, "ndbi")


def nbr(bands: Bands) -> Values:
    """Burn ratio: near infrared against the longer short-wave infrared, -1 to 1."""
    return compute(bands, "nbr")


def bsi(bands: Bands) -> Values:
    """Bare soil: short-wave infrared and red against near infrared and blue, -1 to 1."""
    return compute(bands, "bsi")


INDICES: dict[str, tuple[Callable[[Bands], Values], tuple[str, ...]]] = {
    "ndvi": (ndvi, ("nir", "red")),
    "ndwi": (ndwi, ("green", "nir")),
    "mndwi": (mndwi, ("green", "swir16")),
    "ndbi": (ndbi, ("swir16", "nir")),
    "nbr": (nbr, ("nir", "swir22")),
    "bsi": (bsi, ("swir16", "red", "nir", "blue")),
}
"""Function and needed bands of the indices that every patch is described by; ``listing`` knows many more."""


def available(bands: Iterable[str]) -> list[str]:
    """Return the names of the indices of ``INDICES`` whose bands are all there."""
    present = set(bands)
    return [name for name, (_, needed) in INDICES.items() if present.issuperset(needed)]


@cache
def listing() -> dict[str, Index]:
    """Return the indices of the house's own table by name."""
    return {name: _own(name, row) for name, row in tomllib.loads(_TABLE.read_text(encoding="utf-8")).items()}


def find(name: str) -> Index:
    """Return an index by its name, upper or lower case: the house's own, else one of spyndex.

    Raises
    ------
    WorkbenchError
        ``indices.unknown``.
    """
    own = listing().get(name.lower())
    if own is not None:
        return own
    found = _of_spyndex().get(name.lower())
    if found is None:
        raise WorkbenchError("indices.unknown", "There is no index {name}", name=name)
    return found


def compute(bands: Any, name: str, *, constants: Mapping[str, float] | None = None) -> Any:  # noqa: ANN401 - see Returns
    """Compute an index.

    Parameters
    ----------
    bands : Dataset, or mapping of common name to array or number
        NumPy or Dask. In the unit that the index asks for, see ``Index.reflectance``.
    name : str
        See ``find``.
    constants : mapping, optional
        Other values for constants of a formula of spyndex, such as ``{"L": 0.5}``.

    Returns
    -------
    DataArray for a Dataset, else an array
        Lazy where the bands are. NaN where a needed band is NaN or negative (atmospheric correction overshoots over
        dark water: the ratio would be anything), where the formula divides by nothing, and outside the physical range
        unless the index is cut at its edge.

    Raises
    ------
    WorkbenchError
        ``indices.unknown``; ``indices.no_band`` if bands or constants are missing.
    """
    index = find(name)
    fixed = {**index.constants, **(constants or {})}
    names = _present(index, bands, fixed)
    values = [bands[own] for own in names.values()]

    def body(*given: Any) -> Any:  # noqa: ANN401 - as the bands are
        return _evaluated(index, dict(zip(names, given, strict=True)) | fixed, given)

    if all(isinstance(value, np.ndarray | np.number | float | int) for value in values):
        return body(*map(np.asarray, values))
    return _laid_out(body, bands, values, index)


def _laid_out(body: Callable[..., Any], bands: Any, values: list[Any], index: Index) -> Any:  # noqa: ANN401 - see compute
    """Return what a formula gives for the bands of a Dataset, or for arrays of which some are lazy."""
    # A pair of dates is judged on plain arrays: it goes without the memory of these two.
    import dask.array as da
    import xarray as xr

    if isinstance(bands, xr.Dataset):
        result = xr.apply_ufunc(body, *values, dask="parallelized", output_dtypes=[values[0].dtype])
        told = {"units": index.unit, "formula": index.formula.text, "source": index.source}
        return result.rename(index.name).assign_attrs(told)
    if any(isinstance(value, da.Array) for value in values):
        return da.map_blocks(body, *values, dtype=values[0].dtype)
    return body(*(np.asarray(value) for value in values))


def _evaluated(index: Index, values: Mapping[str, Any], bands: tuple[Any, ...]) -> Any:  # noqa: ANN401 - arrays
    result = index.formula(values)
    finite = np.isfinite(result)
    with np.errstate(invalid="ignore"):
        for band in bands:
            finite &= band >= 0
        if index.at_edge:
            result = np.clip(result, index.low, index.high)
        else:
            slack = 1e-6 * max(1.0, abs(index.high) if np.isfinite(index.high) else 1.0)
            finite &= (result >= index.low - slack) & (result <= index.high + slack)
    return np.where(finite, result, np.asarray(result).dtype.type(np.nan))


def _present(index: Index, bands: Any, constants: Mapping[str, float]) -> dict[str, str]:  # noqa: ANN401 - a mapping
    """Return under which name each band of the formula is there."""
    names = {}
    missing = [each for each in index.formula.names if each not in index.bands and each not in constants]
    for inside, wanted in index.bands.items():
        own = next((each for each in (wanted, _INSTEAD.get(wanted, wanted)) if each in bands), None)
        if own is None:
            missing.append(wanted)
        else:
            names[inside] = own
    if missing:
        raise WorkbenchError(
            "indices.no_band",
            "{index} needs {missing}, which the image does not have",
            index=index.name,
            missing=", ".join(sorted(missing)),
        )
    return names


def _own(name: str, row: Mapping[str, Any]) -> Index:
    formula = formulas.read(row["formula"])
    return Index(
        name,
        formula,
        {band: band for band in formula.names},
        row["source"],
        float(row["low"]),
        float(row["high"]),
        at_edge=row.get("beyond") == "edge",
        unit=row.get("unit", "1"),
        reflectance=row.get("reflectance", False),
        titles={language: row[language] for language in ("zh", "en")},
    )


@cache
def _of_spyndex() -> dict[str, Index]:
    """Return the formulas of spyndex by lower-case name; of two names that differ in case only, the first."""
    import spyndex

    common = {letter: _OTHER_NAMES.get(band.common_name, band.common_name) for letter, band in spyndex.bands.items()}
    fixed = {name: float(each.default) for name, each in spyndex.constants.items() if each.default is not None}
    found: dict[str, Index] = {}
    for name, row in sorted(spyndex.indices.items()):
        formula = formulas.read(row.formula)
        bands = {each: common[each] for each in formula.names if each in common}
        constants = {each: fixed[each] for each in formula.names if each in fixed and each not in common}
        index = Index(name, formula, bands, row.reference, titles={"en": row.long_name}, constants=constants)
        found.setdefault(name.lower(), index)
    return found
