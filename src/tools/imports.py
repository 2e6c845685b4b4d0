"""What Python modules import, found by reading them.

Like `archives`, this runs inside Pyodide, too: only its own Python can parse its standard library.
So it imports nothing but that.
"""

import ast
from collections.abc import Collection, Iterable, Iterator, Mapping


def module_name(path: str) -> str:
    """Gives the name of the module in a file, by its path from the folder of packages."""
    return path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def imported_names(files: Mapping[str, bytes]) -> set[str]:
    """Gives the names that modules import, in functions, too; not what only type checkers read.

    `from a import b` gives `a` and `a.b`, for `b` may be a module.

    Args:
        files: The modules' sources by their paths. Other files among them are passed over.
    """
    names: set[str] = set()
    for path, source in files.items():
        if path.endswith(".py"):
            package = module_name(path).split(".")
            if not path.endswith("/__init__.py"):
                package.pop()
            names.update(_names(ast.parse(source), package))
    return names


def needed_files(
    library: Mapping[str, bytes], names: Iterable[str], without: Collection[str]
) -> dict[str, bytes]:
    """Gives the modules of a library that are needed to import some names, and what those import.

    Args:
        library: All modules' sources by their paths.
        names: What is imported of the library; names that it does not have are passed over.
        without: Modules, or whole packages, that are left out, though others would import them.
    """
    paths = {module_name(path): path for path in library if path.endswith(".py")}
    needed: dict[str, bytes] = {}
    waiting = list(names)
    while waiting:
        for name in _with_packages(waiting.pop()):
            if name in without:
                break
            path = paths.get(name)
            if path is not None and path not in needed:
                needed[path] = library[path]
                waiting.extend(imported_names({path: library[path]}))
    return {path: source for path, source in library.items() if path in needed}


def _with_packages(name: str) -> Iterator[str]:
    """Gives `a`, `a.b` and `a.b.c` for `a.b.c`: a module's packages are imported first."""
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def _names(tree: ast.AST, package: list[str]) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for other in node.orelse:
                yield from _names(ast.Module([other], []), package)
        else:
            yield from _names(node, package)
