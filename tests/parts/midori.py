"""The sample company as bridge.yaml describes it: みどりショップ, its two people, and who is rung when."""

from datetime import timedelta
from typing import Any

MARUYAMA, SATO = "maruyama@example.jp", "sato@example.jp"

PEOPLE: dict[str, dict[str, Any]] = {
    "maruyama": {"name": "丸山", "email": MARUYAMA},
    "sato": {"name": "佐藤", "email": SATO},
}
ESCALATION: dict[str, Any] = {
    "remind_at": ["0m", "5m", "10m", "13m", "15m"],
    "then_every": "5m",
    "steps": [
        {"from": "0m", "people": ["maruyama"]},
        {"from": "10m", "people": ["maruyama", "sato"]},
    ],
}
LOGIN: dict[str, Any] = {
    "match": ['alertname="LoginErrors"'],
    "text": {"ja": "全ユーザーのログイン機能", "en": "Sign-in for all users"},
    "subject": {"ja": "ログインできない状況", "en": "sign-in is not working"},
}
PAYMENT: dict[str, Any] = {
    "match": ['alertname="PaymentErrors"'],
    "text": {"ja": "決済機能", "en": "Payments"},
}
SHOP: dict[str, Any] = {
    "name": {"ja": "みどりショップ", "en": "Midori Shop"},
    "match": ['service="shop"'],
    "impact": [LOGIN, PAYMENT],
    "audience": "shop-customers",
    "escalation": "shop",
    "sender": {"name": "みどりショップ運営事務局", "email": "support@example.jp"},
    "company": "みどり商事株式会社",
    "representative": "丸山",
    "contact": {"ja": "support@example.jp / 03-0000-0000"},
}


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def seconds(n: float) -> timedelta:
    return timedelta(seconds=n)
