"""Archives of other chat programs: recognized, previewed and imported.

`recognition.open_archive` finds the importer of a file. `run.preview_archive` tells what is in it,
and which questions it leaves open; `run.import_archive` imports it, with the person's
`importer.Answers`. `DatabaseService.undo_import` takes that back.

Nothing is imported here: the app needs some modules when it starts, and must not load all formats.
"""
