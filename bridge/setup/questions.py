"""The eight questions of `bridge init`, each asked again with the reason until its answer can be used."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bridge.config.document import Document, Tree, Value
from bridge.config.fitting import judge
from bridge.setup.answers import SetupAnswers

Ask = Callable[[str], str]
Say = Callable[[str], None]

_LAST_WORD = re.compile(r"(?P<name>.*?)[\s<(]*(?P<email>[^\s<>()]+@[^\s<>()]*)[>)]?")


@dataclass(frozen=True)
class Question:
    """One line to ask for. `read` turns the answer into what a file would have under `key`.

    `usual` is the answer to an empty line, from the answers so far; None: there is none.
    """

    key: str
    words: str
    example: str
    read: Callable[[str], Value]
    usual: Callable[[SetupAnswers], str] | None = None


def two_texts(text: str) -> Value:
    """`みどりショップ / Midori Shop`: Japanese and English. Without a slash, the Japanese alone."""
    japanese, slash, english = (part.strip() for part in text.partition("/"))
    return {"ja": japanese, "en": english} if slash and english else japanese


def people(text: str) -> Value:
    """`丸山 maruyama@example.jp, 佐藤 sato@example.jp`: a name and an address each."""
    return [_person(one.strip()) for one in re.split("[,、;]", text) if one.strip()]


def _person(text: str) -> Value:
    found = _LAST_WORD.fullmatch(text)
    if found is None:
        return {"name": text, "email": ""}
    return {"name": found["name"].strip() or found["email"].partition("@")[0], "email": found["email"]}


def relay(text: str) -> Value:
    """`smtp.example.jp:587 starttls bridge`: server, then security and user name where they differ."""
    where, *rest = text.split()
    host, colon, port = where.rpartition(":")
    written: Tree = {"host": host, "port": int(port)} if colon and port.isdigit() else {"host": where}
    securities = [word for word in rest if word in ("none", "starttls", "tls")]
    names = [word for word in rest if word not in securities]
    if securities:
        written["security"] = securities[0]
    if names:
        written["username"] = " ".join(names)
    return written


QUESTIONS = (
    Question(
        "service",
        "お客様が使うサービスの名前 / The service, as customers know it (日本語 / English)",
        "みどりショップ / Midori Shop",
        two_texts,
    ),
    Question(
        "match",
        "そのサービスのアラートの条件 / Which alerts are its: matchers, as in Alertmanager",
        'service="shop", severity="critical"',
        lambda text: [text],
        lambda so_far: ", ".join(so_far.match),
    ),
    Question(
        "company",
        "署名に入れる会社名 / The company in the signature (日本語 / English)",
        "みどり商事株式会社 / Midori Trading Co., Ltd.",
        two_texts,
    ),
    Question(
        "sender",
        "お客様への手紙の差出人アドレス / The address that letters to customers come from",
        "support@example.jp",
        str,
    ),
    Question(
        "contact",
        "お客様の問い合わせ先 / Where customers can ask",
        "support@example.jp 03-0000-0000",
        str,
        lambda so_far: so_far.sender.email,
    ),
    Question(
        "people",
        "当番(最初の人から順に連絡) / Who is rung, the first one first: name and address, commas between",
        "丸山 maruyama@example.jp, 佐藤 sato@example.jp",
        people,
    ),
    Question(
        "relay",
        "メールサーバー / The mail server: host:port, then none, starttls or tls, then a user name",
        "smtp.example.jp:587 starttls bridge",
        relay,
        lambda so_far: f"{so_far.relay.host}:{so_far.relay.port} {so_far.relay.security}",
    ),
    Question(
        "public_url",
        "当番のスマートフォンから届くアドレス / Where phones of the people reach the bridge",
        "https://bridge.example.jp",
        str,
        lambda so_far: so_far.local_url,
    ),
)

# What stands in for the questions not asked yet, so that each answer is judged by the whole model.
_NOT_ASKED: Mapping[str, Value] = {
    "service": "x",
    "sender": "x@example.jp",
    "people": [{"name": "x", "email": "x@example.jp"}],
}


def ask_all(ask: Ask, ask_secret: Ask, say: Say) -> SetupAnswers:
    """Every answer. Raises EOFError and KeyboardInterrupt as `ask` does."""
    tree: Tree = {}
    for number, question in enumerate(QUESTIONS, 1):
        say(f"\n{number}/{len(QUESTIONS)}  {question.words}")
        tree[question.key] = _answer(question, tree, ask, say)
    server = tree["relay"]
    if isinstance(server, dict) and server.get("username"):
        server["password"] = (
            ask_secret(f"     {server['username']} のパスワード / Its password (hidden): ") or None
        )
    return SetupAnswers.model_validate(tree)


def _answer(question: Question, tree: Tree, ask: Ask, say: Say) -> Value:
    usual = question.usual(SetupAnswers.model_validate({**_NOT_ASKED, **tree})) if question.usual else ""
    prompt = f"     [{usual}] > " if usual else f"     (例 / such as {question.example}) > "
    while True:
        given = ask(prompt).strip() or usual
        read = question.read(given) if given else None
        problems = list(_problems({**_NOT_ASKED, **tree, question.key: read}, question.key))
        if not problems:
            return read
        for problem in problems:
            say(f"     {problem}")


def _problems(tree: Tree, key: str) -> Iterator[str]:
    """What is wrong with the answer to one question, in the words that a file would get."""
    document = Document(tree=tree)
    judge(document, SetupAnswers)
    for finding in document.findings:
        if finding.key.startswith(key):
            yield finding.what
