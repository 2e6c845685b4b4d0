"""Archives of other chat programs: recognized, previewed and imported.

```python
importer = open_archive(file, "WhatsApp Chat with Ann.zip")
survey = await preview_archive(importer)   # what is in it, and which questions it leaves open
answers = Answers(me=..., time_zone=..., day_first=...)
result = await import_archive(database, importer, owner, import_id=..., answers=answers)
await database.undo_import(result.import_id)
```
"""

from roomkeep.archives.errors import ArchiveError
from roomkeep.archives.importer import Answers, Importer
from roomkeep.archives.recognition import open_archive
from roomkeep.archives.records import Note, NoteKind, Question, QuestionKind
from roomkeep.archives.run import (
    ImportCanceled,
    ImportProgress,
    ImportResult,
    import_archive,
    preview_archive,
)
from roomkeep.archives.survey import NoteCount, RoomSurvey, Survey

__all__ = [
    "Answers",
    "ArchiveError",
    "ImportCanceled",
    "ImportProgress",
    "ImportResult",
    "Importer",
    "Note",
    "NoteCount",
    "NoteKind",
    "Question",
    "QuestionKind",
    "RoomSurvey",
    "Survey",
    "import_archive",
    "open_archive",
    "preview_archive",
]
