"""Has a wheel take the built site along, for the desktop's window, where there is one."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class SiteHook(BuildHookInterface):
    """The hook that pyproject.toml names."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the site's files to those of the wheel."""
        site = Path(self.root) / ".build" / "site"
        if version == "standard" and (site / "index.html").is_file():
            build_data["force_include"][str(site)] = "roomkeep/desktop/site"
