"""The preview of an import: what is in the files, and the questions that they leave open."""

from typing import Any

import js

from roomkeep.app.import_state import ImportPreview
from roomkeep.app.import_texts import (
    LeftOut,
    guess_me,
    left_out,
    likely_people,
    say_files,
    say_format,
    say_rooms,
)
from roomkeep.app.time_zones import make_zone
from roomkeep.app.views import times
from roomkeep.app.views.dom import KeyedList, by_id, clone, part, set_text
from roomkeep.app.views.scope import AccountScope, AccountView
from roomkeep.archives.importer import Importer
from roomkeep.localization import format_number, localize

__all__ = ["ImportPreviewView"]


class ImportPreviewView(AccountView):
    """Shows the preview, and asks the questions."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        imports = scope.effects.imports
        self._form = by_id("import-preview")
        self._me = by_id("import-me")
        self._zone = by_id("import-zone")
        self._left_out: KeyedList[str, LeftOut] = KeyedList(
            by_id("import-left-out-list"), lambda: clone("left-out-row"), _fill_left_out
        )
        self._asked: Importer | None = None
        self.listen(self._form, "submit", self._on_submit)
        self.listen(self._me, "change", lambda _: imports.answer_me(str(self._me.value) or None))
        self.listen(self._zone, "change", self._on_zone)
        self.listen(by_id("import-day-field"), "change", self._on_day)
        self.watch(self._show)

    def _show(self) -> None:
        preview = self.account.imports.preview()
        if preview is None:
            self._asked = None
            return
        self._show_contents(preview)
        if preview.importer is not self._asked:
            self._asked = preview.importer
            self._ask(preview)
        reading = localize("import.reading_again") if preview.is_reading else ""
        set_text(by_id("import-again-reading"), reading)
        set_text(by_id("import-problem"), preview.problem)
        start = by_id("import-start")
        set_text(start, localize("import.start", count=preview.survey.messages))
        # Not disabled: who is on it by the keyboard stays there.
        start.setAttribute("aria-disabled", "true" if preview.problem else "false")

    def _show_contents(self, preview: ImportPreview) -> None:
        survey = preview.survey
        text = localize("import.looks_like", format=say_format(survey.format))
        set_text(by_id("import-format"), text)
        set_text(by_id("import-preview-name"), preview.importer.name)
        set_text(by_id("import-rooms"), say_rooms(survey))
        set_text(by_id("import-people"), format_number(len(survey.people)))
        set_text(by_id("import-messages"), format_number(survey.messages))
        set_text(by_id("import-files"), say_files(survey))
        first, last = times.date(survey.first or 0), times.date(survey.last or 0)
        dates = localize("import.dates_range", first=first, last=last)
        set_text(by_id("import-dates"), first if first == last else dates)
        found = list(left_out(survey))
        by_id("import-left-out").hidden = not found
        self._left_out.show({one.text: one for one in found})

    def _ask(self, preview: ImportPreview) -> None:
        """Ask what the archive leaves open, with the likely answers chosen."""
        questions = preview.survey.questions
        answers = preview.answers
        by_id("import-me-field").hidden = "me" not in questions
        by_id("import-zone-field").hidden = "time_zone" not in questions
        day_field = by_id("import-day-field")
        day_field.hidden = "day_first" not in questions
        guess = guess_me(preview.survey, self.account.user())
        people = likely_people(preview.survey, guess, answers.me)
        self._me.replaceChildren(_option(localize("import.me_nobody"), ""))
        for one in people:
            label = localize("import.me_person", name=one.name, count=one.messages)
            self._me.append(_option(label, one.id))
        self._me.value = answers.me or ""
        if "time_zone" in questions:
            self._fill_zones()
            self._zone.value = str(getattr(answers.time_zone, "key", ""))
        for radio in day_field.querySelectorAll("input"):
            radio.checked = (str(radio.value) == "yes") == bool(answers.day_first)

    def _fill_zones(self) -> None:
        own = str(js.Intl.DateTimeFormat.new().resolvedOptions().timeZone)
        self._zone.replaceChildren(
            _option(localize("import.device_zone", zone=_zone_name(own)), ""),
            *(
                _option(_zone_name(name), name)
                for name in map(str, js.Intl.supportedValuesOf("timeZone"))
            ),
        )

    def _on_zone(self, _event: Any) -> None:
        name = str(self._zone.value)
        self.effects.imports.answer_time_zone(make_zone(name) if name else None)

    def _on_day(self, event: Any) -> None:
        self.effects.imports.answer_day_first(day_first=str(event.target.value) == "yes")

    def _on_submit(self, event: Any) -> None:
        event.preventDefault()
        self.effects.imports.start()


def _option(label: str, value: str) -> Any:
    return js.Option.new(label, value)


def _zone_name(name: str) -> str:
    return name.replace("_", " ")


def _fill_left_out(element: Any, one: LeftOut, _before: LeftOut | None) -> None:
    set_text(part(element, "text"), one.text)
    set_text(part(element, "samples"), one.samples)
