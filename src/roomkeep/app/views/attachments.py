"""The attachments of the messages on the page."""

from typing import Any, NamedTuple, Self

import js
from pyodide.ffi import JsProxy
from reaktiv import untracked

from roomkeep.app.file_kinds import kind_of
from roomkeep.app.file_state import Picture
from roomkeep.app.files import picture_type
from roomkeep.app.views.dom import by_id, clone, part, pressed, set_text
from roomkeep.app.views.message_parts import hide_part, show_part, toggle_part
from roomkeep.app.views.rows import Row
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.app.views.sizes import size
from roomkeep.localization import localize
from roomkeep.models import Attachment

__all__ = ["AttachmentsView"]

MARGIN = "400px 0px"
"""How far from view a picture is loaded."""


class _Shown(NamedTuple):
    """What a row shows of attachments.

    Attributes:
        is_hollow: there is no text beside them.
        is_empty: where all files failed, the message is there without anything to see.
    """

    attachments: tuple[Attachment, ...] = ()
    is_hollow: bool = False
    is_empty: bool = False

    @classmethod
    def of(cls, row: Row) -> Self:
        message = row.message
        if message.is_deleted:
            return cls()
        is_hollow = not message.content.strip()
        return cls(row.attachments or (), is_hollow, is_hollow and row.attachments == ())


class AttachmentsView(AccountView):
    """Loads what comes into view, shows pictures, and downloads."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        self._shown: dict[str, Picture] = {}
        self._observer = scope.observe_view(by_id("messages-scroller"), MARGIN, self._on_view)
        scope.on_close(self.effects.pictures.leave, self.account)
        self.listen(by_id("messages"), "click", self._on_click)
        # These events do not rise, but they can be caught on their way down.
        self.listen(by_id("messages"), "error", self._on_error, capture=True)
        self.watch(self._follow_timeline)
        self.watch(self._show_pictures)

    def fill(self, element: Any, row: Row, before: Row | None) -> None:
        """Show a message's attachments in its row; existing elements are kept.

        Args:
            element: the row's element.
            row: the row. A deleted message has no attachments.
            before: what is shown now; None for nothing yet.
        """
        now, was = _Shown.of(row), _Shown() if before is None else _Shown.of(before)
        if now == was:
            return
        element.toggleAttribute("data-no-text", now.is_hollow)
        toggle_part(element, "hollow", is_shown=now.is_empty)
        if now.attachments or was.attachments:
            self._fill(show_part(element, "attachments"), now.attachments)
        if not now.attachments:
            hide_part(element, "attachments")

    def _fill(self, element: Any, attachments: tuple[Attachment, ...]) -> None:
        there = {str(item.dataset.attachment): item for item in element.querySelectorAll("li")}
        for attachment in attachments:
            item = there.pop(attachment.id, None)
            if item is None:
                is_picture = picture_type(attachment.mime) is not None
                item = clone("attachment-picture" if is_picture else "attachment-file")
                item.dataset.attachment = attachment.id
                (_fill_picture if is_picture else _fill_file)(item, attachment)
                part(element, "pictures" if is_picture else "files").append(item)
                if is_picture:
                    self._watch_picture(item)
        for item in there.values():
            self._observer.unobserve(item)
            item.remove()
        pictures = part(element, "pictures")
        pictures.hidden = pictures.childElementCount == 0
        pictures.toggleAttribute("data-many", pictures.childElementCount > 1)
        files = part(element, "files")
        files.hidden = files.childElementCount == 0

    def _watch_picture(self, element: Any) -> None:
        """Load a picture when it comes into view."""
        self._observer.observe(element)
        key = str(element.dataset.attachment)
        self._show_picture(element, untracked(self.account.files.pictures).get(key))

    def _follow_timeline(self) -> None:
        timeline = self.account.timeline()
        if not self.page.is_switching():
            messages = () if timeline is None else timeline.messages
            untracked(lambda: self.effects.pictures.show(self.account, messages))

    def _on_view(self, entries: Any, _observer: Any) -> None:
        for entry in entries:
            attachment_id = str(entry.target.dataset.attachment)
            if entry.isIntersecting:
                self.effects.pictures.come_into_view(attachment_id)
            else:
                self.effects.pictures.go_out_of_view(attachment_id)

    def _show_pictures(self) -> None:
        """Show each picture that was loaded, and hide each that was released."""
        pictures = self.account.files.pictures()
        before, self._shown = self._shown, dict(pictures)
        for key in {**before, **pictures}:
            if before.get(key) != pictures.get(key):
                for element in by_id("messages").querySelectorAll(_selector(key)):
                    self._show_picture(element, pictures.get(key))

    def _show_picture(self, element: Any, picture: Picture | None) -> None:
        image = part(element, "image")
        url = None if picture is None else picture.url
        if url is not None:
            image.src = url
        else:
            image.removeAttribute("src")
        image.hidden = url is None
        set_text(part(element, "note"), "" if picture is None else picture.problem)
        if picture is None:
            # It was let go. Seen anew, the observer tells of it anew.
            self._observer.unobserve(element)
            self._observer.observe(element)

    def _on_click(self, event: Any) -> None:
        picture = pressed(event, "data-picture")
        if picture is not None:
            self.effects.pictures.enlarge(picture)
        file = pressed(event, "data-download")
        if file is not None:
            self.effects.pictures.download(file)

    def _on_error(self, event: Any) -> None:
        element = event.target.closest("[data-attachment]")
        if isinstance(element, JsProxy):
            self.effects.pictures.note_broken(str(element.dataset.attachment))


def _fill_picture(item: Any, attachment: Attachment) -> None:
    button = part(item, "open")
    button.dataset.picture = attachment.id
    button.setAttribute("aria-label", localize("files.open_picture", name=attachment.filename))
    button.title = attachment.filename
    part(item, "image").alt = attachment.filename


def _fill_file(item: Any, attachment: Attachment) -> None:
    set_text(part(item, "name"), attachment.filename)
    part(item, "name").title = attachment.filename
    set_text(part(item, "about"), about(attachment.filename, attachment.mime, attachment.size))
    download = part(item, "download")
    download.dataset.download = attachment.id
    name = localize("files.download_name", name=attachment.filename)
    download.setAttribute("aria-label", name)


def about(name: str, mime: str, count: int) -> str:
    """Return a file's size and kind in words."""
    kind = kind_of(name, mime)
    return localize("files.about", size=size(count), kind=kind) if kind else size(count)


def _selector(attachment_id: str) -> str:
    return f'li[data-attachment="{js.CSS.escape(attachment_id)}"]'
