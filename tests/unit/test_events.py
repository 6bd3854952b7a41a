"""What the history keeps of each entry: names and details that the API shows and the audit chain's hashes cover."""

from typing import Any

import pytest

from bridge.core import events
from bridge.core.events import NewEvent

TEXTS = "d" * 64
NOTICE: dict[str, Any] = {"notice": "n1", "kind": "first"}
VERSION: dict[str, Any] = {**NOTICE, "version": 2}
TEXT: dict[str, Any] = {**VERSION, "texts": TEXTS}
KEPT: list[tuple[NewEvent, str, dict[str, Any]]] = [
    (
        events.AlertsReceived({"opened": 1}, ["LoginErrors"], 0, []),
        "alerts",
        {"counts": {"opened": 1}, "alertnames": ["LoginErrors"], "truncated": 0, "notes": []},
    ),
    (
        events.AlertsReceived({"resolved": 2}, ["LoginErrors"], 0, [], ("http://am-1.example.jp:9093",)),
        "alerts",
        {
            "counts": {"resolved": 2},
            "alertnames": ["LoginErrors"],
            "truncated": 0,
            "notes": [],
            "senders": ("http://am-1.example.jp:9093",),
        },
    ),
    (
        events.DrillBegan("drill", "first", True),
        "drill_began",
        {"mode": "drill", "kind": "first", "surprise": True},
    ),
    (events.DrillEnded("decided"), "drill_ended", {"why": "decided"}),
    (events.Reopened("fires again"), "reopened", {"why": "fires again"}),
    (events.CopyAnswered("quiet"), "copy", {"answer": "quiet"}),
    (events.Closed("nothing owed"), "closed", {"why": "nothing owed"}),
    (events.EndedByHand("n1", "first", 2), "ended_by_hand", {**NOTICE, "firing": 2}),
    (events.LetterDrafted("n1", "first", 2, "late"), "drafted", {**VERSION, "why": "late"}),
    (
        events.LetterDrafted("n1", "first", 2, "on request", 3),
        "drafted",
        {**VERSION, "why": "on request", "recipients": 3},
    ),
    (
        events.LetterRedrafted("n1", "first", 2, "facts changed"),
        "redrafted",
        {**VERSION, "why": "facts changed"},
    ),
    (
        events.LetterRedrafted("n1", "first", 2, "on request", 3),
        "redrafted",
        {**VERSION, "why": "on request", "recipients": 3},
    ),
    (
        events.TemplateFailed("n1", 2, "line 3"),
        "template_failed",
        {"notice": "n1", "version": 2, "problem": "line 3"},
    ),
    (events.LetterReturned("n1", "first", 1), "returned", {**NOTICE, "version": 1}),
    (events.Superseded("n1", "first", "settled"), "superseded", {**NOTICE, "why": "settled"}),
    (
        events.Rang("n1", 0, ["sato"], 0),
        "rang",
        {"notice": "n1", "ring": 0, "people": ["sato"], "late": 0},
    ),
    (
        events.RingRefused("n1", ["sato"], "550 5.1.1 user unknown"),
        "ring_refused",
        {"notice": "n1", "people": ["sato"], "reply": "550 5.1.1 user unknown"},
    ),
    (events.SendingSlow("n1", "first", 12), "slow", {**NOTICE, "minutes": 12}),
    (events.Left("n1", "first", 2), "left", {**NOTICE, "count": 2}),
    (
        events.Retried("n1", "first", "failed", 3),
        "retried",
        {**NOTICE, "state": "failed", "count": 3},
    ),
    (
        events.Stopped("n1", "first", "refused", "554 5.7.1 no"),
        "stopped",
        {**NOTICE, "why": "refused", "words": "554 5.7.1 no"},
    ),
    (events.NoticeAcknowledged("n1", "first", False), "acknowledged", {**NOTICE, "first": False}),
    (events.Edited("n1", "first", 2, TEXTS), "edited", TEXT),
    (events.Edited("n1", "first", 2, TEXTS, rendered=True), "edited", {**TEXT, "rendered": True}),
    (events.ApprovedFirst("n1", "first", 2, TEXTS, None), "approved_first", {**TEXT, "override": None}),
    (
        events.Approved("n1", "first", 2, TEXTS, 3, 10, None),
        "approved",
        {**TEXT, "recipients": 3, "hold": 10, "override": None},
    ),
    (
        events.Approved("n1", "first", 2, TEXTS, 1, 10, None, mode="drill"),
        "approved",
        {**TEXT, "recipients": 1, "hold": 10, "override": None, "mode": "drill"},
    ),
    (events.Cancelled("n1", "first", 2), "cancelled", VERSION),
    (events.Dismissed("n1", "first", 2, ""), "dismissed", {**VERSION, "reason": ""}),
    (events.RestDismissed("n1", "first", 2, ""), "rest_dismissed", {**VERSION, "reason": ""}),
    (events.TakenUpAgain("n1", "first", 2), "taken_up_again", VERSION),
    (events.ToldStillFiring("n1", "first", ["sato"]), "still_firing", {**NOTICE, "people": ["sato"]}),
    (events.SendingBegan("n1", "first", 2, None), "sending", {**VERSION, "recipients": None}),
    (events.Sent("n1", "first", {"sent": 3}), "sent", {**NOTICE, "counts": {"sent": 3}}),
    (events.Stopped("n1", "first", "person"), "stopped", {**NOTICE, "why": "person"}),
    (events.RelayFailed("n1", "first", "refused"), "relay_down", {**NOTICE, "why": "refused"}),
    (events.ResumedRest("n1", "first"), "resumed", NOTICE),
    (events.ResumedWhole("n1", "first", 2, TEXTS, 3), "resumed", {**TEXT, "recipients": 3}),
    (events.ResumedFirst("n1", "first", 2, TEXTS, 3), "approved_first", {**TEXT, "recipients": 3}),
    (events.TestCopySent("n1", "first", 2), "test_copy", VERSION),
    (events.LinkRenewed("n1", "first"), "link_renewed", NOTICE),
]


@pytest.mark.parametrize("event, action, detail", KEPT, ids=[type(event).__name__ for event, _, _ in KEPT])
def test_an_entry_keeps_its_name_and_its_details(
    event: NewEvent, action: str, detail: dict[str, Any]
) -> None:
    assert (event.action, event.detail()) == (action, detail)


def test_every_kind_of_entry_is_in_the_table() -> None:
    kinds = {each for each in vars(events).values() if isinstance(each, type) and hasattr(each, "action")}
    assert kinds == {type(event) for event, _, _ in KEPT}
