"""Seals: the text that is hashed, and who broke the chain."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cross_check.ledger import seals
from cross_check.ledger.events import Event


def _chain(count):
    chain, previous = [], seals.FIRST
    for number in range(1, count + 1):
        blank = Event(number, number, "lead.add", "lead", f"L{number}", 1, "甲", "analyst", "t", "", "new", "", {})
        event = replace(blank, previous=previous)
        chain.append(replace(event, seal=seals.seal(event)))
        previous = chain[-1].seal
    return chain


def test_the_sealed_text_is_written_by_hand():
    """The seal can be made without this program: sorted keys, no blanks, UTF-8, SHA-256."""
    event = Event(1, 1, "k", "lead", "L", 1, "甲", "r", "t", "", "new", "w", {"a": (None, 1.5)}, 0, "0" * 64)
    text = (
        '{"act":1,"at":"t","changes":{"a":[null,1.5]},"from_state":"","kind":"k","number":1,"object_id":"L",'
        f'"object_kind":"lead","previous":"{"0" * 64}","reverses":0,"role":"r","to_state":"new","version":1,'
        '"who":"甲","why":"w"}'
    )
    assert seals.seal(event) == hashlib.sha256(text.encode()).hexdigest()


def test_what_is_no_number_is_refused():
    """NaN has no canonical form."""
    with pytest.raises(ValueError, match="JSON"):
        seals.canonical(float("nan"))


def test_an_empty_chain_is_whole():
    """Nothing recorded, nothing wrong."""
    assert seals.verify([]) == seals.Verdict(0, seals.FIRST)


@given(size=st.integers(2, 8), at=st.integers(0, 7), sealed=st.booleans())
def test_any_altered_event_is_named(size, at, sealed):
    """Altered with or without a new seal of its own: the successor tells; only the last one can be sealed anew."""
    chain = _chain(size)
    at %= size
    altered = replace(chain[at], why="other")
    chain[at] = replace(altered, seal=seals.seal(altered)) if sealed else altered
    found = seals.verify(chain)
    if sealed and at == size - 1:
        assert found.whole
    else:
        assert (found.fault, found.number) == ("ledger.altered", at + 1)


def test_a_missing_event_is_named():
    """A gap in the numbers."""
    chain = _chain(5)
    del chain[2]
    assert (seals.verify(chain).fault, seals.verify(chain).number) == ("ledger.missing", 3)
