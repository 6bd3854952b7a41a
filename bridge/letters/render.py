"""Facts to text, by Jinja2 templates that the owner may override file by file.

Data is only ever a value: nothing from an alert, a list or a person is compiled. Templates run in a sandbox
without methods, arithmetic on texts or ranges; those of a company within limits (`limits.py`) besides.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, StrictUndefined, TemplateNotFound
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bridge.core.drill import marked
from bridge.core.facts import Facts
from bridge.core.model import Text
from bridge.core.settings import Service
from bridge.core.values import LOCALES, Locale, fields_of
from bridge.core.width import width
from bridge.errors import BridgeError
from bridge.letters.limits import added, joined, limited, replaced
from bridge.letters.view import view
from bridge.letters.wrap import wrap
from bridge.resources import shipped

MAX_CHARS = 100_000
SUBJECT_COLUMNS = 80
FILTERS = ("default", "first", "join", "last", "length", "lower", "replace", "trim", "upper")
_ENGLISH_FOLLOWS = "(An English version follows the Japanese.)"
_ENGLISH_BEGINS = "[English]"


class LetterError(BridgeError):
    """A template cannot be rendered: which one, where, why. `template` is its name, `line` may be unknown."""

    def __init__(self, template: str, line: int | None, what: str) -> None:
        super().__init__(f"templates/mail/{template}{f':{line}' if line else ''}: {what}")
        self.template = template
        self.line = line
        self.what = what


class Letters:
    """The company's templates over the shipped ones."""

    def __init__(self, overrides: Path | None = None) -> None:
        """`overrides` is the folder of the setting `templates`; it may hold `mail/<locale>/<file>`."""
        self._shipped = shipped_letters()
        self._theirs = _theirs(overrides / "mail") if overrides else None

    @property
    def templates(self) -> Environment:
        """Those in force."""
        return self._theirs or self._shipped

    def render(self, facts: Facts, locale: Locale, *, wrap: int | None) -> Text:
        """The letter of `facts.kind` in that language. Raises LetterError when its template is faulty."""
        if self._theirs is None:
            return _render(self._shipped, facts, locale, wrap)
        with limited():
            return _render(self._theirs, facts, locale, wrap)

    def render_safe(self, facts: Facts, locale: Locale, *, wrap: int | None) -> tuple[Text, str | None]:
        """The same; a faulty override gives way to the shipped template, its problem is the second value."""
        try:
            return self.render(facts, locale, wrap=wrap), None
        except LetterError as error:
            return _render(self._shipped, facts, locale, wrap), str(error)

    def texts(self, facts: Facts, service: Service) -> tuple[Mapping[Locale, Text], str | None]:
        """Every language the service writes in, and what was wrong with an override, if anything.

        A bilingual service has one text, under its own locale; a service without an English name has its
        own language alone.
        """
        written = {
            locale: self.render_safe(facts, locale, wrap=service.wrap)
            for locale in LOCALES
            if service.bilingual or locale == service.locale or service.name.en
        }
        problem = next((problem for _, problem in written.values() if problem), None)
        texts = {locale: text for locale, (text, _) in written.items()}
        if service.bilingual:
            texts = {service.locale: bilingual(texts["ja"], texts["en"])}
        return {code: marked(text, code) for code, text in texts.items()} if facts.drill else texts, problem


def bilingual(ja: Text, en: Text) -> Text:
    """One letter in both languages, Japanese first. The English subject is added where a list can show it."""
    both = f"{ja.subject} / {en.subject}"
    subject = both if width(both) <= SUBJECT_COLUMNS else ja.subject
    return Text(subject, f"{_ENGLISH_FOLLOWS}\n\n{ja.body}\n{_ENGLISH_BEGINS}\n\n{en.body}")


def english_begins(body: str) -> int | None:
    """Where the English half of a letter in both languages begins; None when nothing separates them."""
    _, mark, english = body.partition(f"\n{_ENGLISH_BEGINS}\n")
    return len(body) - len(english) if mark else None


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, without what could grow a text or run for long."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        if operator == "+":
            return added(left, right)
        raise SecurityError(f"{operator} is not available in a letter")

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Fields of our own values only: methods of texts, lists and rows are out of reach."""
        return not callable(value) and super().is_safe_attribute(obj, attr, value)


def _environment(loader: BaseLoader) -> _Sandbox:
    env = _Sandbox(
        loader=loader,
        undefined=StrictUndefined,
        autoescape=False,
        auto_reload=False,  # a new configuration reads them anew
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.clear()
    env.filters = {name: env.filters[name] for name in FILTERS} | {"join": joined, "replace": replaced}
    return env


@cache
def shipped_letters() -> _Sandbox:
    """Our own templates: no new configuration changes them, so a process compiles each once."""
    return _environment(FileSystemLoader(shipped("templates/mail")))


def _theirs(folder: Path) -> _Sandbox:
    return _environment(ChoiceLoader([FileSystemLoader(folder), FileSystemLoader(shipped("templates/mail"))]))


def _render(env: _Sandbox, facts: Facts, locale: Locale, columns: int | None) -> Text:
    said = fields_of(view(facts, locale))  # no copies: the sandbox lets nobody change them
    subject = _run(env, f"{locale}/{facts.kind}.subject.j2", said)
    body = _run(env, f"{locale}/{facts.kind}.txt.j2", said)
    return Text(" ".join(subject.split()), wrap(_tidy(body), columns))


def _run(env: _Sandbox, name: str, said: Mapping[str, Any]) -> str:
    try:
        template = env.get_template(name)
        pieces: list[str] = []
        size = 0
        for piece in template.generate(said):
            size += len(piece)
            if size > MAX_CHARS:
                raise LetterError(name, None, f"longer than {MAX_CHARS} characters")
            pieces.append(piece)
        return "".join(pieces)
    except LetterError:
        raise
    except Exception as error:  # a template can raise whatever Python can: a division by zero, too
        where, line = _place(error, name)
        raise LetterError(where, line, _words(error)) from error


def _place(error: Exception, name: str) -> tuple[str, int | None]:
    """The template and line an error comes from: Jinja2 puts template lines into the traceback."""
    line = getattr(error, "lineno", None)
    if line is not None:
        return getattr(error, "name", None) or name, line
    trace = error.__traceback__
    while trace:
        file = trace.tb_frame.f_code.co_filename
        if file.endswith(".j2"):
            name, line = "/".join(Path(file).parts[-2:]), trace.tb_lineno
        trace = trace.tb_next
    return name, line


def _words(error: Exception) -> str:
    if isinstance(error, TemplateNotFound):
        return f"there is no template {error}"
    if isinstance(error, RecursionError):
        return "recursion: it includes or calls itself without an end"
    words = str(error) or type(error).__name__
    return words.replace("'dict object' has no attribute", "the customer's row has no column")


def _tidy(body: str) -> str:
    """No blank at line ends, never two blank lines in a row, one newline at the end."""
    lines: list[str] = []
    for line in (line.rstrip() for line in body.strip("\n").split("\n")):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).rstrip("\n") + "\n"
