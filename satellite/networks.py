"""Rim: a change network on disk, an ONNX file and the TOML file that says how it wants its images."""

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi.onnxruntime_pybind11_state import (
    Fail,
    InvalidArgument,
    InvalidGraph,
    InvalidProtobuf,
    RuntimeException,
)

from gis.errors import WorkbenchError
from satellite.learned import Network, Spec

Image = NDArray[np.float32]

_FAULTS = (Fail, InvalidArgument, InvalidGraph, InvalidProtobuf, RuntimeException)
_LISTS = ("inputs", "bands", "mean", "deviation")
_CHANNELS_AT = 1
_RANK = 4


def load(path: Path) -> tuple[Spec, Network]:
    """Return a network and its description.

    Parameters
    ----------
    path : Path
        The TOML file; its keys are the fields of ``learned.Spec``.

    Raises
    ------
    WorkbenchError
        ``files.missing``; ``learned.bad_description`` with what is wrong in it; ``learned.unreadable`` if the file is
        no network; ``learned.no_port`` if it has no input or output of a name; ``learned.other_bands`` if it wants
        another number of bands. The network itself raises ``learned.refused`` and ``learned.bad_answer``.
    """
    spec = _described(path)
    model = path.parent / spec.model
    if not model.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=model.name)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except _FAULTS as fault:
        raise WorkbenchError("learned.unreadable", "{name} is no network that can be run", name=model.name) from fault
    _demand_ports(session, spec)
    return spec, lambda before, after: _asked(session, spec, before, after)


def _described(path: Path) -> Spec:
    if not path.is_file():
        raise WorkbenchError("files.missing", "There is no file {name}", name=path.name)
    try:
        said: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        listed: dict[str, Any] = {name: tuple(said[name]) for name in _LISTS if name in said}
        return Spec(**said | listed)
    except TypeError as fault:
        known = ", ".join(each.name for each in fields(Spec))
        unknown = ", ".join(sorted(said.keys() - {each.name for each in fields(Spec)}))
        raise WorkbenchError(
            "learned.bad_description",
            "{name} does not describe a network: {what}",
            name=path.name,
            what=f"{unknown}? ({known})" if unknown else fault,
        ) from fault
    except ValueError as fault:
        raise WorkbenchError(
            "learned.bad_description", "{name} does not describe a network: {what}", name=path.name, what=fault
        ) from fault


def _demand_ports(session: onnxruntime.InferenceSession, spec: Spec) -> None:
    inputs = {port.name: port.shape for port in session.get_inputs()}
    outputs = {port.name: port.shape for port in session.get_outputs()}
    for wanted, known in ((spec.inputs, inputs), ((spec.output,), outputs)):
        for name in wanted:
            if name not in known:
                raise WorkbenchError(
                    "learned.no_port", "The network has no {name}; it has {known}", name=name, known=", ".join(known)
                )
    dates_a_port = 2 // len(spec.inputs)
    for name in spec.inputs:
        shape = inputs[name]
        channels = shape[_CHANNELS_AT] if len(shape) == _RANK else None
        if spec.bands and channels != len(spec.bands) * dates_a_port and isinstance(channels, int):
            raise WorkbenchError(
                "learned.other_bands",
                "Input {name} of the network wants {wanted} bands, its description gives {given}",
                name=name,
                wanted=channels,
                given=len(spec.bands) * dates_a_port,
            )


def _asked(session: onnxruntime.InferenceSession, spec: Spec, before: Image, after: Image) -> Image:
    if len(spec.inputs) == 1:
        feed = {spec.inputs[0]: np.concatenate([before, after])[None]}
    else:
        feed = {spec.inputs[0]: before[None], spec.inputs[1]: after[None]}
    try:
        (answer,) = session.run([spec.output], feed)
    except _FAULTS as fault:
        raise WorkbenchError(
            "learned.refused",
            "The network refuses two images of {bands} bands and {rows} x {columns} pixels",
            bands=len(before),
            rows=before.shape[1],
            columns=before.shape[2],
        ) from fault
    return _probability(np.asarray(answer, np.float32), spec, before.shape[1:])


def _probability(answer: Image, spec: Spec, shape: tuple[int, ...]) -> Image:
    """Return the answer as one plane of probabilities."""
    planes = answer.reshape(-1, *shape) if answer.shape[-2:] == shape else answer[:0]
    if len(planes) != (2 if spec.activation == "softmax" else 1):
        raise WorkbenchError(
            "learned.bad_answer",
            "The network answers with {shape}, not with a probability for each of {rows} x {columns} pixels",
            shape=" x ".join(str(size) for size in answer.shape),
            rows=shape[0],
            columns=shape[1],
        )
    if spec.activation == "softmax":
        return _logistic(planes[1] - planes[0])
    return _logistic(planes[0]) if spec.activation == "sigmoid" else planes[0]


def _logistic(logit: Image) -> Image:
    return (0.5 * (1 + np.tanh(logit / 2))).astype(np.float32)
