"""The demo's files and its alert: a folder with an ordinary bridge.yaml, secrets and 25 customers."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import yaml

from bridge.core.values import Locale, format_duration

CUSTOMERS = 25
AUDIENCE = "ショップ会員(全員)"
SETTLE = timedelta(minutes=5)
MARUYAMA, SATO = "maruyama@example.jp", "sato@example.jp"
ON_CALL = (MARUYAMA, SATO)


@dataclass(frozen=True)
class Staging:
    """How a demo is shown: its two ports, every wait divided by `speed`, and the language of people and letters."""

    port: int
    inbox_port: int
    speed: float
    lang: Locale = "ja"


@dataclass(frozen=True)
class Scene:
    """Where the demo's files are, and how to reach its bridge."""

    config: Path
    port: int
    url: str
    alert_token: str
    api_token: str


def build(home: Path, staging: Staging, *, smtp_port: int) -> Scene:
    """Write every file of the demo into `home`. With `speed` 30, 15 minutes last 30 seconds."""
    port = staging.port
    scene = Scene(
        home / "bridge.yaml", port, f"http://127.0.0.1:{port}", secrets.token_hex(16), secrets.token_hex(16)
    )
    for name, secret in (("alertmanager.token", scene.alert_token), ("api.token", scene.api_token)):
        (home / name).write_text(secret + "\n", encoding="ascii")
        (home / name).chmod(0o600)
    (home / "customers.csv").write_text(_customers(staging.lang), encoding="utf-8")
    config = _config(scene.url, staging, smtp_port)
    scene.config.write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return scene


def _customers(lang: Locale) -> str:
    """The customer list. Two addresses fail on purpose (sink.py); one customer in five reads the other language."""
    name = {"ja": "お客様", "en": "Customer "}[lang]
    rows = [
        "email,name,company,locale",
        f"temperror@example.jp,{name}1,,{lang}",
        f"permerror@example.jp,{name}2,,{lang}",
    ]
    other = "ja" if lang == "en" else "en"
    for number in range(3, CUSTOMERS + 1):
        locale = other if number % 5 == 4 else lang
        name = f"Customer {number}" if locale == "en" else f"お客様{number}"
        rows.append(f"customer{number}@mail{number % 3}.example.jp,{name},,{locale}")
    return "\n".join(rows) + "\n"


def _config(url: str, staging: Staging, smtp_port: int) -> dict[str, Any]:
    """The sample configuration with its times divided by `speed`. The hold stays: a person must be able to use it."""

    lang, speed = staging.lang, staging.speed

    def minutes(count: float) -> str:
        return format_duration(timedelta(minutes=count) / speed)

    return {
        "server": {"listen": f"127.0.0.1:{staging.port}", "public_url": url, "data_dir": "./data"},
        "sources": {"alertmanager": {"bearer_token_file": "./alertmanager.token"}},
        "api": {"bearer_token_file": "./api.token"},
        "smtp": {"host": "127.0.0.1", "port": smtp_port, "security": "none"},
        "people": {
            "maruyama": {"name": "丸山" if lang == "ja" else "Maruyama", "email": MARUYAMA, "locale": lang},
            "sato": {"name": "佐藤" if lang == "ja" else "Sato", "email": SATO, "locale": lang},
        },
        "escalations": {
            "shop": {
                "remind_at": [minutes(offset) for offset in (0, 5, 10, 13, 15)],
                "then_every": minutes(5),
                "steps": [
                    {"from": "0m", "people": ["maruyama"]},
                    {"from": minutes(10), "people": ["maruyama", "sato"]},
                ],
            }
        },
        "audiences": {
            AUDIENCE: {"csv": "./customers.csv", "name": {"ja": AUDIENCE, "en": "Shop members (all)"}}
        },
        "services": {"shop": _service() | {"locale": lang}},
        "policy": {
            "first_report_within": minutes(15),
            "update_every": {"critical": minutes(30), "default": minutes(60)},
            "update_ring_before": minutes(10),
            "settle": format_duration(SETTLE / speed),
        },
    }


def _service() -> dict[str, Any]:
    return {
        "name": {"ja": "みどりショップ", "en": "Midori Shop"},
        "match": ['service="shop"', 'severity=~"critical|page"'],
        "impact": [
            {
                "match": ['alertname="LoginErrors"'],
                "text": {"ja": "全ユーザーのログイン機能", "en": "Sign-in for all users"},
                "subject": {"ja": "ログインできない状況", "en": "customers cannot sign in"},
                "detection_delay": "2m",
            }
        ],
        "audience": AUDIENCE,
        "escalation": "shop",
        "sender": {
            "name": {"ja": "みどりショップ運営事務局", "en": "Midori Shop Support"},
            "email": "support@example.jp",
        },
        "company": {"ja": "みどり商事株式会社", "en": "Midori Trading Co., Ltd."},
        "representative": {"ja": "丸山", "en": "Maruyama"},
        "contact": {"ja": "support@example.jp / 03-0000-0000", "en": "support@example.jp / +81 3-0000-0000"},
    }


def webhook(status: Literal["firing", "resolved"], started: datetime, ended: datetime | None) -> bytes:
    """Alertmanager's post about the sample alert (webhook version 4)."""
    labels = {"alertname": "LoginErrors", "service": "shop", "severity": "critical"}
    alert = {
        "status": status,
        "labels": labels,
        "annotations": {"summary": "Nobody can sign in to shop"},
        "startsAt": started.isoformat(),
        "endsAt": ended.isoformat() if ended else "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example.jp:9090/graph",
        "fingerprint": "d3f0a7c2b1e94856",
    }
    body = {
        "version": "4",
        "groupKey": '{}:{service="shop"}',
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "bridge",
        "groupLabels": {"service": "shop"},
        "commonLabels": labels,
        "commonAnnotations": alert["annotations"],
        "externalURL": "http://alertmanager.example.jp:9093",
        "alerts": [alert],
    }
    return json.dumps(body).encode()
