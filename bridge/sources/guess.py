"""Which source a body comes from, for whoever has only the body: the one that reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bridge.errors import SourceError
from bridge.sources import Source, read
from bridge.sources.post import Parsed, Post
from bridge.sources.settings import SourceSettings


@dataclass(frozen=True, slots=True)
class Candidate:
    """One source that may have sent it, with its settings."""

    source: Source
    settings: SourceSettings


@dataclass(frozen=True, slots=True)
class Guess:
    """Who reads the body, and what each of the others says against it. Both by the key of the source."""

    readers: Mapping[str, Parsed]
    complaints: Mapping[str, str]

    @property
    def only(self) -> tuple[str, Parsed] | None:
        """The source that reads it, if there is exactly one."""
        return next(iter(self.readers.items())) if len(self.readers) == 1 else None

    def __str__(self) -> str:
        """Why nothing can be said, one line for each source."""
        if self.readers:
            *others, last = sorted(self.readers)
            return (
                f"{'both ' if len(others) == 1 else ''}{', '.join(others)} and {last} read this. Add --source"
            )
        return "\n".join(f"{name}: {what}" for name, what in self.complaints.items())


def guess(post: Post, candidates: Mapping[str, Candidate]) -> Guess:
    """Let every candidate read the post. Of two of one shape, those count of which the body is typical."""
    readers: dict[str, Parsed] = {}
    complaints: dict[str, str] = {}
    for name, candidate in candidates.items():
        try:
            readers[name] = read(candidate.source, candidate.settings, replace(post, source=name))
        except SourceError as error:
            complaints[name] = str(error)
    typical = {name: one for name, one in readers.items() if _is_typical(candidates[name], post)}
    return Guess(typical or readers, complaints)


def default_candidates(kinds: Mapping[str, Source]) -> dict[str, Candidate]:
    """Every kind that can read a body without being told anything, as if anybody might post to it."""
    return {
        kind: Candidate(source, source.Settings.model_validate({"kind": kind, "auth": "none"}))
        for kind, source in kinds.items()
        if all(
            name in ("kind", "auth") or not field.is_required()
            for name, field in source.Settings.model_fields.items()
        )
    }


def _is_typical(candidate: Candidate, post: Post) -> bool:
    own = getattr(candidate.source, "is_typical", None)
    return bool(own(post)) if own else True
