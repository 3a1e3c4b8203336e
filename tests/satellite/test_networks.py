"""Real ONNX networks: loaded, asked, refused."""

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from gis.errors import WorkbenchError
from satellite import learned, networks
from tests.satellite import networks_made

TOML = """
model = "m.onnx"
inputs = ["before", "after"]
output = "probability"
bands = ["red", "green", "blue"]
scale = 0.0001
tile_px = 32
overlap_px = 8
"""


def _described(folder, text=TOML):
    path = folder / "m.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _pair(shape=(3, 70, 50)):
    rng = np.random.default_rng(4)
    return (10_000 * rng.normal(size=(2, *shape))).astype(np.float32)


def _run(path, before, after):
    spec, network = networks.load(path)
    return learned.run(
        network, lambda tile: (before[:, tile[0], tile[1]], after[:, tile[0], tile[1]]), before.shape[1:], spec
    )


def test_tiled_equals_the_reference_evaluator_untiled(tmp_path):
    """The published reference implementation of ONNX on the whole image gives the same probabilities."""
    model = networks_made.siamese(tmp_path / "m.onnx")
    before, after = _pair()
    found = _run(_described(tmp_path), before, after)
    feed = {"before": 1e-4 * before[None], "after": 1e-4 * after[None]}
    (expected,) = ReferenceEvaluator(onnx.load(str(model))).run(None, feed)
    assert found == pytest.approx(expected[0, 0], abs=1e-5)
    assert found.std() > 0.03


def test_a_network_of_one_input_gets_both_dates(tmp_path):
    """Both dates' bands one after the other say the same as two inputs."""
    networks_made.siamese(tmp_path / "m.onnx")
    before, after = _pair()
    two = _run(_described(tmp_path), before, after)
    networks_made.siamese(tmp_path / "m.onnx", stacked=True)
    one = _run(_described(tmp_path, TOML.replace('["before", "after"]', '["pair"]')), before, after)
    assert one == pytest.approx(two, abs=1e-6)


def test_logits_become_probabilities(tmp_path):
    """A network without its last step and ``sigmoid`` equal the whole one; two logits go by ``softmax``."""
    before, after = _pair()
    networks_made.siamese(tmp_path / "m.onnx")
    whole = _run(_described(tmp_path), before, after)
    networks_made.siamese(tmp_path / "m.onnx", ends="Identity")
    assert _run(_described(tmp_path, TOML + 'activation = "sigmoid"'), before, after) == pytest.approx(whole, abs=1e-5)
    networks_made.siamese(tmp_path / "m.onnx", ends="Identity", channels_out=2)
    pair = _run(_described(tmp_path, TOML + 'activation = "softmax"'), before, after)
    assert ((pair >= 0) & (pair <= 1)).all()
    assert pair.std() > 0.1


@pytest.mark.parametrize(
    ("code", "text", "made"),
    [
        ("learned.no_port", TOML.replace('"after"', '"later"'), {}),
        ("learned.no_port", TOML.replace('"probability"', '"p"'), {}),
        ("learned.other_bands", TOML, {"bands": 4}),
        ("learned.bad_description", TOML + "tiles = 3", {}),
        ("learned.bad_description", TOML.replace("overlap_px = 8", "overlap_px = 20"), {}),
        ("learned.bad_description", TOML + "tile_px =", {}),
        ("learned.bad_answer", TOML, {"channels_out": 2}),
        ("learned.refused", TOML, {"side": 64}),
    ],
)
def test_what_does_not_fit_is_told(tmp_path, code, text, made):
    """Names, bands, sizes and answers that do not fit: a sentence each, no stack of numbers."""
    networks_made.siamese(tmp_path / "m.onnx", **made)
    with pytest.raises(WorkbenchError) as refusal:
        _run(_described(tmp_path, text), *_pair())
    assert refusal.value.code == code


def test_an_unknown_key_is_named(tmp_path):
    """Beside those that there are."""
    networks_made.siamese(tmp_path / "m.onnx")
    with pytest.raises(WorkbenchError) as refusal:
        networks.load(_described(tmp_path, TOML + "tiles = 3"))
    assert refusal.value.params["what"].startswith("tiles? (model, inputs, output")


def test_files_that_are_no_network_are_refused(tmp_path):
    """No description, no model, a model of random bytes."""
    with pytest.raises(WorkbenchError, match=r"m\.toml"):
        networks.load(tmp_path / "m.toml")
    with pytest.raises(WorkbenchError, match=r"m\.onnx"):
        networks.load(_described(tmp_path))
    (tmp_path / "m.onnx").write_bytes(b"no network")
    with pytest.raises(WorkbenchError) as refusal:
        networks.load(tmp_path / "m.toml")
    assert refusal.value.code == "learned.unreadable"
