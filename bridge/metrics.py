"""The metrics (docs/design.md §6.8): counters and histograms. Most gauges are read when scraped (web/ops.py).

Counters that rules.yml watches begin at 0 for every label: Prometheus sees no increase in a series that begins at 1.
"""

from collections.abc import Iterable
from importlib.metadata import version
from platform import python_version

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

# A second series beside each, which nobody asks for and which takes as long to write.
disable_created_metrics()  # type: ignore[no-untyped-call]

_MINUTES = tuple(60 * n for n in (1, 2, 3, 5, 8, 10, 13, 15, 20, 30, 60, 120))

OUTCOMES = ("accepted", "ignored", "unauthorized", "refused", "malformed", "unavailable")
WEBHOOKS = Counter("bridge_webhooks_total", "Posts of alert sources.", ["source", "outcome"])
IGNORED = Counter("bridge_alerts_ignored_total", "Alerts that no incident took.", ["source", "reason"])
APPROVAL = Histogram(
    "bridge_receipt_to_approval_seconds",
    "From the first matching alert to the approval of its first report.",
    buckets=_MINUTES,
)
FIRST_ACCEPT = Histogram(
    "bridge_receipt_to_first_accept_seconds",
    "From the first matching alert to the first letter that the mail server accepted.",
    buckets=_MINUTES,
)
RING_LATENESS = Histogram(
    "bridge_ring_lateness_seconds",
    "How late rings left.",
    buckets=(0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 3600),
)
RINGS = Counter("bridge_rings_total", "Rings fired.")
RINGS_REFUSED = Counter("bridge_rings_refused_total", "Rings that the mail server refused for good.")
LOOP_FAILURES = Counter(
    "bridge_loop_failures_total", "Rounds of a loop that failed and were tried again.", ["loop"]
)
RELOAD_WORKED = Gauge(
    "bridge_config_last_reload_successful",
    "Whether the last configuration that was to be loaded is in force.",
)
RELOAD_WORKED.set(1)
RELOADED_AT = Gauge(
    "bridge_config_last_reload_success_timestamp_seconds",
    "When the configuration in force was loaded.",
)
BUILD = Gauge("bridge_build_info", "Always 1; which version runs, on which Python.", ["version", "python"])
BUILD.labels(version("incident-bridge"), python_version()).set(1)
RELOADED = Counter("bridge_config_reloads_total", "Configuration reloads by outcome.", ["outcome"])


def begin(sources: Iterable[str], reasons: Iterable[str]) -> None:
    """Every listed source has its counters, also before its first post. `reasons` for which alerts are ignored."""
    WEBHOOKS.labels("", "unlisted")
    for source in sources:
        for outcome in OUTCOMES:
            WEBHOOKS.labels(source, outcome)
        for reason in reasons:
            IGNORED.labels(source, reason)
