"""Real small ONNX networks, made on the spot: one with weights by lot, one trained on a labelled pair."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from scipy import ndimage
from sklearn.linear_model import LogisticRegression

FLOAT = TensorProto.FLOAT


def siamese(path, *, bands=3, ends="Sigmoid", channels_out=1, stacked=False, side=None):
    """Write |conv(before) - conv(after)| -> 1x1 convolution -> an activation; 3 x 3 kernels reach 1 pixel."""
    rng = np.random.default_rng(3)
    weights = {
        "kernel": 0.3 * rng.normal(size=(4, bands, 3, 3)),
        "mix": np.abs(rng.normal(size=(channels_out, 4, 1, 1))),
        "bias": np.full(channels_out, -1.0),
    }
    held = [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()]
    nodes = []
    names = ["before", "after"]
    if stacked:
        names = ["pair"]
        nodes.append(helper.make_node("Split", ["pair"], ["before", "after"], axis=1, num_outputs=2))
    nodes += [
        helper.make_node("Conv", ["before", "kernel"], ["seen_before"], pads=[1, 1, 1, 1]),
        helper.make_node("Conv", ["after", "kernel"], ["seen_after"], pads=[1, 1, 1, 1]),
        helper.make_node("Sub", ["seen_before", "seen_after"], ["gap"]),
        helper.make_node("Abs", ["gap"], ["size"]),
        helper.make_node("Conv", ["size", "mix", "bias"], ["logit"]),
        helper.make_node(ends, ["logit"], ["probability"]),
    ]
    sides = [side or "rows", side or "columns"]
    inputs = [helper.make_tensor_value_info(each, FLOAT, [1, bands * (2 if stacked else 1), *sides]) for each in names]
    output = helper.make_tensor_value_info("probability", FLOAT, [1, channels_out, *sides])
    graph = helper.make_graph(nodes, "siamese", inputs, [output], held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


def trained(path, before, after, truth, *, scale):
    """Train a siamese network on one labelled pair: 3 x 3 means of |before - after|, weighed by logistic regression."""
    bands = len(before)
    size = ndimage.uniform_filter(np.abs(before - after) * scale, (0, 3, 3), mode="constant")
    fitted = LogisticRegression(C=100.0, max_iter=1000).fit(size.reshape(bands, -1).T, truth.ravel())
    mean = np.zeros((bands, bands, 3, 3))
    mean[range(bands), range(bands)] = 1 / 9
    weights = {"mean": mean, "mix": fitted.coef_.reshape(1, bands, 1, 1), "bias": fitted.intercept_}
    nodes = [
        helper.make_node("Sub", ["before", "after"], ["gap"]),
        helper.make_node("Abs", ["gap"], ["size"]),
        helper.make_node("Conv", ["size", "mean"], ["smooth"], pads=[1, 1, 1, 1]),
        helper.make_node("Conv", ["smooth", "mix", "bias"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["probability"]),
    ]
    shape = [1, bands, "rows", "columns"]
    inputs = [helper.make_tensor_value_info(each, FLOAT, shape) for each in ("before", "after")]
    output = helper.make_tensor_value_info("probability", FLOAT, [1, 1, "rows", "columns"])
    held = [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "trained", inputs, [output], held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path
