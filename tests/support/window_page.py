"""The real program, on another page of its site: its first argument."""

import sys
from unittest.mock import patch

from PySide6.QtCore import QUrl

from roomkeep.desktop import __main__ as program
from roomkeep.desktop.window import main_window

if __name__ == "__main__":
    place, *arguments = sys.argv[1:]
    with patch.object(main_window, "HOME", QUrl(f"app://roomkeep/{place}")):
        sys.exit(program.main(arguments))
