"""The emoji that Slack names by words, as far as they are often used for reactions.

The words are those of https://github.com/iamcal/emoji-data, which Slack uses.
"""

__all__ = ["emoji_of"]

_EMOJI = {
    "+1": "👍",
    "thumbsup": "👍",
    "-1": "👎",
    "thumbsdown": "👎",
    "heart": "❤️",
    "tada": "🎉",
    "joy": "😂",
    "laughing": "😆",
    "satisfied": "😆",
    "smile": "😄",
    "smiley": "😃",
    "slightly_smiling_face": "🙂",
    "grinning": "😀",
    "sweat_smile": "😅",
    "rolling_on_the_floor_laughing": "🤣",
    "wink": "😉",
    "cry": "😢",
    "sob": "😭",
    "open_mouth": "😮",
    "astonished": "😲",
    "thinking_face": "🤔",
    "heart_eyes": "😍",
    "sunglasses": "😎",
    "pray": "🙏",
    "clap": "👏",
    "raised_hands": "🙌",
    "wave": "👋",
    "ok_hand": "👌",
    "muscle": "💪",
    "point_up": "☝️",
    "eyes": "👀",
    "fire": "🔥",
    "rocket": "🚀",
    "100": "💯",
    "white_check_mark": "✅",
    "heavy_check_mark": "✔️",
    "x": "❌",
    "heavy_plus_sign": "\u2795",
    "question": "❓",
    "exclamation": "❗",
    "warning": "⚠️",
    "star": "⭐",
    "sparkles": "✨",
    "coffee": "☕",
    "beers": "🍻",
    "cake": "🍰",
    "bow": "🙇",
    "facepalm": "🤦",
    "face_palm": "🤦",
    "shrug": "🤷",
    "party_popper": "🎉",
    "broken_heart": "💔",
    "blue_heart": "💙",
    "green_heart": "💚",
    "yellow_heart": "💛",
    "purple_heart": "💜",
    "skull": "💀",
    "see_no_evil": "🙈",
    "bulb": "💡",
    "memo": "📝",
    "bug": "🐛",
    "hourglass": "⌛",
}
_TONE = "::skin-tone-"
_FIRST_TONE = 2


def emoji_of(name: str) -> str:
    """Return the emoji of a word, such as `"+1::skin-tone-3"`; other words keep their colons."""
    word, _, tone = name.partition(_TONE)
    emoji = _EMOJI.get(word)
    if emoji is None:
        return f":{name}:"
    if tone in ("2", "3", "4", "5", "6"):
        return emoji.removesuffix("\ufe0f") + chr(0x1F3FB + int(tone) - _FIRST_TONE)
    return emoji
