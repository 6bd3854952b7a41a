"""What /api/v1 takes: drafts on request, and links to revoke."""

from datetime import date
from functools import partial
from typing import Annotated, Any, Protocol

from fastapi import Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from bridge.core.batch import decode, parse_batch
from bridge.core.facts import Answers
from bridge.core.kinds.correction import Nature
from bridge.core.sanitise import storable
from bridge.stages.copied import ANSWERED, CopyAnswer, answer_copy
from bridge.stages.draft_on_request import (
    API,
    Drafted,
    draft_correction,
    draft_individual,
    draft_recovery,
    draft_update,
    reopen_notice,
)
from bridge.stages.retry import RETRIED, Press, RetriedState, WhichRows, leave, on_request, retry
from bridge.stages.runtime import Runtime
from bridge.stages.wake import Wake
from bridge.store.tx import Tx
from bridge.web.api.queries import Id
from bridge.web.api.schemas import CopyOut, NoticeOut, RevokedOut
from bridge.web.api.serialize import notice_in
from bridge.web.dependencies import Dependencies
from bridge.web.request_body import problem, read_body

DRAFTED = Wake(timer=True, oncall=True)
Said = Annotated[str, Field(max_length=2000), AfterValidator(storable)]


class RecoveryIn(BaseModel):
    """What is known about a recovery; all optional."""

    model_config = ConfigDict(extra="forbid")
    cause: Said = ""
    remedy: Said = ""
    prevention: Said = ""
    customer_actions: Said = ""
    cause_by: date | None = None
    scope: Said = ""
    unaffected: Said = ""
    affected_count: Said = ""
    how_to_tell: Said = ""
    data_note: Said = ""
    apology_for_delay: Said = ""


class UpdateIn(BaseModel):
    """What has changed; all optional. A cause is told once and stands in every later letter."""

    model_config = ConfigDict(extra="forbid")
    status: Said = ""
    scope: Said = ""
    cause: Said = ""
    customer_actions: Said = ""
    unaffected: Said = ""
    affected_count: Said = ""
    how_to_tell: Said = ""
    apology_for_delay: Said = ""


class CorrectionIn(BaseModel):
    """What was wrong, and what is right where that is known."""

    model_config = ConfigDict(extra="forbid")
    nature: Nature
    right: Said = ""


class LeaveIn(BaseModel):
    """Which letters are left: all of which nobody knows, those that ended in such words, or one recipient's."""

    model_config = ConfigDict(extra="forbid")
    reply: Said | None = None
    recipient: Said | None = None


class RetryIn(BaseModel):
    """To whom a letter is sent again: all in this state, those refused in such words, or one recipient."""

    model_config = ConfigDict(extra="forbid")
    state: RetriedState
    reply: Said | None = None
    recipient: Said | None = None


class CopyIn(BaseModel):
    """Which of two copies of one record goes on: this one does, or it stays quiet."""

    model_config = ConfigDict(extra="forbid")
    answer: CopyAnswer


class RevokeIn(BaseModel):
    """Whose links, or to which notice."""

    model_config = ConfigDict(extra="forbid")
    person: Said | None = None
    notice: Said | None = None


class Draft(Protocol):
    """A drafting stage whose request is filled in."""

    def __call__(self, tx: Tx, runtime: Runtime) -> Drafted: ...


