"""Which source a body is for, and what it says: for commands and for the API, which have no path that names it."""

from bridge.config import SOURCES, Config
from bridge.errors import BridgeError, SourceError
from bridge.sources import read
from bridge.sources.guess import Candidate, default_candidates, guess
from bridge.sources.post import Parsed, Post


class NoReader(BridgeError):
    """No source reads the body, or more than one does. `str()` says what each has against it."""


def source_of(config: Config, post: Post, named: str | None) -> tuple[str, Parsed]:
    """The key of the source that reads this post, and its alerts. Raises NoReader.

    Without a name it is guessed: first among the listed sources, then among all kinds, as if they were listed.
    """
    listed = {name: Candidate(SOURCES[one.kind], one) for name, one in config.sources.items()}
    unlisted = {name: one for name, one in default_candidates(SOURCES).items() if name not in listed}
    if named is not None:
        return _named({**unlisted, **listed}, post, named)
    first = guess(post, listed)
    if first.readers:
        if first.only is None:
            raise NoReader(str(first))
        return first.only
    second = guess(post, unlisted)
    if second.only is None:
        raise NoReader(str(second) if second.readers else f"no source reads this\n{first}\n{second}".rstrip())
    return second.only


def _named(candidates: dict[str, Candidate], post: Post, named: str) -> tuple[str, Parsed]:
    if named not in candidates:
        raise NoReader(f"no source {named}. There are: {', '.join(sorted(candidates))}")
    one = candidates[named]
    own = Post(named, post.body, post.received_at, post.headers, post.query)
    try:
        return named, read(one.source, one.settings, own)
    except SourceError as error:
        raise NoReader(f"{named}: {error}") from None
