"""Names of services and companies, as letters write them."""

import re

from bridge.wording.model import Context

LEGAL_FORM = re.compile(r"(?:株式会社|有限会社|合同会社|合資会社|一般社団法人|医療法人|学校法人)")


def service_names(context: Context) -> list[str]:
    """The names by which customers know the service."""
    return [name for name in (context.service, context.short_name) if name]


def core_of(company: str) -> str:
    """A company's name without its legal form, such as 株式会社."""
    return LEGAL_FORM.sub("", company).strip()
