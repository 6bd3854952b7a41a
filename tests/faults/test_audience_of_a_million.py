"""A customer list of a million rows is counted in bounded memory."""

import subprocess
import sys

COUNT = """
import resource, sys
from pathlib import Path
from bridge.audiences.summary import summarise
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
summary = summarise(Path(sys.argv[1]))
print(summary.count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_million_rows_take_less_than_200_mib(tmp_path, long):
    """In `make test` a tenth of them, and of the memory."""
    rows = 1_000_000 if long else 100_000
    path = tmp_path / "customers.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("email,name,company,locale\n")
        file.writelines(f"customer{n}@example.jp,佐藤,みどり商事株式会社,ja\n" for n in range(rows))
    done = subprocess.run([sys.executable, "-c", COUNT, path], capture_output=True, text=True, check=True)
    count, kibibytes = map(int, done.stdout.split())
    assert count == rows
    assert kibibytes < 200 * 1024 * rows / 1_000_000
