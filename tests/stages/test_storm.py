"""Ten thousand alerts: what is true of all of them is asked for, and only what is shown is limited."""

from dataclasses import replace

from bridge.core.facts import Facts
from bridge.core.model import Alert
from tests.parts.midori import minutes
from tests.stages.office import Office
from tests.stages.samples import NIGHT, configured, firing, resolved

STORM = [firing(f"Probe{n}", starts_at=NIGHT - minutes(30)) for n in range(10_000)]
ENDED = [replace(one, status="resolved", ends_at=NIGHT) for one in STORM]
LAST = firing(starts_at=NIGHT - minutes(1), severity="critical")


async def facts(office: Office) -> Facts:
    return Facts.from_dict((await office.version(await office.newest())).facts)


async def test_one_of_ten_thousand_that_began_last_and_fires_is_what_the_letters_tell(office: Office) -> None:
    await office.post(*STORM, LAST)
    office.clock.move(minutes(1))
    await office.post(*ENDED)
    told = await facts(office)
    assert (told.recovered_at, [one.ja for one in told.impacts]) == (None, ["全ユーザーのログイン機能"])
    assert (await office.incident()).state == "open"
    assert (await office.alerts())[0].status == "firing"
    assert await office.findings() == ()
    await office.approve_and_send()
    await office.tick(minutes(55))
    update = await facts(office)
    assert (update.kind, update.recovered_at) == ("update", None)
    assert [one.ja for one in update.impacts] == ["全ユーザーのログイン機能"]


async def test_the_promise_is_that_of_the_most_severe_though_it_began_last(office: Office) -> None:
    every = {"critical": "30m", "default": "60m"}
    office.runtime = replace(office.runtime, config=configured(update_every=every))
    await office.post(*STORM, LAST)
    assert (await facts(office)).promise_at == NIGHT + minutes(30)


async def test_what_all_alerts_say_is_found_whatever_else_they_hold(office: Office) -> None:
    def words(n: int, ja: str) -> Alert:
        return replace(firing(f"Probe{n}"), annotations={"customer_impact_ja": ja, "summary": f"pod {n}"})

    await office.post(*(words(n, f"機能{n % 30}番") for n in range(3_000)))
    told = await facts(office)
    assert (len(told.impacts), told.more_impacts) == (20, 10)
    body = (await office.version(await office.newest())).texts["ja"].body
    assert "ほか10件" in body.replace("\n", "")


async def test_the_last_end_and_the_earliest_start_are_those_of_all(office: Office) -> None:
    lost_clock = firing("Lost", starts_at=NIGHT.replace(year=1971))
    await office.post(*STORM[:2000], lost_clock, LAST)
    office.clock.move(minutes(9))
    await office.post(*ENDED[:2000], replace(lost_clock, status="resolved", ends_at=NIGHT))
    await office.post(resolved(starts_at=LAST.starts_at, ends_at=NIGHT + minutes(8), severity="critical"))
    told = await facts(office)
    assert (told.started_at, told.recovered_at) == (NIGHT - minutes(30), NIGHT + minutes(8))