class ApiCommands:
    """The POST routes."""

    def __init__(self, deps: Dependencies) -> None:
        self._deps = deps

    async def recovery(self, incident_id: Id, given: RecoveryIn | None = None) -> Response:
        """Draft the recovery report now."""
        unit = partial(draft_recovery, incident_id=incident_id, answers=_answers(given))
        return await self._draft(incident_id, unit)

    async def update(self, incident_id: Id, given: UpdateIn | None = None) -> Response:
        """Draft an update now."""
        unit = partial(draft_update, incident_id=incident_id, answers=_answers(given))
        return await self._draft(incident_id, unit)

    async def individual(self, incident_id: Id, request: Request) -> Response:
        """Draft a batch of individual apologies from a CSV file."""
        raw = await read_body(request, self._deps.runtime().config.server.body_limit)
        try:
            rows, problems = parse_batch(storable(decode(raw)))
        except ValueError as error:
            return problem(422, str(error))
        if problems:
            named = [{"row": p.row, "column": p.column, "what": p.what} for p in problems]
            return problem(422, str(problems[0]), problems=named)
        return await self._draft(incident_id, partial(draft_individual, incident_id=incident_id, rows=rows))

    async def correction(self, notice_id: Id, given: CorrectionIn) -> Response:
        """Stop the rest of a letter that was wrong, and draft its correction."""
        unit = partial(draft_correction, notice_id=notice_id, nature=given.nature, right=given.right)
        return await self._draft(notice_id, unit)

    async def reopen(self, notice_id: Id) -> Response:
        """Take up again what was not to be sent: a fresh version waits for people, who are rung. Sends nothing."""
        return await self._draft(notice_id, partial(reopen_notice, notice_id=notice_id), status=200)

    async def retry(self, notice_id: Id, given: RetryIn) -> Any:
        """Send a letter again to those whom it did not reach, or perhaps not."""
        which = WhichRows(given.state, given.reply, given.recipient)
        return await self._about_unreached(notice_id, which, retry, f"{given.state} and may be sent again")

    async def leave(self, notice_id: Id, given: LeaveIn) -> Any:
        """Record that those of whom nobody knows whether the letter reached them are left as they are."""
        which = WhichRows("unknown", given.reply, given.recipient)
        return await self._about_unreached(notice_id, which, leave, "unknown and may be left as it is")

    async def _about_unreached(self, notice_id: Id, which: WhichRows, press: Press, what: str) -> Any:
        """`what`: what no letter is that the press could be about."""
        services = await self._deps.store.read(lambda tx: tx.incidents.services_of([notice_id]))
        runtime, lists = self._deps.runtime(), await self._deps.lists.facts(services)

        def unit(tx: Tx) -> NoticeOut | str | None:
            done = on_request(tx, runtime, notice_id, which, press)
            return notice_in(tx, runtime, notice_id, lists) if done == "done" else done

        out = await self._deps.store.run(unit)
        if out == "unknown":
            return problem(404, "unknown notice")
        if out == "untrue":
            return problem(409, "the letter is not true any more: resume it on its page, with a reason")
        if not isinstance(out, NoticeOut):
            return problem(409, f"no letter of this notice is {what}")
        self._deps.wake(RETRIED)
        return out

    async def copy(self, given: CopyIn) -> Any:
        """Say which of two copies of one record goes on. Sends nothing to customers."""
        runtime = self._deps.runtime()
        unit = partial(answer_copy, runtime=runtime, answer=given.answer, actor=API)
        incidents = await self._deps.store.run(unit)
        if incidents is None:
            return problem(409, "this record is no copy, or it was said already which goes on")
        self._deps.wake(ANSWERED)
        return CopyOut(answer=given.answer, incidents=incidents)

    async def revoke(self, given: RevokeIn) -> Any:
        """Revoke live links of a person or to a notice; the next ring makes fresh ones."""
        if not (given.person or given.notice):
            return problem(422, "person or notice: one of them must be named")

        def unit(tx: Tx) -> RevokedOut:
            return RevokedOut(revoked=tx.links.revoke(notice_id=given.notice, person=given.person))

        return await self._deps.store.run(unit)

    async def _draft(self, about: str, draft: Draft, status: int = 201) -> Response:
        """`about`: the id of an incident or notice, whose service's list the answer tells of."""
        services = await self._deps.store.read(lambda tx: tx.incidents.services_of([about]))
        runtime, lists = self._deps.runtime(), await self._deps.lists.facts(services)

        def unit(tx: Tx) -> tuple[Drafted, NoticeOut | None]:
            done = draft(tx, runtime)
            return done, notice_in(tx, runtime, done.notice_id, lists) if done.notice_id else None

        done, out = await self._deps.store.run(unit)
        if out is None:
            return _refused(done)
        self._deps.wake(DRAFTED)
        return JSONResponse(out.model_dump(mode="json"), status)


def _refused(done: Drafted) -> Response:
    if done.unknown:
        return problem(404, "unknown incident or notice")
    if done.day_over:
        return problem(422, f"cause_by: {done.day_over} is over. Name today or a later day", field="cause_by")
    return problem(409, done.state)


def _answers(given: BaseModel | None) -> Answers:
    return Answers.model_validate(given.model_dump(exclude_unset=True, exclude_none=True) if given else {})
