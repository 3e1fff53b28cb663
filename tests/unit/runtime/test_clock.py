from datetime import UTC

from monitor.domain.moments import parse_moment, utc_text
from monitor.runtime.clock import SystemClock


def test_the_time_is_the_same_when_it_comes_back_from_the_store() -> None:
    for _ in range(50):
        now = SystemClock().now()
        assert now.tzinfo is UTC
        assert parse_moment(utc_text(now)) == now
