"""The presets: senders that one YAML file describes, `presets/<name>.yaml`, read by the generic engine.

`about` is what people read; everything else is a mapping. `bridge sources show NAME` prints it, and any key of it may
be written anew under `mapping:` of the source.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

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


@dataclass(frozen=True)
class Preset:
    """A source made of a file. Its `mapping` is what the file says."""

    name: str
    mapping: AlertMapping
    __doc__: str
    Settings: type[PresetSettings] = PresetSettings

    def parse(self, post: Post, settings: PresetSettings) -> Parsed:
        """The alerts of one post, as every source's `parse`."""
        return read_mapped(post, settings.mapping.over(self.mapping))

    def is_typical(self, post: Post) -> bool:
        """Whether a body that this preset reads is its sender's, and not of another whose bodies look the same."""
        return looks_typical(post, self.mapping)


@cache
def shipped() -> Mapping[str, Preset]:
    """Every preset by its name."""
    return {path.stem: _preset(path) for path in sorted(FOLDER.glob("*.yaml"))}


def _preset(path: Path) -> Preset:
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    about = written.pop("about")
    return Preset(path.stem, AlertMapping.model_validate(written), about)
