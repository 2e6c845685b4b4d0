"""The texts of the emoji picker."""

from typing import Any

import js
from pyodide.ffi import to_js

from roomkeep.localization import localize

__all__ = ["emoji_texts"]


def emoji_texts() -> Any:
    """Return the texts as emoji-picker-element takes them."""
    texts = {
        "categories": {
            "custom": localize("emoji.custom"),
            "smileys-emotion": localize("emoji.smileys"),
            "people-body": localize("emoji.people"),
            "animals-nature": localize("emoji.animals"),
            "food-drink": localize("emoji.food"),
            "travel-places": localize("emoji.travel"),
            "activities": localize("emoji.activities"),
            "objects": localize("emoji.objects"),
            "symbols": localize("emoji.symbols"),
            "flags": localize("emoji.flags"),
        },
        "categoriesLabel": localize("emoji.categories"),
        "emojiUnsupportedMessage": localize("emoji.unsupported"),
        "favoritesLabel": localize("emoji.favorites"),
        "loadingMessage": localize("emoji.loading"),
        "networkErrorMessage": localize("emoji.failed"),
        "regionLabel": localize("emoji.title"),
        "searchDescription": localize("emoji.search_hint"),
        "searchLabel": localize("emoji.search"),
        "searchResultsLabel": localize("emoji.results"),
        "skinToneDescription": localize("emoji.skin_tone_hint"),
        # The picker fills this in itself.
        "skinToneLabel": localize("emoji.skin_tone", tone="{skinTone}"),
        "skinTones": [
            localize("emoji.skin_default"),
            localize("emoji.skin_light"),
            localize("emoji.skin_medium_light"),
            localize("emoji.skin_medium"),
            localize("emoji.skin_medium_dark"),
            localize("emoji.skin_dark"),
        ],
        "skinTonesLabel": localize("emoji.skin_tones"),
    }
    return to_js(texts, dict_converter=js.Object.fromEntries)
