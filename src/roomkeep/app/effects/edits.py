"""Editing and deleting messages."""

from msgspec.structs import replace
from reaktiv import batch

from roomkeep.app.channel_ref import EDIT, setting_key
from roomkeep.app.effects.bans import check_not_banned
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.drafts import DraftEffects
from roomkeep.app.effects.unsent import Unsent
from roomkeep.app.error_messages import Refused
from roomkeep.app.limits import check_content
from roomkeep.app.state import AccountState
from roomkeep.localization import localize
from roomkeep.models import Message

__all__ = ["EditEffects"]


class EditEffects(EffectGroup):
    """Edits and deletes messages."""

    def __init__(self, context: Context, drafts: DraftEffects) -> None:
        super().__init__(context)
        self._drafts = drafts

    def begin(self, message_id: str) -> None:
        """Open the editor of an own message."""
        account = self.account
        message = self._find(account, message_id)
        if message is not None and _is_editable(message, account):
            self._open(account, message.id)

    def begin_last(self) -> None:
        """Open the editor of the last own message on the page."""
        account = self.account
        timeline = account.timeline()
        for message in reversed(() if timeline is None else timeline.messages):
            if _is_editable(message, account):
                self._open(account, message.id)
                return

    def write(self, message_id: str, text: str) -> None:
        """Keep the text of a message's editor in the open channel."""
        account = self.account
        if account.channel_ref is not None:
            self._drafts.write_edit(account, account.channel_ref, message_id, text)

    def cancel(self) -> None:
        """Cancel the edit of the open channel."""
        account = self.account
        if account.channel_ref is not None and account.editing is not None:
            self._drafts.close_edit(account, account.channel_ref, account.editing)

    @effect("failed.save_edit")
    async def save(self, message_id: str, text: str) -> None:
        """Save the edit of a message of the open channel; its editor closes at once."""
        account = self.account
        ref = account.channel_ref
        if ref is None:
            return
        self._drafts.write_edit(account, ref, message_id, text)
        content = check_content(text)
        before = self._find(account, message_id)
        if not content:
            account.deleting.set(before)
            return
        key = setting_key(EDIT, ref)
        # The database keeps what the editor held until the message says so.
        with self._drafts.writer.sending(account, key) as sending:
            sending.unsent = Unsent(
                key=key,
                message_id=message_id,
                text=text,
                content=content,
                written_at=self.context.now(),
            )
            try:
                with batch():
                    self._drafts.close_edit(account, ref, message_id)
                    if before is not None and content != before.content:
                        self._show(account, replace(before, content=content))
                is_there = await self._save(account, message_id, content)
            except BaseException:
                sending.unsent = None
                with batch():
                    if before is not None:
                        self._show(account, before)
                    self._drafts.write_edit(account, ref, message_id, text)
                    self._drafts.open_edit(account, ref, message_id)
                raise
        if not is_there:
            self._drafts.give_back(account, ref, text)
            raise Refused(
                localize("message.deleted_while_editing"),
                localize("message.deleted_while_editing_advice"),
            )

    async def _save(self, account: AccountState, message_id: str, content: str) -> bool:
        """Save an edit; return false if the message is gone."""
        await self.context.wait_until_written(message_id)
        # It may have left the page while one wrote, or have been deleted in another tab.
        message = await self.context.database(account).get_message_by_id(message_id)
        if message is None or message.is_deleted:
            return False
        if content != message.content:
            check_not_banned(self.context, account, message.room_id, refused="banned.edit")
            await self.context.database(account).update_message(
                message.id, content=content, edited_at=self.context.now()
            )
        return True

    def ask_delete(self, message_id: str) -> None:
        """Ask whether to delete a message."""
        account = self.account
        account.deleting.set(self._find(account, message_id))

    def cancel_delete(self) -> None:
        """Keep the message."""
        self.account.deleting.set(None)

    @effect("failed.delete_message")
    async def delete(self) -> None:
        """Delete the message in question."""
        account = self.account
        message = account.deleting()
        account.deleting.set(None)
        if message is None:
            return
        await self.context.wait_until_written(message.id)
        await self.context.database(account).delete_message(message.id)
        self._drafts.close_edit(account, (message.room_id, message.channel_id), message.id)

    def _open(self, account: AccountState, message_id: str) -> None:
        if account.channel_ref is not None:
            self._drafts.open_edit(account, account.channel_ref, message_id)

    @staticmethod
    def _show(account: AccountState, message: Message) -> None:
        timeline = account.timeline()
        if timeline is not None and timeline.find(message.id) is not None:
            account.timeline.set(timeline.with_message(message))

    @staticmethod
    def _find(account: AccountState, message_id: str) -> Message | None:
        timeline = account.timeline()
        return None if timeline is None else timeline.find(message_id)


def _is_editable(message: Message, account: AccountState) -> bool:
    return message.sender_id == account.user_id and not message.is_deleted
