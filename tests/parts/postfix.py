"""A private Postfix of Debian's package: its own folders and port, relaying every mail to a recording sink.

Postfix starts only as root; the parts that meet the network run as the user postfix.
"""

import os
import shutil
import socketserver
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.parts.ports import free_port, listening
from tests.parts.programs import Program, installed, open_folder
from tests.parts.sink import Sink

# (recipient, attempt from 1) -> an access(5) action such as "450 4.2.0 greylisted"; None: take it.
Decide = Callable[[str, int], str | None]

MAIN = """
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
maillog_file = /dev/stdout
myhostname = relay.example.jp
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
relayhost = [127.0.0.1]:{sink}
disable_dns_lookups = yes
smtp_host_lookup = native
smtpd_peername_lookup = no
smtpd_client_connection_rate_limit = 0
smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:{policy}
alias_maps =
minimal_backoff_time = 1s
"""

MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
pickup    unix  n - n 60  1 pickup
cleanup   unix  n - n -   0 cleanup
qmgr      unix  n - n 1   1 qmgr
rewrite   unix  - - n -   - trivial-rewrite
bounce    unix  - - n -   0 bounce
defer     unix  - - n -   0 bounce
trace     unix  - - n -   0 bounce
verify    unix  - - n -   1 verify
flush     unix  n - n 300 0 flush
proxymap  unix  - - n -   - proxymap
smtp      unix  - - n -   - smtp
relay     unix  - - n -   - smtp
showq     unix  n - n -   - showq
error     unix  - - n -   - error
retry     unix  - - n -   - error
discard   unix  - - n -   - discard
anvil     unix  - - n -   1 anvil
scache    unix  - - n -   1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


class Policy(socketserver.ThreadingTCPServer):
    """Postfix asks it about every recipient (SMTPD_POLICY_README); a test may change its mind at any time."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), PolicyAnswers)
        self.decide: Decide = lambda _recipient, _attempt: None
        self.attempts: Counter[str] = Counter()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def action(self, recipient: str) -> str:
        self.attempts[recipient] += 1
        return self.decide(recipient, self.attempts[recipient]) or "DUNNO"


class PolicyAnswers(socketserver.StreamRequestHandler):
    """Questions are `name=value` lines up to an empty one."""

    server: Policy

    def handle(self) -> None:
        asked: dict[str, str] = {}
        for line in self.rfile:
            name, _, value = line.decode().strip().partition("=")
            if name:
                asked[name] = value
            else:
                self.wfile.write(f"action={self.server.action(asked['recipient'])}\n\n".encode())


class Postfix:
    """One instance in the empty folder `home`."""

    def __init__(self, home: Path, sink: Sink) -> None:
        if os.getuid() != 0:
            pytest.skip("Postfix starts only as root")
        self.port = free_port()
        self.policy = Policy()
        config = home / "config"
        for folder in (config, home / "queue", home / "data"):
            folder.mkdir()
        shutil.chown(home / "data", "postfix")
        values = {"home": home, "port": self.port, "sink": sink.port, "policy": self.policy.server_address[1]}
        (config / "main.cf").write_text(MAIN.format_map(values))
        (config / "master.cf").write_text(MASTER.format_map(values))
        self._postfix = [str(installed("postfix")), "-c", str(config)]
        self._program = Program([*self._postfix, "start-fg"], home / "log", cwd=home)

    def decide(self, decide: Decide) -> None:
        """From now on these answers at RCPT; also on connections that are open already."""
        self.policy.decide = decide

    def start(self) -> None:
        self._program.start(lambda: listening(self.port))

    def stop(self) -> None:
        """Through Postfix's own command: the program we started is only the shell script above its master."""
        if self._program.running:
            subprocess.run([*self._postfix, "stop"], check=True, capture_output=True, timeout=30)
        self._program.stop()

    def close(self) -> None:
        self.stop()
        self.policy.shutdown()
        self.policy.server_close()

    def log(self) -> str:
        return self._program.log.read_text(errors="replace")


@contextmanager
def postfix(sink: Sink) -> Iterator[Postfix]:
    """A started Postfix that relays to `sink`."""
    with open_folder() as home:
        server = Postfix(home, sink)
        try:
            server.start()
            yield server
        finally:
            server.close()
