"""Notes: what a machine says of a patch, in a sentence that goes with its lead into the ledger and onto paper."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from gis.language import Catalogue
from satellite import differences, targets

_HECTARE = 1e4
_KNOWN = {target.name for target in targets.standard()}


def notes(found: pd.DataFrame, words: Catalogue) -> list[str]:
    """Return what is known of each patch: change in words and numbers, area, probability, looks, gates.

    Parameters
    ----------
    found : DataFrame
        Columns of ``findings.SCHEMA``, any of which may be missing: nothing is said of what is not there.
    words : Catalogue
    """
    return [words.say("patch_note.join").join(_parts(row, words)) for row in found.to_dict("records")]


def target(name: str, words: Catalogue) -> str:
    """Return what people call a target; one of a user's own table has its own name."""
    if name in targets.CLASSES:
        return words.say(f"class.{name}")
    return words.say(f"target.{name}") if name in _KNOWN else name


def gates(passed: object, words: Catalogue) -> str:
    """Return what people call the gates (codes joined with ``;``) that a patch passed."""
    codes = [code for code in str(passed or "").split(";") if code]
    return words.say("patch_note.and").join(words.say(f"gate.{code}") for code in codes)


def _parts(row: Mapping[str, Any], words: Catalogue) -> list[str]:
    said = [_changed(row, words)]
    area, error = (float(row.get(name, float("nan"))) / _HECTARE for name in ("area_m2", "area_error_m2"))
    if _there(area) and _there(error):
        said.append(words.say("patch_note.area", ha=f"{area:.2f}", error=f"{error:.2f}"))
    facts = {
        "probability": "{:.0%}",
        "looks": "{:.0f}",
        "missed": "{:.0f}",
        "residual_px": "{:.2f}",
        "unseen_m": "{:,.0f}",
    }
    for name, form in facts.items():
        value = row.get(name)
        if _there(value) and not (name == "missed" and value == 0):
            said.append(words.say(f"patch_note.{name}", value=form.format(value)))
    if _there(row.get("fire_points")):
        code = "with_fire" if row["fire_points"] else "without_fire"
        said.append(words.say(f"patch_note.{code}", count=int(row["fire_points"]), m=f"{row.get('fire_m', 0):.0f}"))
    if _there(row.get("in_zones")) and row["in_zones"]:
        said.append(words.say("patch_note.zones", zones=str(row["in_zones"]).replace(";", words.say("patch_note.and"))))
    if _there(row.get("gates")):
        said.append(words.say("patch_note.gates", gates=gates(row["gates"], words)))
    return [each for each in said if each]


def _changed(row: Mapping[str, Any], words: Catalogue) -> str:
    """Return what changed: the detection's own sentence where it made one, such as of a water body."""
    own = row.get(f"changed_{words.language}")
    return str(own) if _there(own) and own else differences.sentences(pd.DataFrame([row]), words)[0]


def _there(value: object) -> bool:
    return value is not None and not pd.isna(value)
