"""Today's bridge, started as people start it on the database of version 0.1, 15 s after that was killed."""

from datetime import UTC, datetime
from pathlib import Path

from tests.parts.bridge import Bridge
from tests.parts.clocks import SteppedClock
from tests.parts.midori import SHOP
from tests.parts.sink import Sink
from tests.parts.waiting import until
from tests.stages.office import KEYS
from tests.store.test_upgrade import LEFT_AT, SERVICES, write_old


def test_a_letter_half_sent_by_an_older_version_is_finished(tmp_path: Path, mail_server: Sink) -> None:
    (tmp_path / "data").mkdir()
    write_old(f"sqlite:///{tmp_path}/data/bridge.sqlite3")
    (tmp_path / "keys").write_text(KEYS.ring[0].hex() + "\n")
    (tmp_path / "keys").chmod(0o600)
    clock = SteppedClock(tmp_path / "clock")
    clock.step(int((LEFT_AT - datetime.now(UTC)).total_seconds()) + 15)
    running = Bridge(tmp_path, mail_server, env=clock.env)
    running.config["services"] = {name: {**SHOP, "match": [f'service="{name}"']} for name in SERVICES}

    def sent(service: str) -> dict[str, int]:
        (found,) = [each for each in running.api("/incidents")["incidents"] if each["service"] == service]
        deliveries: dict[str, int] = running.api(f"/incidents/{found['id']}")["notices"][-1]["deliveries"]
        return {state: count for state, count in deliveries.items() if count}

    try:
        running.start(seconds=60)
        assert '"before": "0002"' in running.log()
        until(lambda: sent("half") == {"sent": 2, "deferred": 1}, 30, "the rest of the letter has left")
        clock.step(60)
        until(lambda: sent("half") == {"sent": 3}, 30, "what was in doubt is sent once more")
        assert sent("cut") == {"sent": 1, "queued": 2}  # a person stopped it
    finally:
        running.close()
