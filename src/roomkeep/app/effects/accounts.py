"""Accounts: creating, switching and removing them, and reopening each where it was left."""

import logging

from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.draft_attachments import DraftAttachmentEffects
from roomkeep.app.effects.drafts import DraftEffects
from roomkeep.app.effects.homeserver import HomeserverEffects
from roomkeep.app.effects.known_accounts import KnownAccountEffects
from roomkeep.app.effects.navigation import NavigationEffects
from roomkeep.app.effects.rooms import RoomEffects, read_recent
from roomkeep.app.effects.settings import SettingsEffects
from roomkeep.app.effects.unread import UnreadEffects
from roomkeep.app.emoji_ranking import read_recent_emoji
from roomkeep.app.error_messages import explain
from roomkeep.app.limits import check_account_name
from roomkeep.app.room_order import read_order
from roomkeep.app.state import AccountState
from roomkeep.app.storage_state import say_contents
from roomkeep.app.unread import read_marks
from roomkeep.errors import RoomkeepError, ScopeChanged
from roomkeep.localization import localize
from roomkeep.models import User
from roomkeep.persistence import ACCOUNTS, Change

__all__ = ["AccountEffects"]

logger = logging.getLogger(__name__)


class AccountEffects(EffectGroup):
    """Creates, switches and removes accounts."""

    def __init__(
        self,
        context: Context,
        navigation: NavigationEffects,
        rooms: RoomEffects,
        drafts: DraftEffects,
        draft_attachments: DraftAttachmentEffects,
        unread: UnreadEffects,
        homeserver: HomeserverEffects,
    ) -> None:
        super().__init__(context)
        self._homeserver = homeserver
        self._navigation = navigation
        self._rooms = rooms
        self._drafts = drafts
        self._writer = drafts.writer
        self._draft_attachments = draft_attachments
        self._unread = unread
        self._settings = SettingsEffects(context)
        self._known = KnownAccountEffects(context)
        self._missed_rooms = False
        context.device.subscribe(self._take)

    async def begin(self) -> None:
        """Open the storage, and reopen the account that was open last."""
        self.page.phase.set("starting")
        self.page.trouble.set(None)
        self.page.notices.set(())
        try:
            await self.context.device.initialize()
            reason = self.context.device.fallback_reason
            self.page.why_not_kept.set(None if reason is None else str(reason))
            await self._known.load()
            await self._show_signed_in()
            self._tell_loss()
        except RoomkeepError as error:
            logger.warning("could not open the storage: %s", error)
            self.page.trouble.set(explain(error, "failed.open_messages"))
        else:
            self.page.phase.set("working")

    @effect("failed.open_messages", of_device=True)
    async def retry(self) -> None:
        """Try again to open the storage."""
        await self.begin()

    @effect("failed.create_account", of_device=True)
    async def create(self, text: str) -> None:
        """Create an account of that name, and sign in to it."""
        await self._known.load()
        name = check_account_name(text, tuple(self.page.accounts()))
        await self._switch(name)

    @effect("failed.switch_account", of_device=True)
    async def switch(self, user_id: str) -> None:
        """Sign in to an account of this device."""
        await self._switch(user_id)

    @effect("failed.sign_out", of_device=True)
    async def sign_out(self) -> None:
        """Sign out; everything stays on the device."""
        await self._switch(None)

    def open_dialog(self) -> None:
        """Show the accounts to switch to."""
        self.account.dialog.set("account")
        self.follow()

    def follow(self) -> None:
        """Update the list of accounts, if it is shown, after another tab changed them."""
        account = self.page.account()
        if not self.page.is_switching() and (account is None or account.dialog() == "account"):
            self.context.start(self._known.load(), "failed.list_accounts", of_device=True)

    @effect("failed.remove_account", of_device=True)
    async def ask_remove(self, user_id: str) -> None:
        """Ask whether to remove an account, and find out what would be deleted with it."""
        asked = (user_id, "")
        self.page.removing.set(asked)
        account = self.page.account()
        if account is not None and account.user_id == user_id:
            report = await self.context.database(account).get_storage_report()
            if self.page.removing() == asked:
                self.page.removing.set((user_id, say_contents(report.rows)))

    def cancel_remove(self) -> None:
        """Keep the account."""
        self.page.removing.set(None)

    @effect("failed.remove_account", of_device=True)
    async def remove(self) -> None:
        """Delete everything that the account keeps on this device, signing out of it first."""
        removing = self.page.removing()
        self.page.removing.set(None)
        if removing is None:
            return
        user_id, _ = removing
        name = self.page.name_of(user_id)
        account = self.page.account()
        if account is not None and account.user_id == user_id:
            await self._show(None)
        await self.context.device.delete_account(user_id)
        self.context.resume.forget(user_id)
        await self._known.load()
        self.context.tell("success", localize("account.removed", name=name))

    async def start_over(self, account: AccountState) -> None:
        """Delete everything that an account keeps, and show it as a new one."""
        database = self.context.database(account)
        await self._homeserver.leave()
        # What is under way, such as an import, ends here: it must not write after the deletion.
        self.page.is_switching.set(True)
        self.page.account.set(None)
        try:
            try:
                await database.clear_all_data()
                self.context.resume.forget(account.user_id)
            finally:
                await self._show_signed_in()
        finally:
            self.page.is_switching.set(False)

    async def open(self, user_id: str | None) -> None:
        """Open an account, or none, once what was typed in the one before is kept."""
        before = self.page.account()
        if before is None or await self._keep_drafts(before):
            await self._show(user_id)

    async def _switch(self, user_id: str | None) -> None:
        if self.page.is_switching():
            return
        before = self.page.account()
        if before is not None and before.user_id == user_id:
            before.dialog.set(None)
            return
        if before is not None and not await self._keep_drafts(before):
            return
        await self._show(user_id)

    def _take(self, change: Change) -> None:
        account = self.page.account()
        self._missed_rooms |= change.store == "rooms" and account is None
        if change.store != ACCOUNTS or account is None:
            return
        if account.user_id in change.keys:
            self.context.start(self._leave_deleted(account), "failed.sign_out", of_device=True)
        elif change.action == "clear":
            self.context.start(self._show_anew(), "failed.reload_account", of_device=True)

    async def _show_anew(self) -> None:
        self.page.account.set(None)
        await self._show_signed_in()
        self._tell_loss()

    def _tell_loss(self) -> None:
        account = self.page.account()
        if account is not None and self.context.device.data_lost:
            name = account.user().display_name
            self.context.tell(
                "error",
                localize("account.data_lost", name=name),
                localize("account.data_lost_advice"),
            )

    async def _leave_deleted(self, account: AccountState) -> None:
        name = account.user().display_name
        await self._show(None)
        # Its last words, such as which room was open, may have come after the other tab cleaned up.
        self.context.resume.forget(account.user_id)
        text = localize("account.removed_elsewhere", name=name)
        self.context.tell("error", text, localize("account.choose_another"))

    async def _show(self, user_id: str | None) -> None:
        """Close the open account, and open another."""
        # From here on no effect of the account before gets the database any more, and nothing of it
        # is on the page.
        self.page.is_switching.set(True)
        self.page.account.set(None)
        self.page.notices.set(())
        await self._homeserver.leave()
        try:
            try:
                await self.context.device.set_current_user_id(user_id)
            finally:
                # When it failed, the account before is still signed in.
                await self._known.load()
                await self._show_signed_in()
            self._tell_loss()
        finally:
            self.page.is_switching.set(False)

    async def _keep_drafts(self, account: AccountState) -> bool:
        """Save what was just typed; return whether this account is still the one to leave."""
        await self._writer.wait_until_sent()
        try:
            await self._writer.flush(account)
        except RoomkeepError as error:
            # Whoever has read so may leave all the same.
            self._writer.forget(account)
            self.context.report(error, "failed.save_draft_first")
            return False
        return self.page.account() is account and not self.page.is_switching()

    async def _take_stashed(self, account: AccountState) -> None:
        try:
            await self._writer.take_stashed(account, self.context.device)
        except ScopeChanged:
            raise
        except RoomkeepError:
            # It stays where it is, for the next time.
            logger.warning("could not keep what was written last", exc_info=True)

    async def _show_signed_in(self) -> None:
        """Show the signed-in account, where it was left."""
        user_id = self.context.device.current_user_id
        settings = self._settings.load()
        if user_id is None:
            self.page.account.set(None)
            return
        database = self.context.device
        user = await database.get_current_user()
        if user is None:
            name = _name_of(user_id)
            user = User(
                oder_id=user_id,
                username=name,
                display_name=name,
                joined_at=self.context.now(),
            )
            await database.save_user(user)
        account = AccountState(user)
        self._missed_rooms = False
        account.rooms.set(tuple(await database.get_all_rooms()))
        await self._take_stashed(account)
        settings_kept = await database.get_settings()
        await self._drafts.load(account, database, settings_kept)
        await self._draft_attachments.load(account, database, settings_kept)
        account.last_read.set(read_marks(settings_kept))
        account.recent.set(read_recent(settings_kept))
        account.recent_emoji.set(read_recent_emoji(settings_kept))
        account.room_order.set(read_order(settings_kept))
        last = self.context.resume.load_last_viewed_chat(user_id)
        self.page.is_switching.set(False)
        self.page.account.set(account)
        if self._missed_rooms:
            # Until now nobody followed what another tab does.
            await self._rooms.load(account)
        if not settings.reopen_last_chat:
            last = None
        await self._navigation.arrive(account, last)
        self._unread.look(account)
        if account.files.pending():
            self._draft_attachments.show_previews(account)
        self.context.start(self._homeserver.follow(account), "failed.follow")


def _name_of(user_id: str) -> str:
    """Return what an account is called at first: its id, or the name in one of a homeserver."""
    name, colon, _ = user_id.removeprefix("@").partition(":")
    return name if user_id.startswith("@") and name and colon else user_id
