"""What a `Forked` bridge begins with. Only the process that it is forked from imports this."""

from bridge.cli import serve
from bridge.letters.render import shipped_letters
from bridge.oncall.message import oncall_templates
from bridge.web.api import api_app
from bridge.wording import all_rules

LOADED = serve, api_app, all_rules()  # what would be imported only when it is asked for
COMPILED = [
    templates.get_template(name)
    for templates in (shipped_letters(), oncall_templates())
    for name in templates.list_templates()
]
