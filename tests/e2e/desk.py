"""What the people on call do in a correspondence test: open the link of the ring, read, press."""

from dataclasses import dataclass, field

from playwright.sync_api import Page

from tests.parts.bridge import MARUYAMA, link_in
from tests.parts.sink import Sink
from tests.parts.waiting import until


@dataclass
class Desk:
    """One person with one phone; `address` is where their rings arrive."""

    phone: Page
    mailboxes: Sink
    address: str = MARUYAMA
    opened: set[str] = field(default_factory=set)

    def open(self, report: str) -> None:
        """The page of the next ring whose subject names this report and whose link was not opened before."""
        (link, *_) = until(lambda: self._unopened(report), 30, f"{self.address} is rung about {report}")
        self.opened.add(link)
        self.phone.goto(link)

    def press(self, words: str) -> None:
        """The one button that says this."""
        self.phone.get_by_role("button", name=words).click()
        self.phone.wait_for_load_state()

    def choose(self, question: str, answer: str) -> None:
        """An answer's radio button under a question of the recovery page."""
        self.phone.get_by_role("group", name=question).get_by_text(answer).click()

    def _unopened(self, report: str) -> list[str]:
        mails = [mail for mail in self.mailboxes.to(self.address) if report in mail.subject]
        links = [link_in(mail) for mail in mails if "/approve/" in mail.text]
        return [link for link in links if link not in self.opened]
