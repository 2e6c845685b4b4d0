"""How the app starts and looks, for each account."""

import logging

import msgspec

from roomkeep.app.effects.context import EffectGroup
from roomkeep.errors import StorageError
from roomkeep.localization import localize
from roomkeep.persistence import LaunchSettings

__all__ = ["SettingsEffects"]

logger = logging.getLogger(__name__)


class SettingsEffects(EffectGroup):
    """Reads and changes the launch settings. They are not in the database, and are read at once."""

    def load(self) -> LaunchSettings:
        """Apply the settings of who is signed in, and return them."""
        user_id = self.context.device.current_user_id
        settings = self.context.resume.load_launch_settings(user_id)
        self.page.settings.set(settings)
        return settings

    def follow(self) -> None:
        """Apply changes made in another tab."""
        if self.page.account() is not None:
            self.load()

    def open_dialog(self) -> None:
        """Open the settings."""
        self.account.dialog.set("settings")

    def change(self, **changes: object) -> None:
        """Change settings, and save them."""
        settings = msgspec.structs.replace(self.page.settings(), **changes)
        self.page.settings.set(settings)
        about = "settings.not_saved"
        for notice in self.page.notices():
            if notice.about == about:
                self.context.dismiss(notice.number)
        try:
            self.context.resume.save_launch_settings(self.account.user_id, settings)
        except StorageError as error:
            logger.warning("could not keep the settings: %s", error)
            self.context.tell(
                "error",
                localize("settings.not_saved"),
                localize("settings.not_saved_advice"),
                about=about,
            )
