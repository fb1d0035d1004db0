"""Rate limits of the widget: a patient may write in bursts, a flood is slowed, and the memory of it is bounded."""

from __future__ import annotations

import pytest

from aftercare.channels.limits import RateLimit, address_key
from tests.channels.widget_clock import Clock


def test_a_burst_is_allowed_and_then_one_for_each_interval() -> None:
    clock = Clock()
    limit = RateLimit(per_minute=30, burst=3, clock=clock)
    assert [limit.wait_s("a") for _ in range(3)] == [0, 0, 0]
    assert limit.wait_s("a") == pytest.approx(2)
    assert limit.wait_s("b") == 0, "one key's burst is no other's"
    clock.now += 1.5
    assert limit.wait_s("a") == pytest.approx(0.5)
    clock.now += 0.5
    assert limit.wait_s("a") == 0
    clock.now += 3600
    assert [limit.wait_s("a") > 0 for _ in range(4)] == [False, False, False, True], "waiting saves up no more than the burst"


def test_the_memory_of_rate_limits_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aftercare.channels.limits._MOST_BUCKETS", 10)
    limit = RateLimit(30, 3)
    for number in range(100):
        limit.wait_s(str(number))
    assert len(limit._buckets) == 10


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("nonsense", "nonsense"),
        ("x" * 500, "x" * 64),
    ],
)
def test_what_counts_as_one_address(address: str, key: str) -> None:
    assert address_key(address) == key
