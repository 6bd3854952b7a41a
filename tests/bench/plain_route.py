"""The peer of the intake: FastAPI and pydantic alone. It reads the same posts and stores nothing.

python -m tests.bench.plain_route PORT
"""

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Alert(BaseModel):
    status: str
    labels: dict[str, str]
    annotations: dict[str, str]
    startsAt: str
    endsAt: str
    fingerprint: str
    generatorURL: str


class Post(BaseModel):
    alerts: list[Alert]
    truncatedAlerts: int = 0


@app.post("/webhooks/alertmanager")
async def take(post: Post) -> dict[str, Any]:
    """The bridge's answer, without its work."""
    return {"incidents": [], "accepted": len(post.alerts), "ignored": 0}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", loop="uvloop")
