"""The presets: senders that one YAML file describes, `presets/<name>.yaml`, read by the generic engine.

`about` is what people read; everything else is a mapping. `bridge sources show NAME` prints it, and any key of it may
be written anew under `mapping:` of the source.
"""

from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field

from bridge.sources.generic import looks_typical, read_mapped
from bridge.sources.mapping import AlertMapping
from bridge.sources.post import Parsed, Post
from bridge.sources.settings import SourceSettings

FOLDER = Path(__file__).with_name("presets")


class PresetSettings(SourceSettings):
    """A sender that a preset describes."""

    mapping: AlertMapping = Field(
        default=AlertMapping(), description="what is elsewhere than the preset says; one key is enough"
    )


class Preset:
    """A source made of a file, which is read when it is asked what it says."""

    Settings = PresetSettings

    def __init__(self, path: Path) -> None:
        self.name = path.stem
        self._path = path

    @cached_property
    def _written(self) -> dict[str, Any]:
        written: dict[str, Any] = yaml.safe_load(self._path.read_text(encoding="utf-8"))
        return written

    @property
    def about(self) -> str:
        """What people read of it."""
        return str(self._written["about"])

    @cached_property
    def mapping(self) -> AlertMapping:
        """What the file says."""
        return AlertMapping.model_validate({k: v for k, v in self._written.items() if k != "about"})

    def parse(self, post: Post, settings: PresetSettings) -> Parsed:
        """The alerts of one post, as every source's `parse`."""
        return read_mapped(post, settings.mapping.over(self.mapping))

    def is_typical(self, post: Post) -> bool:
        """Whether a body that this preset reads is its sender's, and not of another whose bodies look the same."""
        return looks_typical(post, self.mapping)


@cache
def shipped() -> Mapping[str, Preset]:
    """Every preset by its name."""
    return {path.stem: Preset(path) for path in sorted(FOLDER.glob("*.yaml"))}
