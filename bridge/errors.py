"""Every error the bridge raises on purpose, for people to read.

BridgeError
├── ConfigError        bridge.yaml cannot be used: file, line, what to do
├── StoreError
│   ├── StorageDown    the database cannot commit now; the web says 503
│   ├── StorageRefused the database must not be used: another instance, another key, another schema
│   └── Overtaken      another unit moved the row first; trying again may succeed
├── AudienceError      a customer list cannot be read      (bridge/audiences/file.py)
├── LetterError        a template cannot be rendered       (bridge/letters/render.py)
├── MessageError       a mail's bytes are not safe to send (bridge/letters/mime.py)
├── SourceError        an alert body is malformed: names the field
├── SmtpError          a mail server cannot be used now    (bridge/smtp/connect.py)
├── NobodysDrill       a drill's letter to no person      (bridge/loops/composers.py)
├── NotListening       an address of ours is taken          (bridge/web/listen.py)
└── Abandoned          a mail must not go after all        (bridge/smtp/session.py)

The commands add their own, for what was asked of them: `Unusable`, `Unreadable`, `NoAnswer`, `DemoError`.
"""


class BridgeError(Exception):
    """Base of the family. `str()` is one or more lines for people: what, where, what to do."""


class ConfigError(BridgeError):
    """bridge.yaml cannot be used. One finding a line, each `file:line: key: what. What to do`."""


class StoreError(BridgeError):
    """The database."""


class StorageDown(StoreError):
    """The database cannot commit now. Temporary: nothing was recorded, try again."""


class StorageRefused(StoreError):
    """The database must not be used as it is. Not temporary: a person must act."""


class Overtaken(StoreError):
    """Another unit moved the row between this one's reading and its writing. Temporary: try again."""


class SourceError(BridgeError):
    """An alert body is malformed. `field` is the JSON path of what is wrong."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(f"{field}: {what}")
        self.field = field
        self.what = what
