"""What a catalogue is asked: an area, days, a sensor, clouds."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import shapely
from shapely.geometry.base import BaseGeometry

from gis.errors import WorkbenchError

ANY_CLOUD = 100.0
BEIJING = ZoneInfo("Asia/Shanghai")
_WORLD = shapely.box(-180, -90, 180, 90)


@dataclass(frozen=True)
class Question:
    """A question to a catalogue; nothing is asked by making one.

    Attributes
    ----------
    area : Polygon or MultiPolygon
        Degrees; images that touch it are wanted.
    between : (first, last)
        Days in Beijing, both included.
    sensor : str
        A code of ``sensors.toml``.
    max_cloud : float
        Percent, 0 to 100. An image whose cloud cover is not told, such as radar, passes.
    collection : str
        The catalogue's own name for the images; "" for the usual one.
    ids : tuple of str
        If not empty, only images so called, wherever and whenever.

    Raises
    ------
    WorkbenchError
        ``catalog.bad_question`` for an area, period or percentage that cannot be.
    """

    area: BaseGeometry
    between: tuple[date, date]
    sensor: str = "sentinel2-l2a"
    max_cloud: float = ANY_CLOUD
    collection: str = ""
    ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        sound = self.area.geom_type in {"Polygon", "MultiPolygon"} and self.area.is_valid and self.area.area > 0
        in_order = self.between[0] <= self.between[1]
        if not (sound and in_order and _WORLD.covers(self.area) and 0 <= self.max_cloud <= ANY_CLOUD):
            english = "The area, the days or the share of cloud cannot be as given"
            raise WorkbenchError("catalog.bad_question", english)

    @property
    def utc_span(self) -> tuple[datetime, datetime]:
        """The first and last second of the days in Beijing, in UTC."""
        first, last = (datetime.combine(day, time(), BEIJING) for day in self.between)
        return first.astimezone(UTC), (last + timedelta(days=1, seconds=-1)).astimezone(UTC)


def in_box(west: float, south: float, east: float, north: float) -> BaseGeometry:
    """Return a box as an area.

    Raises
    ------
    WorkbenchError
        ``catalog.bad_question`` if its sides are swapped or no numbers.
    """
    if not (west < east and south < north):
        raise WorkbenchError("catalog.bad_question", "The area, the days or the share of cloud cannot be as given")
    return shapely.box(west, south, east, north)


def for_ids(ids: tuple[str, ...], sensor: str, *, collection: str = "") -> Question:
    """Return the question for images by name alone."""
    return Question(_WORLD, (date(1972, 7, 23), date(2999, 12, 30)), sensor, collection=collection, ids=ids)


def beijing_day(sensed_at: datetime) -> date:
    """Return the day in Beijing of a moment that knows its time zone."""
    return sensed_at.astimezone(BEIJING).date()
