"""How fast a whole bridge sends a letter, against Postfix's smtp-sink on loopback, and smtp-source beside it.

    python -m tests.bench.bench_letters [letters] [database-url]

From the press to the last 250, the loading of the list with it. Ratios hold within one run only.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.bench_sending import source
from tests.faults.second_relay import rung
from tests.parts.bridge import Bridge
from tests.parts.sink import Sink
from tests.parts.waiting import until

TICKS = os.sysconf("SC_CLK_TCK")
LONGEST = 300  # seconds


def processor_seconds(pid: int) -> float:
    """What a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def main() -> None:
    letters = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    database = sys.argv[2] if len(sys.argv) > 2 else "sqlite"
    with TemporaryDirectory() as home:
        ringing = Sink()
        running = Bridge(Path(home), ringing, customers=letters, database=database)
        running.config["smtp"]["connections"] = 10
        running.config["policy"]["hold"] = "0s"
        running.start()
        link = rung(running, ringing)
        ringing.refuse_connections()
        command = [shutil.which("smtp-sink") or "/usr/sbin/smtp-sink", "-u", "nobody"]
        with subprocess.Popen([*command, f"127.0.0.1:{ringing.port}", "1000"]) as taking:
            time.sleep(0.5)
            began, used = time.perf_counter(), processor_seconds(running.pid)
            assert running.approve(link).status_code == 303
            until(lambda: running.deliveries()["sent"] == letters, LONGEST, "all are sent")
            ours, cpu = time.perf_counter() - began, processor_seconds(running.pid) - used
            began = time.perf_counter()
            source(ringing.port, letters)
            theirs = time.perf_counter() - began
            taking.terminate()
        running.close()
    print(f"smtp-source -d {letters / theirs:8.0f}/s")
    print(f"bridge         {letters / ours:8.0f}/s {cpu / letters * 1e6:6.0f} us  {theirs / ours:.3f} x")


if __name__ == "__main__":
    main()
