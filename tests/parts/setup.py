"""The answers of `bridge init`, as a person would give them in a file."""

from typing import Any


def setup_answers(**changed: Any) -> dict[str, Any]:
    """Every key, for a relay and a bridge on this machine."""
    return {
        "service": {"ja": "みどりショップ", "en": "Midori Shop"},
        "company": {"ja": "みどり商事株式会社", "en": "Midori Trading Co., Ltd."},
        "sender": "support@example.jp",
        "contact": "support@example.jp / 03-0000-0000",
        "people": [
            {"name": "丸山", "email": "maruyama@example.jp"},
            {"name": "佐藤", "email": "sato@example.jp"},
        ],
        "relay": {"host": "127.0.0.1", "port": 25, "security": "none"},
        **changed,
    }
