"""The server asks no other host for anything and needs no file in the user's folders."""

import json
from pathlib import Path

from starlette.routing import Match
from streamlit import config

from views import server, shelf


def test_surroundings_name_the_project_and_stay_on_this_machine(tmp_path):
    """The pages get folder and language; the server listens on the given address and sends no statistics."""
    found = server.surroundings(tmp_path, 8123, "en", "127.0.0.1")
    assert (found[server.PROJECT], found[server.LANGUAGE]) == (str(tmp_path), "en")
    assert found["STREAMLIT_SERVER_PORT"] == "8123"
    assert found["STREAMLIT_SERVER_ADDRESS"] == "127.0.0.1"
    assert found["STREAMLIT_BROWSER_GATHER_USAGE_STATS"] == "false"


def test_every_option_is_one_that_streamlit_knows():
    """A misspelt option would be ignored without a word."""
    known = {name.replace(".", "_").lower() for name in config._config_options_template}
    plain = {name.replace("_", "") for name in known}
    assert {name.replace("_", "").lower() for name in server.OPTIONS} <= plain


def test_typefaces_come_from_this_server():
    """Both weights are asked for at an address of the workbench."""
    faces = json.loads(server.OPTIONS["THEME_FONT_FACES"])
    assert all(face["url"].startswith("/assets/fonts/") for face in faces)
    assert {face["weight"] for face in faces} == {"400", "700"}


def test_house_script_and_layers_have_their_routes():
    """What the map fetches is answered before Streamlit is asked."""
    for path in ("/assets/vendor/leaflet/dist/leaflet.js", "/house/map.js", f"{shelf.PREFIX}/x.json"):
        scope = {"type": "http", "path": path, "method": "GET", "headers": [], "root_path": ""}
        assert any(route.matches(scope)[0] == Match.FULL for route in server.app._user_routes), path


def test_serving_ends_with_the_process(monkeypatch, tmp_path):
    """The exit code of the server process comes back, and stopping by hand ends it in peace."""

    class Process:
        """A process that is interrupted once and then ends."""

        waited = 0

        def wait(self):
            """End at the second call."""
            self.waited += 1
            if self.waited == 1:
                raise KeyboardInterrupt
            return 7

        def terminate(self):
            """Take note."""
            self.ended = True

    process = Process()
    monkeypatch.setattr(server, "start", lambda *_: process)
    assert server.serve(Path(tmp_path), 8123, "zh") == 7
    assert process.ended
