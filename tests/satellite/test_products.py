"""What a product is."""

from datetime import UTC, datetime

import pytest

from satellite import products


def test_moments_are_brought_to_utc():
    """With a zone, with Z and without, which means UTC in metadata."""
    expected = datetime(2024, 6, 18, 2, 45, 49, tzinfo=UTC)
    for told in ("2024-06-18T02:45:49Z", "2024-06-18T10:45:49+08:00", "2024-06-18T02:45:49"):
        assert products.utc(told) == expected
    with pytest.raises(ValueError, match="yesterday"):
        products.utc("yesterday")


def test_a_description_needs_no_more_than_a_name():
    """Whatever is unknown is None or empty, so that a photo without position is a scene too."""
    bare = products.Description("x", "photo")
    assert bare.sensed_at is None
    assert bare.footprint is None
    assert bare.marks == ()
