"""The import dialog: files are read for a preview, imported, and imports are undone."""

import asyncio
from collections.abc import Sequence
from datetime import tzinfo

from msgspec import structs

from roomkeep.app.archive_file import PickedFile
from roomkeep.app.effects.context import Context, EffectGroup, effect
from roomkeep.app.effects.file_job import explain_file_error
from roomkeep.app.effects.import_run import ImportRun, PreviewRun
from roomkeep.app.effects.job_run import cancel
from roomkeep.app.effects.restores import Restore, is_export
from roomkeep.app.effects.rooms import RoomEffects
from roomkeep.app.import_state import ImportPreview
from roomkeep.app.job import Job, JobKind
from roomkeep.app.state import AccountState
from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.run import ImportCanceled, ImportProgress, preview_archive
from roomkeep.jspi import run_waiting
from roomkeep.localization import join_sentences, localize
from roomkeep.persistence import ArchiveImport

__all__ = ["ImportEffects", "PickedFile"]


class ImportEffects(EffectGroup):
    """Imports archives and undoes it, and restores backups."""

    def __init__(self, context: Context, rooms: RoomEffects) -> None:
        super().__init__(context)
        self._rooms = rooms
        # A file has one position: only one at a time may read it.
        self._reading = asyncio.Lock()

    def open_dialog(self) -> None:
        """Open the dialog, where it was left off or asking for a file."""
        account = self.account
        importing = account.importing()
        if importing is not None and not importing.is_running:
            account.importing.set(None)
        self._ask_nothing(account)
        account.dialog.set("import")
        self.load_past()

    def forget(self) -> None:
        """Forget what was picked or has ended, so that another file can be picked."""
        account = self.account
        importing = account.importing()
        if importing is not None and not importing.is_running:
            account.importing.set(None)
        account.imports.preview.set(None)
        account.imports.refusal.set(None)
        self.load_past()

    def cancel(self) -> None:
        """Cancel what runs. What has been imported stays."""
        cancel(self.account.importing)

    @effect("failed.import")
    async def open(self, files: Sequence[PickedFile]) -> None:
        """Read archives for a preview, or restore a backup."""
        account = self.account
        if not files or _is_busy(account):
            return
        account.importing.set(_opening("read", files[0].name))
        account.imports.preview.set(None)
        account.imports.refusal.set(None)
        if len(files) == 1 and await is_export(files[0]):
            await Restore(self.context, self._rooms, account, files[0]).run()
        else:
            await PreviewRun(self.context, account, files).run()

    def answer_me(self, me: str | None) -> None:
        """Answer who of the people the person is; None for nobody."""
        preview = self.account.imports.preview
        if (shown := preview()) is not None:
            answers = structs.replace(shown.answers, me=me)
            preview.set(structs.replace(shown, answers=answers))

    def answer_time_zone(self, zone: tzinfo | None) -> None:
        """Answer in which time zone the times are; None for the device's."""
        self._answer(time_zone=zone)

    def answer_day_first(self, *, day_first: bool) -> None:
        """Answer whether 3/4 is the third of April."""
        self._answer(day_first=day_first)

    def _answer(self, **answers: object) -> None:
        account = self.account
        preview = account.imports.preview()
        if preview is None:
            return
        changed = structs.replace(preview.answers, **answers)
        if changed != preview.answers:
            account.imports.preview.set(
                structs.replace(preview, answers=changed, is_reading=True, problem="")
            )
            self._read_again(changed.time_zone, day_first=changed.day_first)

    @effect("failed.import")
    async def _read_again(self, zone: tzinfo | None, *, day_first: bool | None) -> None:
        """Have the preview follow the answers, unless they change again meanwhile."""
        account = self.account

        def current() -> ImportPreview | None:
            preview = account.imports.preview()
            if preview is None or self.page.account() is not account or _is_busy(account):
                return None
            answers = preview.answers
            is_same = (answers.time_zone, answers.day_first) == (zone, day_first)
            return preview if is_same and preview.is_reading else None

        def go_on(_: ImportProgress) -> None:
            if current() is None:
                raise ImportCanceled

        problem = ""
        async with self._reading:
            if (asked := current()) is None:
                return
            survey = asked.survey
            try:
                survey = await preview_archive(
                    asked.importer, asked.answers, go_on, reading=run_waiting
                )
                survey.questions = asked.survey.questions
            except ImportCanceled:
                return
            except (ArchiveError, OSError) as error:
                problem = join_sentences(*(explain_file_error(error) or ()))
        # Who the person is may have been answered meanwhile.
        if (preview := current()) is not None:
            account.imports.preview.set(
                structs.replace(preview, survey=survey, is_reading=False, problem=problem)
            )

    @effect("failed.import")
    async def start(self) -> None:
        """Import what the preview shows."""
        account = self.account
        preview = account.imports.preview()
        if preview is None or preview.problem or _is_busy(account):
            return
        account.importing.set(_opening("import", preview.importer.name))
        account.imports.preview.set(None)
        async with self._reading:
            await ImportRun(self.context, self._rooms, account, preview).run()
        await self._load_past(account)

    @effect("failed.load_imports")
    async def load_past(self) -> None:
        """Load the imports that can be undone."""
        await self._load_past(self.account)

    async def _load_past(self, account: AccountState) -> None:
        account.imports.past.set(tuple(await self.context.database(account).get_imports()))

    def ask_undo(self, one: ArchiveImport) -> None:
        """Ask whether to undo an import."""
        if not self.account.imports.is_undoing():
            self.account.imports.undoing.set(one)

    def cancel_undo(self) -> None:
        """Leave the import as it is."""
        self._ask_nothing(self.account)

    @effect("failed.undo_import")
    async def undo(self) -> None:
        """Delete what the import in question added."""
        account = self.account
        imports = account.imports
        one = imports.undoing()
        if one is None or imports.is_undoing():
            return
        imports.is_undoing.set(True)
        try:
            await self.context.database(account).undo_import(one.id)
            await self._rooms.load(account)
        finally:
            imports.is_undoing.set(False)
            imports.undoing.set(None)
            await self._load_past(account)
        self.context.tell("success", localize("import.undone", name=one.file_name))

    @staticmethod
    def _ask_nothing(account: AccountState) -> None:
        if not account.imports.is_undoing():
            account.imports.undoing.set(None)


def _opening(kind: JobKind, name: str) -> Job:
    return Job(kind=kind, done=None, file_name=name, text=localize("import.opening"))


def _is_busy(account: AccountState) -> bool:
    importing = account.importing()
    return importing is not None and importing.is_running
