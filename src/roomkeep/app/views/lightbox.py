"""The lightbox."""

from typing import Any

import js

from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.app.views.sizes import size

__all__ = ["LightboxView"]


class LightboxView(AccountView):
    """The dialog that shows a picture, with its neighbours a key away."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        effects = scope.effects
        self._dialog = by_id("lightbox")
        self._image = by_id("lightbox-image")
        self._previous = by_id("lightbox-previous")
        self._next = by_id("lightbox-next")
        self.listen(self._dialog, "click", self._on_click)
        self.listen(self._dialog, "keydown", self._on_key)
        self.listen(self._previous, "click", lambda _: effects.pictures.enlarge_next(-1))
        self.listen(self._next, "click", lambda _: effects.pictures.enlarge_next(1))
        self.listen(by_id("lightbox-download"), "click", self._on_download)
        self.watch(self._show)

    def _show(self) -> None:
        account = self.account
        large = account.files.large()
        attachment = account.files.find(large)
        if attachment is None:
            self._image.removeAttribute("src")
            self._image.alt = ""
            set_text(by_id("lightbox-name"), "")
            return
        picture = account.files.pictures().get(attachment.id)
        url = None if picture is None else picture.url
        if url is None:
            self._image.removeAttribute("src")
        elif self._image.getAttribute("src") != url:
            self._image.src = url
        self._image.hidden = url is None
        self._image.alt = attachment.filename
        set_text(by_id("lightbox-note"), "" if picture is None else picture.problem)
        set_text(by_id("lightbox-name"), attachment.filename)
        set_text(by_id("lightbox-about"), size(attachment.size))
        self._show_neighbours([one.id for one in self.effects.pictures.pictures_on_page(account)])

    def _show_neighbours(self, ids: list[str]) -> None:
        large = self.account.files.large()
        place = ids.index(large) if large in ids else -1
        for button, is_there in (
            (self._previous, place > 0),
            (self._next, -1 < place < len(ids) - 1),
        ):
            # A button that has the focus is not taken away under it.
            button.setAttribute("aria-disabled", "false" if is_there else "true")
        for button in (self._previous, self._next):
            button.hidden = len(ids) < 2  # noqa: PLR2004 one has no neighbours

    def _on_click(self, event: Any) -> None:
        # Beside the picture there is only the dialog itself.
        if event.target.matches("#lightbox, #lightbox-stage"):
            self.effects.pictures.shrink()

    def _on_key(self, event: Any) -> None:
        keys = ("ArrowLeft", "ArrowRight")
        back, on = keys if js.document.dir != "rtl" else reversed(keys)
        if event.key == back:
            self.effects.pictures.enlarge_next(-1)
        elif event.key == on:
            self.effects.pictures.enlarge_next(1)

    def _on_download(self, _event: Any) -> None:
        large = self.account.files.large()
        if large is not None:
            self.effects.pictures.download(large)
