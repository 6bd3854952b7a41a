"""Small faults in the named files, one at a time, and whether the unit and stage tests notice: `make mutants`.

mutmut makes the faults, finds the tests that run through each function, and stops at the first that fails. Printed
are killed and survived for each file, and the change of each survivor. Only `mutants/` is written to.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

MUTMUT = Path(sys.executable).with_name("mutmut")
# mutmut's exit codes of a mutant's tests; a hang and a crash are noticed too.
SURVIVED, UNTESTED = {0}, {5, 33}


def main(files: list[str]) -> int:
    """Returns 1 when mutmut could not judge, such as when a test fails without any fault; survivors are no error."""
    names = [".".join(Path(file).with_suffix("").parts) for file in files]
    ran = subprocess.run([MUTMUT, "run", *(f"{name}.*" for name in names)], capture_output=True, text=True)  # noqa: S603
    if ran.returncode:
        print(ran.stdout[-4000:], ran.stderr[-4000:])
        return 1
    for file in files:
        results = json.loads(Path("mutants", f"{file}.meta").read_text())["exit_code_by_key"]
        counted = Counter(word(code) for code in results.values())
        judged = counted["killed"] + counted["survived"] + counted["untested"]
        print(f"{file}: {dict(counted)}, {100 * counted['killed'] / max(judged, 1):.0f} % killed")
        for name in sorted(name for name, code in results.items() if word(code) != "killed"):
            print(changes(name))
    return 0


def word(code: int | None) -> str:
    if code is None:
        return "not run"
    return "survived" if code in SURVIVED else "untested" if code in UNTESTED else "killed"


def changes(name: str) -> str:
    """The lines that a mutant takes away and puts in, under its name."""
    shown = subprocess.run([MUTMUT, "show", name], capture_output=True, text=True).stdout  # noqa: S603
    lines = [line for line in shown.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    return "\n".join([f"  {name}", *(f"    {line}" for line in lines)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
