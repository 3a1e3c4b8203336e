"""How the register's columns and values are called on pages and papers."""

from collections.abc import Callable

from gis import codes, units
from gis.hypotheses import PACKED
from gis.language import Catalogue

_NOTHING = ("", "nan", "NaT", "None", "<NA>")
_CHOICES = ("permit_category", "operating", "supervision", "special_object", "positive_list", "management_level")


def column(name: str, words: Catalogue) -> str:
    """Return what people call a column of the register; a heading of the user's own stays as it is."""
    return words.words.get(f"columns.{name}", name)


def value(name: str, text: str, words: Catalogue) -> str:
    """Return a value of a column in words; "" for nothing.

    Parameters
    ----------
    name : str
        Column of ``history.STATE``.
    text : str
        As ``history.differences`` and ``duplicates.sides`` write it.
    """
    plain = {"True": "yes", "False": "no"}.get(text, text)
    if plain in _NOTHING:
        return ""
    if name in _CHOICES:
        return words.words.get(f"values.{name}_{plain}", text)
    tellers: dict[str, Callable[[str], str]] = {
        "key_lists": lambda lists: joint(words).join(_list(one, words) for one in lists.split(";")),
        "pollution_types": lambda kinds: joint(words).join(
            words.words.get(f"values.pollution_types_{one}", one) for one in kinds.split(";")
        ),
        "listed_years": lambda lists: years(lists, words),
        "division_code": codes.division_name,
        "county_code": codes.division_name,
        "unit_id": unit,
        "industry_code": lambda code: f"{code} {codes.industries().get(code, '')}".strip(),
        "positive_until": lambda day: day[:10],
        "coord_declared": lambda name: words.words.get(f"coordinates.is_{name}", name),
        "coord_detected": lambda name: system(name, words),
        "coord_decided": lambda name: system(name, words),
        "coord_by": lambda by: words.words.get(f"values.coord_by_{by}", by),
    }
    return tellers.get(name, str)(text)


def system(name: str, words: Catalogue) -> str:
    """Return a coordinate system in words, with whether decimals are minutes and seconds."""
    plain = name.removesuffix(PACKED)
    said = words.words.get(f"coordinates.is_{plain}", f"{words.say('coordinates.metres')} {plain}")
    return words.say("coordinates.packed", label=said) if name.endswith(PACKED) else said


def years(text: str, words: Catalogue) -> str:
    """Return the years of each key list, such as ``air:2023,2024;water:2024``, in words."""
    parts = (part.partition(":") for part in text.split(";"))
    return joint(words).join(f"{_list(name, words)} {few}" for name, _, few in parts)


def _list(name: str, words: Catalogue) -> str:
    return words.words.get(f"values.key_lists_{name}", name)


def unit(unit_id: str) -> str:
    """Return the name of a responsible unit or of a division; the id itself where it is unknown."""
    known = dict(zip(units.table()["unit_id"], units.table()["name_zh"], strict=True))
    return known.get(unit_id) or codes.division_name(unit_id)


def joint(words: Catalogue) -> str:
    """Return what stands between the parts of a list."""
    return words.say("duplicates.joint")
