"""What `bridge check` says of what is in order: how many customers, who is rung, which server. A check with nothing
more to say is `ok` by its name."""

from collections.abc import Callable, Iterator, Mapping

from bridge.audiences.csv import Reading
from bridge.audiences.summary import summarise
from bridge.config import Config
from bridge.core.settings import Escalation
from bridge.core.values import format_duration


def details(name: str, config: Config) -> list[str]:
    """What a check without findings has seen, a line each."""
    saying = _DETAILS.get(name)
    return [f"{name} {line}" for line in saying(config)] if saying else [name]


def _people(config: Config) -> Iterator[str]:
    """`shop: 丸山 at once, 丸山 and 佐藤 from 10m`."""
    for service in config.services.values():
        yield f"{service.id}: {', '.join(_steps(config, config.escalation_of(service)))}"


def _steps(config: Config, escalation: Escalation) -> Iterator[str]:
    for step in escalation.steps:
        who = " and ".join(config.people[person].name for person in step.people)
        yield f"{who} from {format_duration(step.from_)}" if step.from_ else f"{who} at once"


def _audiences(config: Config) -> Iterator[str]:
    """`shop-customers: 12,408 (ja 12,300, en 108)`."""
    for name, listed in config.customer_lists.items():
        summary = summarise(listed.csv, Reading(columns=listed.columns))
        languages = ", ".join(f"{code} {n:,}" for code, n in sorted(summary.locales.items(), reverse=True))
        yield f"{name}: {summary.count:,} ({languages})" if languages else f"{name}: nobody"


def _database(config: Config) -> Iterator[str]:
    yield str(config.database_url.set(query={}))  # the query may hold a password


def _smtp(config: Config) -> Iterator[str]:
    for called, server in (("", config.smtp), ("fallback ", config.smtp.fallback)):
        if server is not None:
            login = f" as {server.username}" if server.username else ""
            yield f"{called}{server.host}:{server.port} ({server.security}){login}"


_DETAILS: Mapping[str, Callable[[Config], Iterator[str]]] = {
    "people": _people,
    "audiences": _audiences,
    "database": _database,
    "smtp": _smtp,
}
