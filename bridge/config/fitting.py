"""bridge.yaml against the models. Each finding says what is wrong, and what to do.

`fit` goes through the file beside the models. It finds unknown keys, puts the content of a `*_file` in the place of
its secret, and makes relative paths absolute. `judge` lets pydantic validate the rest, and words its errors. No
finding quotes a value, because the value may be a secret.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import Discriminator, SecretStr, Tag, ValidationError
from pydantic.fields import FieldInfo

from bridge.config.document import Document, Place, Tree, Value
from bridge.core.values import Model, SecretText

Shape = TypeVar("Shape", bound=Model)

CHOICE = "kind:"
"""How the tag begins of a model that an entry chooses by its kind. It is no part of the entry's place in the file."""

_UNREAD = "unread"  # stands for a secret whose file has a finding, so that the secret gets no second one
MAPPING = "must hold keys of its own. Write `key: value` lines under it"
_LIST = "must be a list. Write it as [a, b]"
_WHOLE = "must be a whole number. Write it in digits"
_SWITCH = "must be true or false. Write one of them"
_WHAT = {
    "missing": "missing. Add it",
    "string_type": "must be a text. Put it in quotes",
    "string_too_short": "must not be empty. Fill it in",
    "too_short": "must not be empty. Add at least one",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "bool_type": _SWITCH,
    "bool_parsing": _SWITCH,
    "model_type": MAPPING,
    "dict_type": MAPPING,
    "mapping_type": MAPPING,
    "tuple_type": _LIST,
    "frozen_set_type": _LIST,
    "path_type": "must be a path. Put it in quotes",
    "literal_error": "unknown word. Write {expected}",
    "greater_than": "too small. It must be more than {gt}",
    "greater_than_equal": "too small. It must be at least {ge}",
    "less_than_equal": "too large. It must be at most {le}",
    "value_error": "{error}",
}


def judge(document: Document, model: type[Shape]) -> Shape | None:
    """The document as the model. None: every error is among the document's findings."""
    try:
        return model.model_validate(document.tree)
    except ValidationError as failed:
        errors = failed.errors(include_url=False, include_input=False)
        for error in errors:
            error["loc"] = tuple(part for part in error["loc"] if not str(part).startswith(CHOICE))
        places = [error["loc"] for error in errors]
        for error in errors:
            if error["type"] == "too_short" and any(_is_inside(place, error["loc"]) for place in places):
                continue  # it looks empty because everything in it has a finding
            words = _WHAT.get(error["type"])
            document.wrong(error["loc"], words.format_map(error.get("ctx", {})) if words else error["msg"])
        return None


def fit(document: Document, model: type[Model], folder: Path) -> None:
    """Prepare the document's tree for the model. Errors are among the document's findings.

    Relative paths and secret files are taken from the folder.
    """
    _Fitting(document, folder).mapping(document.tree, model, ())


def settings_of(model: type[Model]) -> dict[str, FieldInfo]:
    """The fields that a file may set, by the key in the file. An `id` is not one: it is the key around the model."""
    fields = model.model_fields.items()
    return {field.alias or name: field for name, field in fields if name != "id"}


def secrets_of(model: type[Model]) -> frozenset[str]:
    """The keys that hold a secret, each of which may be given as `<key>_file`."""
    return frozenset(key for key, field in settings_of(model).items() if _holds(field.annotation, SecretStr))


def unknown(key: str, known: Iterable[str], noun: str) -> str:
    """The finding for a word that is not known, with the nearest known word or all of them."""
    known = sorted(known)
    if near := get_close_matches(key, known, n=1):
        return f'unknown {noun}. Did you mean "{near[0]}"?'
    return f"unknown {noun}. Known: {', '.join(known) or 'none'}"


class _Fitting:
    """One walk through a document, beside the models."""

    def __init__(self, document: Document, folder: Path) -> None:
        self._document = document
        self._folder = folder

    def mapping(self, tree: Tree, model: type[Model], place: Place) -> None:
        known, secrets = settings_of(model), secrets_of(model)
        for key in list(tree):
            here = (*place, key)
            if key.removesuffix("_file") in secrets and key.endswith("_file"):
                self._secret(tree, key, here)
            elif key not in known and model.model_config.get("extra") != "allow":
                files = [f"{secret}_file" for secret in secrets]
                self._document.wrong(here, unknown(key, [*known, *files], "key"))
                del tree[key]
            elif tree[key] is None and (key not in known or known[key].get_default() is not None):
                del tree[key]  # where null is no value, the key counts as not written
        for key, field in known.items():
            if isinstance(field.default, Path):
                tree.setdefault(key, str(field.default))
            if key in tree:
                tree[key] = self._value(tree[key], field.annotation, (*place, key))

    def _value(self, value: Value, shape: Any, place: Place) -> Value:
        origin, inner = get_origin(shape), get_args(shape)
        if origin is Annotated:
            return self._value(value, _chosen(inner, value) or inner[0], place)
        if origin in (Union, UnionType):
            for choice in inner:
                value = self._value(value, choice, place)
        elif isinstance(value, dict):
            if isinstance(shape, type) and issubclass(shape, Model):
                self.mapping(value, shape, place)
            elif isinstance(origin, type) and issubclass(origin, Mapping):
                return {key: self._value(child, inner[1], (*place, key)) for key, child in value.items()}
        elif isinstance(value, list) and origin is tuple:
            return [self._value(child, inner[0], (*place, n)) for n, child in enumerate(value)]
        elif isinstance(value, str) and shape is Path:
            return str(self._folder / value)
        return value

    def _secret(self, tree: Tree, key: str, place: Place) -> None:
        """Put the content of the file under the secret's own key, without its last line ends."""
        file, secret = tree.pop(key), key.removesuffix("_file")
        if file is None:
            return
        if tree.get(secret) is not None:
            self._document.wrong(place, f"{secret} is given as well. Keep one")
            return
        tree[secret] = _UNREAD
        if not isinstance(file, str):
            self._document.wrong(place, _WHAT["path_type"])
            return
        path = self._folder / file
        try:
            tree[secret] = SecretText(path.read_text(encoding="utf-8").rstrip("\r\n"), str(path))
        except UnicodeDecodeError:
            self._document.wrong(place, f"{path} is not text in UTF-8. Write the secret alone into it")
        except OSError as error:
            self._document.wrong(
                place, f"{path} cannot be read: {error.strerror}. Create it or name another file"
            )
        except ValueError:  # U+0000
            self._document.wrong(place, "not the path of a file. Name another file")
        self._document.lines[*place[:-1], secret] = self._document.lines[place]


def _chosen(annotated: tuple[Any, ...], value: Value) -> Any:
    """The model that a value chooses by its kind; None where the annotation leaves no choice."""
    for choice in annotated[1:]:
        if isinstance(choice, Discriminator):
            assert callable(choice.discriminator)
            tag = choice.discriminator(value)
            models = (get_args(model) for model in get_args(annotated[0]))
            return next((model for model, *about in models if Tag(str(tag)) in about), None)
    return None


def _holds(shape: Any, kind: type) -> bool:
    return shape is kind or any(_holds(part, kind) for part in get_args(shape))


def _is_inside(place: Place, around: Place) -> bool:
    return len(place) > len(around) and place[: len(around)] == around
