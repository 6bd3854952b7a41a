"""Where the files shipped with the bridge are: in the wheel, or in a checkout."""

from pathlib import Path


def shipped(name: str) -> Path:
    """The shipped folder or file of that name, such as `templates/mail` or `config`.

    A wheel carries them under `bridge/_shipped`; a checkout has them at its root, beside `bridge`.
    Raises FileNotFoundError when the installation lacks it.
    """
    package = Path(__file__).parent
    for root in (package / "_shipped", package.parent):
        if (root / name).exists():
            return root / name
    raise FileNotFoundError(f"{name} is missing from this installation of the bridge. Install it again")
