"""Reading an archive for its preview, and importing it."""

from collections.abc import Sequence
from typing import Literal, cast

from msgspec.structs import replace

from roomkeep.app.archive_file import PickedFile, open_picked
from roomkeep.app.effects.context import Context
from roomkeep.app.effects.file_job import FileJob, say_there
from roomkeep.app.effects.job_run import StoppedError
from roomkeep.app.effects.rooms import RoomEffects
from roomkeep.app.import_answers import IMPORT_ANSWERS, answers_to_keep, read_answers
from roomkeep.app.import_state import ImportPreview, Refusal
from roomkeep.app.import_texts import guess_me, say_added, say_left_out
from roomkeep.app.job import Job
from roomkeep.app.state import AccountState
from roomkeep.app.time_zones import find_zone
from roomkeep.archives.importer import Answers
from roomkeep.archives.run import (
    ImportProgress,
    ImportResult,
    Target,
    import_archive,
    preview_archive,
)
from roomkeep.archives.survey import Survey
from roomkeep.errors import RecordNotFound
from roomkeep.jspi import run_waiting
from roomkeep.localization import join_sentences, localize
from roomkeep.persistence import Change

__all__ = ["ImportRun", "PreviewRun"]


class PreviewRun(FileJob):
    """Reads files from end to end. Nothing is written."""

    def __init__(
        self, context: Context, account: AccountState, files: Sequence[PickedFile]
    ) -> None:
        super().__init__(
            context,
            account,
            account.importing,
            Job(
                kind="read",
                done=None,
                file_name=files[0].name,
                text=localize("import.checking"),
            ),
            dialog="import",
            failure="failed.import",
        )
        self._files = files

    async def _work(self) -> None:
        # Not with the page: it would start later for what few need at once.
        from roomkeep.archives.recognition import open_archives

        opened = [(await open_picked(file), file.name) for file in self._files]
        importer = await run_waiting(lambda: open_archives(opened))
        survey = await preview_archive(importer, tell=self._tell, reading=run_waiting)
        answers = await self._likely_answers(survey)
        suggested = survey.questions.get("day_first")
        if answers.time_zone is not None or (
            suggested is not None and answers.day_first != suggested.suggestion
        ):
            # It was read with other answers.
            again = await preview_archive(importer, answers, tell=self._tell, reading=run_waiting)
            again.questions = survey.questions
            survey = again
        preview = ImportPreview(importer=importer, survey=survey, answers=answers)
        self._account.imports.preview.set(preview)

    async def _likely_answers(self, survey: Survey) -> Answers:
        """Return what was answered the last time, or else what the archive suggests."""
        kept = read_answers(await self._database.get_setting(IMPORT_ANSWERS))
        asks_zone = "time_zone" in survey.questions
        day_first = survey.questions.get("day_first")
        if day_first is not None and kept.day_first is None:
            kept = replace(kept, day_first=bool(day_first.suggestion))
        return Answers(
            me=guess_me(survey, self._account.user()),
            time_zone=find_zone(kept.time_zone) if asks_zone and kept.time_zone else None,
            day_first=None if day_first is None else kept.day_first,
        )

    def _tell(self, progress: ImportProgress) -> None:
        self._stay()
        self._show(None, localize("import.checked", count=progress.done))

    def _end(
        self, phase: Literal["done", "stopped", "failed"], text: str, advice: str = ""
    ) -> None:
        # The dialog goes on to the preview, or back to the file.
        self._shown.set(None)
        if phase == "failed":
            self._account.imports.refusal.set(Refusal(text, advice))
        if phase != "stopped":
            self._tell_if_hidden(phase, text, advice)

    def _done_text(self) -> str:
        return localize("import.ready", name=self._job.file_name)

    def _done_advice(self) -> str:
        return localize("import.ready_advice")

    def _stopped_text(self) -> str:
        return localize("import.stopped_with_nothing")

    def _failed_text(self) -> str:
        return localize("import.nothing")


class ImportRun(FileJob):
    """Imports an archive that was read for its preview."""

    def __init__(
        self, context: Context, rooms: RoomEffects, account: AccountState, preview: ImportPreview
    ) -> None:
        super().__init__(
            context,
            account,
            account.importing,
            Job(
                kind="import",
                file_name=preview.importer.name,
                text=localize("import.creating_rooms"),
            ),
            dialog="import",
            failure="failed.import",
        )
        self._rooms = rooms
        self._preview = preview
        self._total = preview.survey.messages
        self._added = 0
        self._result = ImportResult(import_id="")
        self._rooms_left = set(preview.survey.rooms)

    async def run(self) -> None:
        """Write what is not here yet, and say how it ended."""
        stop = self._context.device.subscribe(self._take)
        try:
            await super().run()
        finally:
            stop()

    async def _work(self) -> None:
        preview = self._preview
        await self._keep_answers()
        try:
            self._result = await import_archive(
                cast("Target", _CurrentDatabase(self)),
                preview.importer,
                self._account.user(),
                import_id=self._context.new_id(),
                answers=preview.answers,
                survey=None if preview.is_reading else preview.survey,
                tell=self._tell,
                reading=run_waiting,
                clock=self._context.time,
            )
        except RecordNotFound as error:
            # It was undone, or everything was deleted, in another tab.
            raise StoppedError(localize("import.was_deleted")) from error
        finally:
            if self._context.page.account() is self._account:
                await self._rooms.load(self._account)

    async def _keep_answers(self) -> None:
        """Keep the answers for the next import."""
        asked = self._preview.survey.questions
        if not asked.keys() & {"time_zone", "day_first"}:
            return
        kept = read_answers(await self._database.get_setting(IMPORT_ANSWERS))
        setting = answers_to_keep(kept, asked, self._preview.answers)
        await self._database.save_setting(IMPORT_ANSWERS, setting)

    def _take(self, change: Change) -> None:
        if change.store != "rooms" or change.action == "put":
            return
        if change.action == "clear":
            self._rooms_left.clear()
        self._rooms_left.difference_update(str(key) for key in change.keys)

    def _tell(self, progress: ImportProgress) -> None:
        self._stay()
        self._added = progress.added
        if not self._rooms_left:
            raise StoppedError(localize("import.was_deleted"))
        if progress.total is None:
            self._show(None, localize("import.checked", count=progress.done))
        elif progress.done:
            text = localize("import.imported", count=progress.done, total=progress.total)
            self._show(progress.done / progress.total, text)
        else:
            self._show()

    def _done_text(self) -> str:
        is_whole = len(self._rooms_left) == len(self._preview.survey.rooms)
        there = say_there(self._result.there) if is_whole else ""
        return join_sentences(say_added(self._preview.survey, self._result), there)

    def _done_advice(self) -> str:
        return say_left_out(self._preview.survey, self._result)

    def _stopped_text(self) -> str:
        if self._added == 0:
            return localize("import.stopped_with_nothing")
        return localize("import.stopped", count=self._added, total=self._total)

    def _failed_text(self) -> str:
        if self._added == 0:
            return localize("import.nothing")
        return localize("import.before", count=self._added)


class _CurrentDatabase:
    """The database as each step finds it: none lands in an account that was switched to."""

    def __init__(self, run: ImportRun) -> None:
        self._run = run

    def __getattr__(self, name: str) -> object:
        return getattr(self._run._database, name)  # noqa: SLF001 the two are one
