"""/api/v1: every route with its description; queries.py and commands.py answer them (docs/design.md §6.6)."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from pydantic import BaseModel

from bridge.web.api.commands import ApiCommands
from bridge.web.api.drills import ApiDrills
from bridge.web.api.queries import ApiQueries
from bridge.web.api.schemas import (
    CopyOut,
    DeliveriesOut,
    DrillOut,
    DrillsOut,
    IgnoredListOut,
    IncidentOut,
    IncidentsOut,
    NoticeOut,
    ProblemDetails,
    RevokedOut,
)
from bridge.web.auth import Guard, Handler
from bridge.web.dependencies import Dependencies

Answer = Callable[..., Awaitable[Any]]
PROBLEMS = {
    400: "malformed",
    401: "no or wrong token",
    404: "unknown",
    408: "the body came too slowly",
    409: "not possible in this state",
    413: "too large",
    415: "compressed",
    422: "wrong fields",
    503: "storage cannot commit now; try again",
}
ANY_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": {}}}}}
CSV_BODY = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}


def api_router(deps: Dependencies, guard: Guard) -> APIRouter:
    """The routes under /api/v1."""
    router = APIRouter(
        prefix="/api/v1",
        route_class=_behind(guard),
        # The guard has decided before this is asked: it tells readers of the OpenAPI how to get in.
        dependencies=[Security(HTTPBearer(auto_error=False, scheme_name="token"))],
        responses=_problems(),
    )
    reading, writing, drills = ApiQueries(deps), ApiCommands(deps), ApiDrills(deps)
    shown: tuple[tuple[str, Answer, type[BaseModel]], ...] = (
        ("/incidents", reading.incidents, IncidentsOut),
        ("/incidents/{incident_id}", reading.incident, IncidentOut),
        ("/notices/{notice_id}/deliveries", reading.deliveries, DeliveriesOut),
        ("/ignored", reading.ignored, IgnoredListOut),
        ("/drills", drills.drills, DrillsOut),
        ("/drills/{drill_id}", drills.drill, DrillOut),
    )
    for path, answer, shape in shown:
        router.add_api_route(path, answer, response_model=shape, methods=["GET"])
    router.add_api_route(
        "/explain",
        reading.explain,
        response_model=dict[str, Any],
        methods=["POST"],
        openapi_extra=ANY_BODY,
    )
    drafted: tuple[tuple[str, Answer, dict[str, Any] | None], ...] = (
        ("/incidents/{incident_id}/recovery", writing.recovery, None),
        ("/incidents/{incident_id}/update", writing.update, None),
        ("/incidents/{incident_id}/individual", writing.individual, CSV_BODY),
        ("/notices/{notice_id}/correction", writing.correction, None),
    )
    for path, answer, extra in drafted:
        router.add_api_route(
            path, answer, response_model=NoticeOut, status_code=201, methods=["POST"], openapi_extra=extra
        )
    router.add_api_route(
        "/notices/{notice_id}/reopen", writing.reopen, response_model=NoticeOut, methods=["POST"]
    )
    router.add_api_route(
        "/notices/{notice_id}/retry", writing.retry, response_model=NoticeOut, methods=["POST"]
    )
    router.add_api_route(
        "/notices/{notice_id}/leave", writing.leave, response_model=NoticeOut, methods=["POST"]
    )
    router.add_api_route("/drills", drills.begin, response_model=DrillOut, status_code=201, methods=["POST"])
    router.add_api_route("/copy", writing.copy, response_model=CopyOut, methods=["POST"])
    router.add_api_route("/links/revoke", writing.revoke, response_model=RevokedOut, methods=["POST"])
    return router


def _behind(guard: Guard) -> type[APIRoute]:
    """What makes every route of a router guarded. FastAPI reads bodies before it asks dependencies."""

    class Guarded(APIRoute):
        def get_route_handler(self) -> Handler:  # type: ignore[override]
            return guard.wrap(super().get_route_handler())

    return Guarded


def _problems() -> dict[int | str, dict[str, Any]]:
    content = {"application/problem+json": {"schema": ProblemDetails.model_json_schema()}}
    return {status: {"description": text, "content": content} for status, text in PROBLEMS.items()}
