"""Customer lists without their recipients: how many there are, in which languages, and what was left out."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bridge.audiences.csv import AS_USUAL, BadRow, Duplicate, Reading, Repair, Row, rows_in
from bridge.audiences.file import AudienceError, OnRead, encoding_of, nobody_waits, unreadable
from bridge.core import encodings, list_repairs
from bridge.core.model import AudienceFacts, Recipient
from bridge.core.values import LocalText

BAD_ROWS_KEPT = 100


@dataclass(frozen=True, slots=True)
class Repaired:
    """One kind of repair in a list: in how many rows, and the line of the first."""

    what: str
    count: int
    line: int

    def __str__(self) -> str:
        return f"{self.what}: {self.count} (first in line {self.line})"

    @property
    def words(self) -> LocalText:
        """`str()` of the repair for the on-call, in either language."""
        ja = f"{list_repairs.JAPANESE[self.what]}: {self.count}件(最初は{self.line}行目)"
        return LocalText(ja=ja, en=str(self))


@dataclass(frozen=True, slots=True)
class Summary:
    """A list without its recipients.

    `digest` is the same for the same recipients in any order and any encoding: exports seldom keep an order.
    `bad` holds the first 100 of `bad_total`.
    """

    count: int
    digest: str
    locales: Mapping[str, int]
    bad: tuple[BadRow, ...]
    bad_total: int
    duplicates: int
    encoding: str
    repaired: tuple[Repaired, ...] = ()


class Tally:
    """Sums a list up while it streams by."""

    def __init__(self) -> None:
        self._sum = 0
        self._locales: Counter[str] = Counter()
        self._bad: list[BadRow] = []
        self._bad_total = 0
        self._duplicates = 0
        self._repairs: Counter[str] = Counter()
        self._first_repaired: dict[str, int] = {}

    def add(self, row: Row) -> None:
        """Count one row of `read`."""
        if isinstance(row, Recipient):
            text = f"{row.address}\0{row.name}\0{row.company}\0{row.locale}"
            self._sum += int.from_bytes(hashlib.sha256(text.encode()).digest())
            self._locales[row.locale] += 1
        elif isinstance(row, Duplicate):
            self._duplicates += 1
        elif isinstance(row, Repair):
            self._repairs.update(row.what)
            for what in row.what:
                self._first_repaired.setdefault(what, row.line)
        else:
            self._bad_total += 1
            if len(self._bad) < BAD_ROWS_KEPT:
                self._bad.append(row)

    def summary(self, encoding: str = "") -> Summary:
        """What was counted so far."""
        count = self._locales.total()
        digest = hashlib.sha256(f"{count} {self._sum % 2**256:x}".encode()).hexdigest()
        repaired = (Repaired(what, n, self._first_repaired[what]) for what, n in self._repairs.items())
        return Summary(
            count,
            digest,
            dict(self._locales),
            tuple(self._bad),
            self._bad_total,
            self._duplicates,
            encoding,
            tuple(repaired),
        )


def summarise(path: Path, reading: Reading = AS_USUAL, on_read: OnRead = nobody_waits) -> Summary:
    """Read the whole list and sum it up. Raises AudienceError, also for a list with nobody in it."""
    encoding = encoding_of(path, on_read)
    tally = Tally()
    for row in rows_in(path, encoding, reading):
        tally.add(row)
        on_read()
    summary = tally.summary(encodings.called(encoding))
    if summary.count == 0:
        first = f" The first bad row: {summary.bad[0]}." if summary.bad else ""
        ja = f"最初の送れない行は、{summary.bad[0].told.get('ja')}。" if summary.bad else ""
        raise AudienceError(
            path,
            f"has no recipient.{first} Add one row for each customer",
            f"宛先が1件もありません。{ja}お客様を1行ずつ書いてください",
        )
    return summary


class Audiences:
    """The summaries of all lists. Each is taken anew only when its file has changed."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, Reading], tuple[tuple[int, ...], Summary]] = {}

    def summary(self, path: Path, reading: Reading = AS_USUAL, on_read: OnRead = nobody_waits) -> Summary:
        """The summary of the file as it is now. Blocks while reading. Raises AudienceError."""
        try:
            stat = path.stat()
        except OSError as exc:
            raise unreadable(path, exc) from exc
        state = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        known = self._known.get((path, reading))
        if known is None or known[0] != state:
            known = self._known[path, reading] = (state, summarise(path, reading, on_read))
        return known[1]

    def facts(
        self, name: str, path: Path, reading: Reading = AS_USUAL, on_read: OnRead = nobody_waits
    ) -> AudienceFacts:
        """The summary as pages and rings need it. A list that cannot be used is a `problem`, never an error."""
        try:
            summary = self.summary(path, reading, on_read)
        except AudienceError as exc:
            return AudienceFacts(name, problem=exc.words)
        return AudienceFacts(
            name,
            count=summary.count,
            digest=summary.digest,
            locales=summary.locales,
            bad=tuple(row.told for row in summary.bad),
            bad_total=summary.bad_total,
            duplicates=summary.duplicates,
            encoding=summary.encoding,
            repaired=tuple(each.words for each in summary.repaired),
            as_of=self._written(path, reading),
        )

    def _written(self, path: Path, reading: Reading) -> datetime:
        """When the file that was summed up last was written, in UTC."""
        (written_ns, *_), _ = self._known[path, reading]
        return datetime.fromtimestamp(written_ns // 10**9, UTC)
