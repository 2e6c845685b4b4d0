"""Who is typing in the open channel, in words."""

from roomkeep.app.state import AccountState
from roomkeep.localization import localize

__all__ = ["describe_typing"]


def describe_typing(account: AccountState) -> str:
    """Return the sentence that says who is typing in the open channel; empty if nobody is."""
    ref = account.channel_ref
    user_ids = () if ref is None else account.sync.typing().get(ref[1], ())
    names = [_name_of(account, user_id) for user_id in user_ids]
    match names:
        case []:
            return ""
        case [name]:
            return localize("typing.one", name=name)
        case [first, second]:
            return localize("typing.two", first=first, second=second)
        case _:
            return localize("typing.several")


def _name_of(account: AccountState, user_id: str) -> str:
    """Return what the conversation calls a person."""
    avatar = account.people.avatars().get(user_id)
    if avatar is not None:
        return avatar.name
    members = () if account.room is None else account.room.members
    # Who is in no roster yet has the name in a user ID.
    plain = user_id.removeprefix("@").partition(":")[0]
    return next((one.display_name for one in members if one.oder_id == user_id), plain)
