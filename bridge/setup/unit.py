"""The systemd unit of one installation: the shipped one, with its own paths and user."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bridge.resources import shipped
from bridge.setup.texts import data_folder

_HOMES = ("/home", "/root", "/run/user")


@dataclass(frozen=True)
class Installed:
    """Where an installation is, as whom it runs, and with which command."""

    folder: Path
    user: str
    group: str
    command: tuple[str, ...]


def unit(of: Installed) -> str:
    """The unit's text, without the comments of the shipped one."""
    changed = _settings(of)
    lines: list[str] = []
    for line in shipped("config/bridge.service").read_text("utf-8").splitlines():
        key = line.partition("=")[0]
        if line.startswith("#") or key == "StateDirectoryMode":
            continue
        lines.append(changed.get(key, line))
    return re.sub(r"\n{2,}", "\n\n", "\n".join(lines).strip()) + "\n"


def _settings(of: Installed) -> Mapping[str, str]:
    """The lines that differ, by their key."""
    config = of.folder / "bridge.yaml"
    at_home = any(Path(part).is_relative_to(home) for part in (of.folder, of.command[0]) for home in _HOMES)
    return {
        "User": f"User={of.user}",
        "Group": f"Group={of.group}",
        "ExecStart": f"ExecStart={' '.join(map(_word, (*of.command, 'serve', '--config', str(config))))}",
        "StateDirectory": f"ReadWritePaths={_word(str(data_folder(of.folder)))}",
        "ProtectHome": f"ProtectHome={'read-only' if at_home else 'yes'}",
    }


def _word(text: str) -> str:
    """A word of a unit file (systemd.syntax, systemd.service): `%` and `$` have a meaning there."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if re.search(r"[\s\"'\\]", text) else escaped
