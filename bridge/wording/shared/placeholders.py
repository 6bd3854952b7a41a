"""PLH: blanks and instructions left over from a template."""

from bridge.wording.find import any_of, phrase
from bridge.wording.rule import Rule

VARIABLE = (
    r"\{\{|\}\}|\{%|%\}|\$\{\w{1,60}\}|<%[^>\n]{0,80}%>|\{[a-z_][a-z0-9_.]{0,60}\}|%\(\w{1,60}\)s"
    r"|\$labels|\$[A-Z_]{3,40}|%[A-Z_]{3,40}%|\[\[\w{1,60}\]\]|\.Labels\."
)

RULES = (
    Rule(
        "PLH-02",
        "error",
        phrase(VARIABLE),
        "テンプレートの変数がそのまま残っています。",
        "A template variable was not filled in.",
        "みどりショップをご利用のお客様",
        "{{ service_name }}をご利用のお客様",
    ),
    Rule(
        "PLH-04",
        "error",
        any_of(
            phrase(
                r"(?<![A-Za-z])(?:TBD|TBA|TODO|FIXME|WIP|DRAFT)(?![A-Za-z])|(?<![A-Za-z])[xX]{3,}(?![A-Za-z])"
                r"|[Ll]orem ipsum|(?<![a-z])(?:hoge|fuga)",
                needs="TB[DA]|TODO|FIXME|WIP|DRAFT|[xX]{3}|orem|hoge|fuga",
            ),
            phrase(r"ダミー|テスト送信|テストメール|テスト配信"),
        ),
        "作業用の言葉が残っています。",
        "A working word is left in.",
        "復旧見込み:未定",
        "復旧見込み:TBD",
    ),
    Rule(
        "PLH-07",
        "error",
        any_of(
            phrase(
                r"(?<![A-Za-z0-9_.-])(?:null|undefined|NaN)(?![A-Za-z0-9_(-])|<no value>|\[object Object\]"
                r"|(?<![A-Za-z0-9_.-])None(?=\n|$|[^ -~])",
                needs=r"null|undefined|NaN|None|<no|\[obj",
                reading="wording",
            ),
            phrase(r"1970[-/年]0?1[-/月]0?1(?!\d)|0001-01-01", before=r"\d", reading="wording"),
        ),
        "値が入らないまま書き出されています。",
        "A missing value was printed as it is.",
        "復旧日時:未定",
        "復旧日時:0001-01-01",
    ),
)
