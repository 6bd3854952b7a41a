"""A real Zabbix server of Debian's package, with one host, one trigger and the webhook of docs/sources/zabbix.md.

It runs on a PostgreSQL of ours. What people click together is put into its tables, for the frontend is a package of
its own and PHP.
"""

import contextlib
import gzip
import json
import os
import re
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.parts.programs import Program, installed
from tests.parts.source_pages import FOLDER, block
from tests.parts.waiting import until

SQL = Path("/usr/share/zabbix-server-pgsql")
NEEDED = (
    "role",
    "hstgrp",
    "users",
    "usrgrp",
    "users_groups",
    "config",
)  # the rest of its 32 MB are templates
ADMIN, HOST, ITEM, TRIGGER, MEDIA_TYPE, ACTION = 1, 90_001, 90_002, 90_003, 90_004, 90_005
PROBLEM, RECOVERY, UPDATE = 0, 1, 2
CONFIGURATION = """
ListenIP=127.0.0.1
ListenPort={port}
LogType=file
LogFile={home}/zabbix.log
PidFile={home}/zabbix.pid
SocketDir={home}
DBHost=127.0.0.1
DBPort={db_port}
DBName={db_name}
DBUser=postgres
AllowRoot=1
CacheUpdateFrequency=1
HousekeepingFrequency=0
StartPollers=1
StartPollersUnreachable=1
StartPingers=0
StartDiscoverers=0
StartHTTPPollers=0
StartPreprocessors=1
StartDBSyncers=1
StartLLDProcessors=1
StartTrappers=1
StartEscalators=1
StartAlerters=1
"""


class ZabbixServer:
    """One server. `set_to` sends a value of its only item, whose trigger is a problem while it is not 0."""

    def __init__(self, home: Path, database: str, bridge_url: str, token: str) -> None:
        self._port = _low_port()
        self._database = database
        server = psycopg.conninfo.conninfo_to_dict(database)
        _fill(database, {"bridge_url": f"{bridge_url}/webhooks/zabbix", "bridge_token": token})
        file = home / "zabbix_server.conf"
        file.write_text(
            CONFIGURATION.format(port=self._port, home=home, db_port=server["port"], db_name=server["dbname"])
        )
        self._program = Program(
            [installed("zabbix_server", Path("/usr/sbin")), "--foreground", "--config", file],
            home / "zabbix.out",
            cwd=home,
            env=dict(os.environ),
        )

    def start(self) -> None:
        self._program.start(lambda: self._send("0"), 60)

    def stop(self) -> None:
        self._program.stop()

    def set_to(self, value: int) -> None:
        until(lambda: self._send(str(value)), 30, f"Zabbix takes the value {value}")

    def sent(self) -> tuple[int, str]:
        """How many messages its media type has sent, and what went wrong with any."""
        with psycopg.connect(self._database) as connection:
            rows = connection.execute("SELECT status, error FROM alerts").fetchall()
        return sum(status == 1 for status, _ in rows), " ".join(error for _, error in rows if error)

    def _send(self, value: str) -> bool:
        """What `zabbix_sender` does; True once the server knows host and item."""
        body = json.dumps(
            {"request": "sender data", "data": [{"host": "web-1", "key": "state", "value": value}]}
        ).encode()
        try:
            with socket.create_connection(("127.0.0.1", self._port), 5) as connection:
                connection.sendall(b"ZBXD\x01" + struct.pack("<Q", len(body)) + body)
                answer = b"".join(iter(lambda: connection.recv(4096), b""))
        except OSError:
            return False
        return b"processed: 1" in answer


@contextmanager
def zabbix_server(home: Path, database: str, bridge_url: str, token: str) -> Iterator[ZabbixServer]:
    """A server that runs; `database`: the URL of an empty one."""
    server = ZabbixServer(home, database, bridge_url, token)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _low_port() -> int:
    """A free port: Zabbix takes none above 32767, where the system's own begin."""
    for port in range(20_000, 32_768):
        with socket.socket() as taken, contextlib.suppress(OSError):
            taken.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def parameters() -> dict[str, str]:
    """The parameters of docs/sources/zabbix.md."""
    page = (FOLDER / "zabbix.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `(\w+)` \| `(.+?)` \|$", page, re.M))


def _fill(database: str, own: dict[str, str]) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(gzip.decompress((SQL / "schema.sql.gz").read_bytes()).decode())
        inserts = tuple(f"INSERT INTO {table} " for table in NEEDED)
        with gzip.open(SQL / "data.sql.gz", "rt", encoding="utf-8") as lines:
            connection.execute("".join(line for line in lines if line.startswith(inserts)))
        _watch(connection)
        _notify(connection, {**parameters(), **own})


def _watch(connection: psycopg.Connection) -> None:
    """A host with one trapper item, and a trigger with the tags of the page."""
    connection.execute("INSERT INTO hosts (hostid, host, name) VALUES (%s, 'web-1', 'web-1')", [HOST])
    connection.execute(
        "INSERT INTO items (itemid, type, hostid, name, key_, value_type) VALUES (%s, 2, %s, 'state', 'state', 3)",
        [ITEM, HOST],
    )
    connection.execute("INSERT INTO item_rtdata (itemid) VALUES (%s)", [ITEM])
    connection.execute(
        "INSERT INTO triggers (triggerid, expression, description, priority) VALUES (%s, '{90003}<>0', %s, 4)",
        [TRIGGER, "LoginErrors: ログイン失敗率が高い"],
    )
    connection.execute(
        "INSERT INTO functions (functionid, itemid, triggerid, name, parameter) VALUES (90003, %s, %s, 'last', '$')",
        [ITEM, TRIGGER],
    )
    for number, (tag, value) in enumerate((("service", "shop"), ("alertname", "LoginErrors")), 90_001):
        connection.execute("INSERT INTO trigger_tag VALUES (%s, %s, %s, %s)", [number, TRIGGER, tag, value])


def _notify(connection: psycopg.Connection, given: dict[str, str]) -> None:
    """The media type and its messages, a user with it, and an action whose three kinds of operations send to it."""
    connection.execute(
        "INSERT INTO media_type (mediatypeid, type, name, maxattempts, attempt_interval, script)"
        " VALUES (%s, 4, 'bridge', 10, '1s', %s)",
        [MEDIA_TYPE, block("zabbix", "js")],
    )
    for number, (name, value) in enumerate(given.items(), 90_001):
        connection.execute(
            "INSERT INTO media_type_param VALUES (%s, %s, %s, %s)", [number, MEDIA_TYPE, name, value]
        )
    connection.execute(
        "INSERT INTO media (mediaid, userid, mediatypeid, sendto) VALUES (90001, %s, %s, 'bridge')",
        [ADMIN, MEDIA_TYPE],
    )
    connection.execute("INSERT INTO actions (actionid, name) VALUES (%s, 'bridge')", [ACTION])
    for kind in (PROBLEM, RECOVERY, UPDATE):
        operation = 90_001 + kind
        connection.execute(
            "INSERT INTO media_type_message VALUES (%s, %s, 0, %s, 'bridge', 'bridge')",
            [operation, MEDIA_TYPE, kind],
        )
        connection.execute(
            "INSERT INTO operations (operationid, actionid, recovery) VALUES (%s, %s, %s)",
            [operation, ACTION, kind],
        )
        connection.execute(
            "INSERT INTO opmessage (operationid, mediatypeid) VALUES (%s, %s)", [operation, MEDIA_TYPE]
        )
        connection.execute("INSERT INTO opmessage_usr VALUES (%s, %s, %s)", [operation, operation, ADMIN])
