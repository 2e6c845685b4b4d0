"""The dialog for exporting the messages of a room or a search."""

from typing import Any, cast

from roomkeep.app.transcript_state import TranscriptFormat, WantedMessages
from roomkeep.app.views import times
from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.job_progress import JobProgress
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.archives.writers.writer import Times
from roomkeep.localization import localize

__all__ = ["TranscriptView"]


class TranscriptView(AccountView):
    """Asks for the kind of file, then shows the progress and the result."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        transcripts = scope.effects.transcripts
        # Only the browser knows how the reader writes times.
        transcripts.times = Times(day=times.full_day, minute=times.time_of_day)
        self._form = by_id("transcript-form")
        self._start = by_id("transcript-start")
        hide = by_id("transcript-hide")
        JobProgress(scope, self.account.transcript.job, "transcript", transcripts.cancel, hide)
        self.listen(self._form, "change", self._on_change)
        self.listen(self._form, "submit", self._on_submit)
        self.watch(self._show_wanted)
        self.watch(self._show_format)
        self.watch(self._show_job)

    def _show_wanted(self) -> None:
        wanted = self.account.transcript.wanted()
        set_text(by_id("transcript-wanted"), "" if wanted is None else self._say(wanted))

    def _say(self, wanted: WantedMessages) -> str:
        room = self.account.find_room(wanted.room_id)
        name = "" if room is None else room.name
        if wanted.search is None:
            return localize("transcript.of_room", room=name)
        if wanted.room_id is None:
            return localize("transcript.of_search_everywhere", query=wanted.query)
        return localize("transcript.of_search", query=wanted.query, room=name)

    def _show_format(self) -> None:
        chosen = self.account.transcript.format()
        for option in self._form.querySelectorAll("input"):
            option.checked = option.value == chosen

    def _show_job(self) -> None:
        job = self.account.transcript.job()
        is_running = job is not None and job.is_running
        had_focus = bool(self._start.matches(":focus"))
        self._form.hidden = self._start.hidden = job is not None
        progress, hide = by_id("transcript-progress"), by_id("transcript-hide")
        progress.hidden = job is None
        progress.dataset.phase = "" if job is None else job.phase
        text = "app.close"
        if job is None:
            text = "app.cancel"
        elif is_running:
            text = "import.keep_chatting"
        set_text(hide, localize(text))
        hide.classList.toggle("primary", job is not None)
        if had_focus and job is not None:
            hide.focus()

    def _on_change(self, event: Any) -> None:
        self.effects.transcripts.choose(cast("TranscriptFormat", str(event.target.value)))

    def _on_submit(self, event: Any) -> None:
        event.preventDefault()
        self.effects.transcripts.start()
