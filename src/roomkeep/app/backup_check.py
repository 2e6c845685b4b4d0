"""The check of a backup, line by line, before any of it is restored."""

from collections import Counter

from roomkeep.app.export_format import (
    MAX_ATTACHMENT,
    AttachmentLine,
    BanLine,
    DataLine,
    EndLine,
    Line,
    MessageLine,
    ReactionLine,
    RoomLine,
    SettingLine,
    UserLine,
)
from roomkeep.archives.errors import ArchiveError
from roomkeep.errors import InvalidRecord
from roomkeep.localization import localize
from roomkeep.models import Message
from roomkeep.persistence import check_json, check_record, check_unknown_fields

__all__ = ["BackupCheck"]


class BackupCheck:
    """Checks that all of a backup can be restored, so that a bad file changes nothing.

    Attributes:
        lines: how many lines there are, without the head.
        found: how many records of each kind.
    """

    def __init__(self) -> None:
        self.lines = 0
        self.found: Counter[str] = Counter()
        self._missing_bytes = 0
        self._has_ended = False

    def add(self, line: Line) -> None:
        """Check one line.

        Raises:
            ArchiveError: it cannot be restored, or not in this place.
        """
        if self._has_ended:
            raise ArchiveError(localize("backup.after_end", line=self._line))
        if self._missing_bytes and not isinstance(line, DataLine):
            raise ArchiveError(localize("backup.data_missing", line=self._line))
        if isinstance(line, EndLine):
            if line.lines != self.lines:
                raise ArchiveError(localize("backup.lines_missing"))
            self._has_ended = True
            return
        if isinstance(line, DataLine):
            self._missing_bytes -= len(line.data)
            if self._missing_bytes < 0 or not line.data:
                raise ArchiveError(localize("backup.data_of_no_file", line=self._line))
        else:
            self._check_can_be_kept(line)
        self.lines += 1

    def finish(self) -> None:
        """Check that the file is whole, after its last line.

        Raises:
            ArchiveError: the end is missing.
        """
        if not self._has_ended:
            raise ArchiveError(localize("backup.end_missing"))

    def _check_can_be_kept(
        self,
        line: UserLine
        | RoomLine
        | BanLine
        | MessageLine
        | ReactionLine
        | AttachmentLine
        | SettingLine,
    ) -> None:
        try:
            if isinstance(line, SettingLine):
                check_json(line.value, "setting")
                return
            check_record(line.record)
            for fields in line.unknown:
                check_unknown_fields(fields, "record")
        except InvalidRecord as error:
            text = localize("backup.invalid", line=self._line, detail=str(error))
            raise ArchiveError(text) from error
        if isinstance(line, MessageLine):
            self._check_reactions(line.record)
        if isinstance(line, AttachmentLine) and line.has_data:
            self._missing_bytes = line.record.size
            if self._missing_bytes > MAX_ATTACHMENT:
                raise ArchiveError(localize("backup.file_too_large", line=self._line))
        self.found[str(line.__struct_config__.tag)] += 1

    def _check_reactions(self, message: Message) -> None:
        if any(reaction.message_id != message.id for reaction in message.reactions):
            raise ArchiveError(localize("backup.other_reaction", line=self._line))

    @property
    def _line(self) -> int:
        # The head is line 1.
        return self.lines + 2
