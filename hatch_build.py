"""Has a wheel take the built site along, for the desktop's window, where there is one."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class SiteHook(BuildHookInterface):
    """The hook that pyproject.toml names."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the site's files to those of the wheel; the window needs none of the compressed."""
        site = Path(self.root) / ".build" / "site"
        if version == "standard" and (site / "index.html").is_file():
            for file in site.rglob("*"):
                if file.is_file() and file.suffix not in {".br", ".gz"}:
                    path = file.relative_to(site).as_posix()
                    build_data["force_include"][str(file)] = f"roomkeep/desktop/site/{path}"
