"""Labels that a service's own matchers take: for an alert to try an installation with, and for a drill's."""

from collections.abc import Iterable, Mapping

from bridge.core.matchers import Matcher, all_match


def sample_labels(matchers: Iterable[Matcher], name: str) -> Mapping[str, str] | None:
    """Labels that all matchers take; None where no simple ones are found, as for `a=~"[0-9]{4}"`.

    `name`: the `alertname` where no matcher asks for one.
    """
    wanted = tuple(matchers)
    labels = {"alertname": name}
    for matcher in wanted:
        if matcher.op in ("=", "=~"):
            labels[matcher.name] = _value(matcher)
    return labels if all_match(wanted, labels) else None


def _value(matcher: Matcher) -> str:
    """The first alternative of a plain list such as `critical|page`, else the text as it is."""
    alternatives = matcher.value.split("|") if matcher.op == "=~" else [matcher.value]
    fitting = (value for value in alternatives if matcher.matches({matcher.name: value}))
    return next(fitting, matcher.value)
