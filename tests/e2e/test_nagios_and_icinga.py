"""Real Nagios 4 and Icinga 2 notify the bridge by the command of docs/sources, of a problem and of its end."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.parts.bridge import ALERT_TOKEN, Bridge
from tests.parts.programs import Program, installed, open_folder
from tests.parts.source_pages import block
from tests.parts.waiting import until

DUMMY = Path("/usr/lib/nagios/plugins/check_dummy")
OUTPUT = """login "error" 'ratio' $HOME `x` 失敗"""

NAGIOS = """
cfg_file={home}/objects.cfg
log_file={home}/nagios.log
object_cache_file={home}/objects.cache
precached_object_file={home}/objects.precache
status_file={home}/status.dat
state_retention_file={home}/retention.dat
temp_file={home}/tmp.file
temp_path={home}
check_result_path={home}/results
lock_file={home}/lock
command_file={home}/commands
query_socket={home}/query
use_syslog=0
check_for_updates=0
enable_environment_macros=1
interval_length=1
nagios_user=root
nagios_group=root
"""
OBJECTS = """
define timeperiod {{
  timeperiod_name always
  alias always
  sunday 00:00-24:00
  monday 00:00-24:00
  tuesday 00:00-24:00
  wednesday 00:00-24:00
  thursday 00:00-24:00
  friday 00:00-24:00
  saturday 00:00-24:00
}}
{command}
define command {{
  command_name state
  command_line {home}/check.sh
}}
define command {{
  command_name up
  command_line {dummy} 0 up
}}
define contact {{
  contact_name oncall
  host_notifications_enabled 1
  service_notifications_enabled 1
  host_notification_period always
  service_notification_period always
  host_notification_options d,u,r
  service_notification_options w,u,c,r
  service_notification_commands bridge
  host_notification_commands bridge
}}
define host {{
  host_name web-1
  address 127.0.0.1
  check_command up
  max_check_attempts 1
  check_period always
  contacts oncall
  notification_interval 0
  notification_period always
  _BRIDGE_LABELS service=shop
}}
define service {{
  host_name web-1
  service_description LoginErrors
  check_command state
  max_check_attempts 1
  check_interval 1
  retry_interval 1
  check_period always
  contacts oncall
  notification_interval 0
  notification_period always
}}
"""
ICINGA = """
include <itl>
const NodeName = "here"
object Endpoint NodeName {{}}
object Zone "zone" {{ endpoints = [ NodeName ] }}
object CheckerComponent "checker" {{}}
object NotificationComponent "notification" {{}}
object FileLogger "log" {{ path = "{home}/icinga.log" }}
object CheckCommand "state" {{ command = [ "{home}/check.sh" ] }}
object User "oncall" {{}}
object Host "web-1" {{
  check_command = "dummy"
  vars.bridge_labels = "service=shop"
}}
object Service "LoginErrors" {{
  host_name = "web-1"
  check_command = "state"
  check_interval = 1s
  retry_interval = 1s
  max_check_attempts = 1
}}
"""


class Checked:
    """What a monitoring system watches: `state` is what its next check finds."""

    def __init__(self, home: Path, running: Bridge) -> None:
        self.home = home
        self.script = home / "bridge.sh"
        (home / "token").write_text(ALERT_TOKEN)
        text = block("icinga", "sh").replace("https://bridge.example.jp", running.url)
        self._executable(self.script, text.replace("/etc/bridge-sender.token", str(home / "token")))
        (home / "words").write_text(OUTPUT, encoding="utf-8")
        self.find(0)
        check = f'#!/bin/sh\nexec {DUMMY} "$(cat {home}/state)" "$(cat {home}/words)"\n'
        self._executable(home / "check.sh", check)

    def find(self, state: int) -> None:
        (self.home / "state").write_text(str(state))

    def _executable(self, path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)


@contextmanager
def nagios(checked: Checked) -> Iterator[None]:
    home = checked.home
    (home / "results").mkdir()
    command = block("icinga", "nagios").replace("/etc/icinga2/scripts/bridge.sh", str(checked.script))
    (home / "nagios.cfg").write_text(NAGIOS.format(home=home))
    (home / "objects.cfg").write_text(OBJECTS.format(home=home, command=command, dummy=DUMMY))
    program = Program([installed("nagios4"), home / "nagios.cfg"], home / "out.log", cwd=home)
    try:
        program.start(lambda: (home / "status.dat").exists(), 60)
        yield
    finally:
        program.stop()


@contextmanager
def icinga(checked: Checked) -> Iterator[None]:
    home = checked.home
    pasted = block("icinga", "icinga").replace("/etc/icinga2/scripts/bridge.sh", str(checked.script))
    (home / "icinga2.conf").write_text(ICINGA.format(home=home) + pasted)
    folders = [
        f"-D{name}={home}/{name}" for name in ("DataDir", "CacheDir", "LogDir", "InitRunDir", "SpoolDir")
    ]
    for name in ("DataDir", "CacheDir", "LogDir", "InitRunDir", "SpoolDir"):
        (home / name).mkdir()
    own = {"ICINGA2_USER": "root", "ICINGA2_GROUP": "root"}
    words = ["daemon", "-c", home / "icinga2.conf", *folders, "-DRunAsUser=root", "-DRunAsGroup=root"]
    program = Program([installed("icinga2"), *words], home / "out.log", cwd=home, env=own)
    try:
        program.start(lambda: (home / "icinga.log").exists(), 60)
        yield
    finally:
        program.stop()


System = Callable[[Checked], AbstractContextManager[None]]


@pytest.mark.parametrize("system", [nagios, icinga], ids=["Nagios", "Icinga"])
def test_a_problem_and_its_end_come_to_the_bridge(system: System, running_bridge: Bridge) -> None:
    running_bridge.config["sources"]["icinga"] = {"bearer_token_file": str(running_bridge.alert_token_file)}
    assert running_bridge.reload().status_code == 200
    with open_folder() as home:
        checked = Checked(home, running_bridge)
        with system(checked):
            checked.find(2)
            until(lambda: running_bridge.api("/incidents")["incidents"], 90, "the problem has come")
            (alert,) = running_bridge.incident()["alerts"]
            checked.find(0)
            until(lambda: running_bridge.incident()["state"] == "settling", 90, "the end has come")
    assert (alert["source"], alert["fingerprint"]) == ("icinga", "/web-1/LoginErrors")
    assert alert["labels"] == {
        "alertname": "LoginErrors",
        "severity": "critical",
        "instance": "web-1",
        "service": "shop",
    }
    assert alert["annotations"]["summary"] == f"CRITICAL: {OUTPUT}"
