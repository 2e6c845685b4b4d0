"""The texts of the interface, in the person's language.

Every text has an id, and stands in the catalogue of each language: `en.arb` here is the source. The
format is ARB, JSON with notes for translators, and its texts are ICU messages.
"""

from roomkeep.localization.catalogue import Catalogue, read_catalogue
from roomkeep.localization.current import (
    current_catalogue,
    format_list,
    format_number,
    format_percent,
    join_sentences,
    localize,
    use_language,
)
from roomkeep.localization.sizes import format_size

__all__ = [
    "Catalogue",
    "current_catalogue",
    "format_list",
    "format_number",
    "format_percent",
    "format_size",
    "join_sentences",
    "localize",
    "read_catalogue",
    "use_language",
]
