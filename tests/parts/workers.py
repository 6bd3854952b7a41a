"""The tests in several processes, forked when everything is collected: collecting takes half a minute of processor
time, and a process that does not inherit it spends as much.

Whoever is free gets the next file, whole, because its tests share what is costly to start. Every second worker begins
at the end: the tests of real programs, which are long, stand at both ends of the collection, and the quick ones
between them are what is done last.
"""

import gc
from collections import deque
from collections.abc import Iterator
from itertools import chain, groupby, pairwise
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from operator import attrgetter

import pytest

_FORK = get_context("fork")


class Workers:
    """A plugin in place of pytest's own loop over the tests."""

    def __init__(self, config: pytest.Config, count: int) -> None:
        self._config = config
        self._count = count
        self._files: list[list[pytest.Item]] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        if session.testsfailed or self._config.option.collectonly:
            return None  # nothing to run: pytest's own loop says why
        self._files = [list(items) for _, items in groupby(session.items, attrgetter("path"))]
        self._config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]  # one folder for all
        gc.freeze()
        self._serve(session, [self._start() for _ in range(self._count)])
        if over := session.shouldfail or session.shouldstop:
            raise session.Interrupted(over)
        return True

    def _start(self) -> Connection:
        ours, theirs = _FORK.Pipe()
        _FORK.Process(target=self._work, args=(theirs,)).start()
        theirs.close()
        return ours

    def _serve(self, session: pytest.Session, channels: list[Connection]) -> None:
        """Hands out the files, and passes on what is reported, until every worker has come to its end."""
        left = deque(range(len(self._files)))
        takers = {one: left.pop if number % 2 else left.popleft for number, one in enumerate(channels)}
        begun = dict.fromkeys(channels, "the start of a worker")
        while begun:
            for channel in wait(list(begun)):
                assert isinstance(channel, Connection)
                try:
                    message = channel.recv()
                except EOFError:
                    if lost := begun.pop(channel):
                        self._report(_died(lost))
                    continue
                if message is None:
                    over = not left or session.shouldfail or session.shouldstop
                    channel.send(None if over else takers[channel]())
                elif isinstance(message, str):
                    begun[channel] = message
                else:
                    hook = self._config.hook
                    self._report(hook.pytest_report_from_serializable(config=self._config, data=message))

    def _report(self, report: pytest.TestReport) -> None:
        self._config.hook.pytest_runtest_logreport(report=report)

    def _work(self, channel: Connection) -> None:
        """A worker. It says None for one more file, the test that it begins, what came of it, and "" at its end."""
        plugins = self._config.pluginmanager
        plugins.unregister(name="terminalreporter")
        plugins.register(_Reporter(self._config, channel))
        capture = plugins.getplugin("capturemanager")
        capture.stop_global_capturing()  # into a file of the parent's
        capture.start_global_capturing()
        for item, following in pairwise(chain(self._items(channel), [None])):
            assert item
            channel.send(item.nodeid)
            self._config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        channel.send("")

    def _items(self, channel: Connection) -> Iterator[pytest.Item]:
        """Asks for a file when the last test of another begins, which ends what the next test does not need."""
        while True:
            channel.send(None)
            number = channel.recv()
            if number is None:
                return
            yield from self._files[number]


class _Reporter:
    """Passes the reports of a worker on."""

    def __init__(self, config: pytest.Config, channel: Connection) -> None:
        self._config = config
        self._channel = channel

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        hook = self._config.hook
        self._channel.send(hook.pytest_report_to_serializable(config=self._config, report=report))


def _died(lost: str) -> pytest.TestReport:
    return pytest.TestReport(lost, (lost, None, lost), {}, "failed", "The worker died.", "call")
