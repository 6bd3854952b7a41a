"""Writes the next revision: the difference between tables.py and the revisions so far. For developers.

`python -m bridge.store.migrations.new "Count the rings of a notice"`. Format and read
the result: Alembic sees neither a changed WHERE of an index nor that a column was renamed.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.script import ScriptDirectory

from bridge.store.migrations import alembic_config
from bridge.store.sqlite import Sqlite


def write_revision(why: str) -> None:
    """One file in versions/, numbered after the last."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "scratch.sqlite3")
        path.touch()
        engine = Sqlite(path).engine()
        with engine.connect().execution_options(purpose="migrate") as connection, connection.begin():
            config = alembic_config(connection)
            number = 1 + int(ScriptDirectory.from_config(config).get_current_head() or 0)
            command.upgrade(config, "head")
            command.revision(config, why, autogenerate=True, rev_id=f"{number:04}")
        engine.dispose()


if __name__ == "__main__":
    write_revision(sys.argv[1])
