"""Exporting the messages of a room, or those that a search finds, to a file to read elsewhere."""

from reaktiv import batch

from roomkeep.app.blobs import Blobs
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.job_run import cancel
from roomkeep.app.state import AccountState
from roomkeep.app.transcript_state import TranscriptFormat, WantedMessages
from roomkeep.archives.writers.writer import Times

__all__ = ["TranscriptEffects"]


class TranscriptEffects(EffectGroup):
    """Exports messages.

    Attributes:
        times: how times are written; set once there is a page.
    """

    def __init__(self, context: Context, blobs: Blobs) -> None:
        super().__init__(context)
        self.times = Times()
        self._blobs = blobs

    def open_for_room(self) -> None:
        """Ask in which format to export the open room."""
        account = self.account
        if account.room_id() is not None:
            self._open(account, WantedMessages(room_id=account.room_id()))

    def open_for_search(self) -> None:
        """Ask in which format to export what the search finds."""
        account = self.account
        results = account.search.results()
        if results is not None:
            request = results.request
            query = account.search.text().strip()
            wanted = WantedMessages(room_id=request.room_id, search=request, query=query)
            self._open(account, wanted)

    def choose(self, chosen: TranscriptFormat) -> None:
        """Choose the kind of file."""
        self.account.transcript.format.set(chosen)

    @effect("failed.export_messages")
    async def start(self) -> None:
        """Export the messages to a file, in the background."""
        account = self.account
        transcript = account.transcript
        wanted, job = transcript.wanted(), transcript.job()
        if wanted is None or (job is not None and job.is_running):
            return
        # Not with the page: it would start later for what few need at once.
        from roomkeep.app.effects.transcript_run import TranscriptRun

        file = self._blobs.begin_download()
        await TranscriptRun(self.context, account, wanted, file, self.times).run()

    def cancel(self) -> None:
        """Cancel the export."""
        cancel(self.account.transcript.job)

    def _open(self, account: AccountState, wanted: WantedMessages) -> None:
        job = account.transcript.job()
        with batch():
            # One that runs is shown, whatever it is of.
            if job is None or not job.is_running:
                account.transcript.job.set(None)
                account.transcript.wanted.set(wanted)
            account.dialog.set("transcript")
