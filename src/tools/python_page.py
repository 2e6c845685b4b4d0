"""Pages that do nothing but run a Python script beside the site: benchmarks, and tests."""

import json
import shutil
import tomllib
from collections.abc import Sequence
from pathlib import Path

from tools.paths import ROOT

_HTML = """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>{title}</title>
    <link rel="icon" href="/static/icon.svg">
    <script src="/static/start-stack.js"></script>
    <script type="module" src="/vendor/pyscript/core.js"></script>
  </head>
  <body>
    <!-- As in the app's page: no plug-in is to be asked for that the build leaves out. -->
    <mpy-config hidden>{plugins}</mpy-config>
    <script type="py" config="pyscript.json">
      from roomkeep.jspi import disable_jspi

      await disable_jspi()
    </script>
    <script type="py" src="{script}"></script>
  </body>
</html>
"""


def write_python_page(
    folder: Path, script: Path, *, packages: Sequence[str] = (), modules: Sequence[Path] = ()
) -> None:
    """Makes a folder hold a page, and nothing else, that runs a script as the app's page would.

    Args:
        folder: What is in it is deleted first. To be served beside a site's files.
        script: What the page runs.
        packages: What it needs beside what the app's page has.
        modules: Modules that the script imports, as `FOLDER.NAME`.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    configuration = tomllib.loads((ROOT / "pyscript.toml").read_text())
    configuration["packages"] += packages
    configuration["files"] = {
        f"./{path.name}": f"./{path.parent.name}/{path.name}" for path in modules
    }
    for path in (script, *modules):
        shutil.copy(path, folder)
    (folder / "pyscript.json").write_text(json.dumps(configuration))
    html = _HTML.format(
        title=script.stem.replace("_", " "),
        plugins=json.dumps({"plugins": configuration["plugins"]}),
        script=script.name,
    )
    (folder / "index.html").write_text(html)
