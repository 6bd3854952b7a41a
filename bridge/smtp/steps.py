"""The steps of one mail, which answers each wants, and what another answer means. Pure."""

from bridge.smtp.outcome import Outcome, Stage, outcome
from bridge.smtp.replies import Reply

WANTED: dict[Stage, frozenset[int]] = {
    "MAIL": frozenset({250}),
    "RCPT": frozenset({250, 251}),
    "DATA": frozenset({354}),
}
# As answers to MAIL these concern the bridge and not the recipient: the server closes (421), or wants encryption or
# a login first (RFC 3207 4, RFC 4954 6).
_NOT_WITH_US = frozenset({421, 530, 535, 538})


def refusal(stage: Stage, reply: Reply) -> Outcome:
    """What an answer means that the stage does not want."""
    if stage == "MAIL" and reply.code in _NOT_WITH_US:
        return Outcome("queued", reply.code, reply.text, stage)
    return outcome(reply.code, dot_written=False, reply=reply.text, stage=stage)
