"""The scripts that run in a page before its own scripts."""

from importlib import resources
from typing import Final

from PySide6.QtCore import QFile, QIODevice
from PySide6.QtWebEngineCore import QWebEngineScript

__all__ = ["BRIDGE_WORLD", "preload_scripts"]

BRIDGE_WORLD: Final = QWebEngineScript.ScriptWorldId.ApplicationWorld
"""The world of the scripts that can reach the main process; the page's scripts run in another."""


def preload_scripts() -> list[QWebEngineScript]:
    """Return the scripts, which run in the main frame only."""
    return [
        _script("bridge.js", BRIDGE_WORLD, before=_channel_library()),
        _script("page.js", QWebEngineScript.ScriptWorldId.MainWorld),
    ]


def _script(
    name: str, world: QWebEngineScript.ScriptWorldId, *, before: str = ""
) -> QWebEngineScript:
    script = QWebEngineScript()
    script.setName(name)
    script.setWorldId(world)
    script.setInjectionPoint(QWebEngineScript.InjectionPoint.DocumentCreation)
    script.setRunsOnSubFrames(False)
    script.setSourceCode(before + resources.files(__name__).joinpath(name).read_text("utf-8"))
    return script


def _channel_library() -> str:
    """Return the page's side of QWebChannel, which comes with Qt."""
    file = QFile(":/qtwebchannel/qwebchannel.js")
    if not file.open(QIODevice.OpenModeFlag.ReadOnly):
        raise FileNotFoundError(file.fileName())
    try:
        return bytes(file.readAll().data()).decode()
    finally:
        file.close()
