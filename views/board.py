"""The map of a page: folium's frame, the house script inside it, and what was picked on it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import folium
import streamlit as st
from branca.element import MacroElement
from folium.elements import JSCSSMixin
from folium.plugins import Fullscreen, MarkerCluster, MeasureControl, SideBySideLayers
from folium.template import Template
from streamlit_folium import st_folium

from gis.language import Catalogue
from views import assets
from views.layers import PROVINCE, Bounds, Layer
from views.shelf import SHELF

HEIGHT = 680
_FARTHEST, _CLOSEST = 5, 20
_SAMPLE = {"shape": "box", "line": "#94A3B8", "fill": "#E5EAF0"}

assets.use_local()


@dataclass(frozen=True)
class Swipe:
    """Two pictures (PNG) of one extent to swipe between, and what is written on each."""

    before: bytes
    after: bytes
    bounds: Bounds
    before_text: str
    after_text: str


@dataclass(frozen=True)
class Under:
    """A picture (PNG) that lies under all layers, and what the layer list calls it; without a name it is not listed."""

    picture: bytes
    bounds: Bounds
    name: str = ""


@dataclass(frozen=True)
class Scene:
    """What a map shows; two equal scenes draw nothing anew.

    ``chosen`` is (layer, id) of the outlined feature. ``flight`` changes when the map is to go there and open its
    popup: a number that the page counts up when a row of its table is chosen. With ``cover`` the extent fills the map,
    else it lies whole within it. ``closest`` is a zoom level up to which the map may go near; 0 keeps to that of things
    of a province. ``under`` are pictures below all layers but the ground, the last one on top. ``placing`` lets a click
    on open ground name a place, see ``placed``.
    """

    layers: Sequence[Layer]
    bounds: Bounds = PROVINCE
    legend: Sequence[Mapping[str, Any]] = ()
    chosen: tuple[str, str] | None = None
    flight: int = 0
    swipe: Swipe | None = None
    cover: bool = False
    closest: int = 0
    under: Sequence[Under] = ()
    placing: bool = False


@dataclass(frozen=True)
class Pick:
    """What was clicked on the map last."""

    layer: str
    id: str
    count: int = field(default=0)


class HouseFrame(JSCSSMixin, MacroElement):
    """Attaches the house script to a map."""

    _template = Template(
        "{% macro script(this, kwargs) %}hdq.attach({{ this.map }}, {{ this.options }});{% endmacro %}"
    )
    default_js = MarkerCluster.default_js + SideBySideLayers.default_js + assets.HOUSE[0]
    default_css = MarkerCluster.default_css + SideBySideLayers.default_css + assets.HOUSE[1]

    def __init__(self, words: Catalogue) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "HouseFrame"
        said = {name: words.say(f"map.{name}") for name in ("zoom_in", "zoom_out", "layers")}
        self.options = script_json({"icons": assets.ICONS, "words": said})

    @property
    def map(self) -> str:
        """Name of the map's variable in the page."""
        return str(self._parent.get_name())  # type: ignore[union-attr]


class HouseState(MacroElement):
    """Tells the house script what should be seen; sent again on every run, drawn again only where it differs."""

    _template = Template("{% macro script(this, kwargs) %}hdq.show({{ this.state }});{% endmacro %}")

    def __init__(self, state: Mapping[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "HouseState"
        self.state = script_json(state)


def draw(scene: Scene, words: Catalogue, key: str, *, height: int = HEIGHT, on_pick: Callable[[], None]) -> None:
    """Draw a map; ``on_pick`` runs before the page when something on it is clicked, see ``picked``.

    Moving and zooming the map never run the page.
    """
    if not assets.ready():
        st.info(words.say("map.no_assets"), icon=":material/map:")
        return
    carrier = folium.FeatureGroup(control=False)
    carrier.add_child(HouseState(state_of(scene, words)))
    st_folium(
        frame(words),
        key=key,
        height=height,
        use_container_width=True,
        returned_objects=[],
        feature_group_to_add=carrier,
        on_change=on_pick,
    )


def picked(key: str) -> Pick | None:
    """Return what was last clicked on the map of a key, None before the first click."""
    value = (st.session_state.get(key) or {}).get("picked")
    return Pick(str(value["layer"]), str(value["id"]), int(value["count"])) if value else None


def placed(key: str) -> tuple[float, float] | None:
    """Return longitude and latitude of the last click on open ground of the map of a key while it was placing."""
    value = (st.session_state.get(key) or {}).get("placed")
    return (float(value["lon"]), float(value["lat"])) if value else None


def frame(words: Catalogue) -> folium.Map:
    """Return the empty map with its controls, the same on every run: a changed frame would load the map anew."""
    plain = folium.Map(location=[48.5, 128], zoom_start=6, tiles=None, zoom_control=False, zoomSnap=0.25)
    plain.options.update(min_zoom=_FARTHEST, max_zoom=_CLOSEST)
    plain.add_child(HouseFrame(words))
    full = Fullscreen(  # type: ignore[no-untyped-call]
        title=words.say("map.fullscreen"), title_cancel=words.say("map.fullscreen_end")
    )
    plain.add_child(full)
    measure = MeasureControl(  # type: ignore[no-untyped-call]
        position="topleft",
        primary_length_unit="kilometers",
        secondary_length_unit="meters",
        primary_area_unit="hectares",
        secondary_area_unit="sqmeters",
    )
    measure.default_js = assets.measure_script(words.language)
    plain.add_child(measure)
    return plain


def state_of(scene: Scene, words: Catalogue) -> dict[str, Any]:
    """Return a scene as the house script reads it; the layers' contents go to the shelf."""
    layers = [layer.spec(SHELF.put(layer.content, ".json")) for layer in scene.layers]
    state: dict[str, Any] = {
        "layers": layers,
        "legend": list(scene.legend),
        "view": {"bounds": scene.bounds, "cover": scene.cover} | ({"closest": scene.closest} if scene.closest else {}),
        "chosen": {"layer": scene.chosen[0], "id": scene.chosen[1]} if scene.chosen else None,
        "flight": scene.flight or None,
        "placing": scene.placing,
    }
    if scene.under:
        under = enumerate(scene.under)
        pictures = [_picture("under", each.picture, each.bounds, each.name, f"-{at}") for at, each in under]
        state["layers"] = [*pictures, *layers]
    if scene.swipe:
        sides = (("left", scene.swipe.before), ("right", scene.swipe.after))
        state["layers"] = [*(_picture(pane, png, scene.swipe.bounds) for pane, png in sides), *layers]
        state["swipe"] = {
            "left": "left",
            "right": "right",
            "left_text": scene.swipe.before_text,
            "right_text": scene.swipe.after_text,
            "title": words.say("map.swipe"),
        }
    return state


def script_json(value: object) -> str:
    """Return a value as JSON that may stand inside a script: names from a register cannot end it."""
    return json.dumps(value, ensure_ascii=True).replace("<", "\\u003c").replace("&", "\\u0026")


def _picture(pane: str, png: bytes, bounds: Bounds, name: str = "", which: str = "") -> dict[str, Any]:
    key, url = f"{pane}{which}", SHELF.put(png, ".png")
    return {"key": key, "kind": "image", "url": url, "bounds": bounds, "pane": pane, "name": name, "sample": _SAMPLE}
