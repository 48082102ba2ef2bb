"""So many of something in a second."""

from __future__ import annotations

from livestyle.core.rates import BURST, Bucket, Buckets


def test_a_bucket_holds_a_burst_and_looking_takes_nothing() -> None:
    bucket = Bucket(1e-9)
    assert bucket.empty()
    bucket = Bucket(1 / BURST + 1e-9)
    assert not bucket.empty()
    assert not bucket.empty()
    assert bucket.take()
    assert bucket.empty()
    assert not bucket.take()


def test_each_address_has_its_own() -> None:
    buckets = Buckets(1 / BURST)
    assert buckets.of("first").take()
    assert buckets.of("first").empty()
    assert not buckets.of("second").empty()
