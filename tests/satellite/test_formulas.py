"""Formulas: arithmetic is computed, everything else is refused before anything runs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from satellite import formulas


def test_arithmetic_is_pythons():
    """Order, signs, powers and functions are those of the language."""
    formula = formulas.read("-a + 2 * b ** 2 / (c - 1) - sqrt(abs(a)) + maximum(a, b)")
    assert formula.names == ("a", "b", "c")
    assert formula({"a": -4.0, "b": 3.0, "c": 2.5}) == pytest.approx(4 + 18 / 1.5 - 2 + 3)


@given(a=st.floats(-9, 9), b=st.floats(-9, 9))
def test_arrays_and_numbers_agree(a, b):
    """An element of an array is computed as the number would be, and float32 stays float32."""
    formula = formulas.read("(a - b) / (a * a + 1) * 3")
    array = formula({"a": np.array([a], np.float32), "b": np.array([b], np.float32)})
    assert array.dtype == np.float32
    assert array[0] == pytest.approx(formula({"a": np.float32(a), "b": np.float32(b)}), rel=1e-5, abs=1e-6)


def test_division_by_nothing_is_silent():
    """Infinite or NaN comes out, no warning does."""
    result = formulas.read("a / b")({"a": np.array([1.0, 0.0]), "b": np.zeros(2)})
    assert np.isinf(result[0])
    assert np.isnan(result[1])


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "a.__class__",
        "open('x')",
        "(lambda: 1)()",
        "[a for a in b]",
        "a if b else c",
        "a and b",
        "a < b",
        "'text'",
        "1j",
        "abs",
        "abs()",
        "abs(a, key=b)",
        "a[0]",
        "a; b",
        "a = b",
        "f'{a}'",
        "a @ b",
        "not a",
        "1" * 400,
        "",
        "a +",
        "a\x00b",
        "a" * 3000,
        "(" * 300 + "a" + ")" * 300,
    ],
)
def test_what_is_no_arithmetic_is_refused(text):
    """Calls, attributes, comprehensions, strings and broken text never become a formula."""
    if text == "abs":
        assert formulas.read(text).names == ("abs",)
        return
    with pytest.raises(ValueError, match=r"formula|arithmetic"):
        formulas.read(text)


def test_a_tower_of_powers_does_not_stall():
    """Whole numbers are floats here: nine to the nine to the nine is infinite at once."""
    assert np.isinf(formulas.read("9 ** 9 ** 9")({}))
