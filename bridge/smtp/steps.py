"""The steps of one mail, which answers each wants, and what another answer means. Pure."""

from bridge.smtp.outcome import Outcome, Stage, outcome
from bridge.smtp.replies import Reply

WANTED: dict[Stage, frozenset[int]] = {
    "MAIL": frozenset({250}),
    "RCPT": frozenset({250, 251}),
    "DATA": frozenset({354}),
}
_CLOSES = 421  # as an answer to MAIL it is about the connection and not the recipient


def refusal(stage: Stage, reply: Reply) -> Outcome:
    """What an answer means that the stage does not want."""
    if stage == "MAIL" and reply.code == _CLOSES:
        return Outcome("queued", reply.code, reply.text, stage)
    return outcome(reply.code, dot_written=False, reply=reply.text, stage=stage)
