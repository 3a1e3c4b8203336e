"""Travel without a road network: geodesic lines, a detour factor and one speed."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyproj import Geod

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_GEOD = Geod(ellps="GRS80")


@dataclass(frozen=True)
class Travel:
    """How far and how long a drive is taken to be.

    Parameters
    ----------
    detour : float
        Road length over geodesic length, at least 1. 1.3 is the usual figure for rural road networks; rivers and
        border country make it larger, so replace it by the bureau's own where it is known.
    speed_kmh : float
        Mean speed from door to door, kilometres an hour.

    Raises
    ------
    ValueError
        If ``detour`` is below 1 or ``speed_kmh`` is not positive.
    """

    detour: float = 1.3
    speed_kmh: float = 60.0

    def __post_init__(self) -> None:
        """Refuse figures that would make the plan too good to be true."""
        if self.detour < 1 or self.speed_kmh <= 0:
            raise ValueError(f"detour is at least 1 and speed positive, not {self.detour} and {self.speed_kmh}")

    def metres(self, starts: Floats, ends: Floats) -> Floats:
        """Return the road length between every start and every end.

        Parameters
        ----------
        starts, ends : array (n, 2) and (m, 2)
            Longitude and latitude, degrees, EPSG:4490.

        Returns
        -------
        array (n, m)
            Metres: the geodesic on the GRS80 ellipsoid times ``detour``. NaN in a coordinate gives NaN.
        """
        lon_from, lon_to = np.broadcast_arrays(starts[:, None, 0], ends[None, :, 0])
        lat_from, lat_to = np.broadcast_arrays(starts[:, None, 1], ends[None, :, 1])
        _, _, metres = _GEOD.inv(lon_from, lat_from, lon_to, lat_to)
        return np.asarray(metres, dtype=np.float64) * self.detour

    def minutes(self, metres: Floats) -> Ints:
        """Return driving times in whole minutes, rounded up so that no plan is tighter than its clock shows."""
        # The subtrahend keeps a time that is whole but for rounding error from costing a minute more.
        return np.ceil(np.maximum(metres, 0) / 1000 / self.speed_kmh * 60 - 1e-9).astype(np.int64)

    def table(self, ids: list[str], places: Floats) -> tuple[Floats, Ints]:
        """Return metres and whole minutes between all places, see ``route_cases.Roads``.

        Parameters
        ----------
        ids : list of str
            What the places are called; of no use here.
        places : array (n, 2)
            Longitude and latitude, degrees, EPSG:4490.

        Returns
        -------
        (array (n, n), array (n, n))

        Raises
        ------
        ValueError
            If there are not as many ids as places.
        """
        if len(ids) != len(places):
            raise ValueError("every place has an id")
        metres = self.metres(places, places)
        return metres, self.minutes(metres)
