"""Mail in mbox files."""

from support.archive_files import Found, data, opened


def test_a_mailing_list_is_read_whole() -> None:
    importer = opened(data("mbox/cooking.mbox"), "cooking.mbox")
    assert importer.format == "mbox"
    found = Found(importer)
    assert [room.name for room in found.rooms] == ["cooking"]
    assert found.said == [
        ("2018-01-01 22:59:00", "Ann Lee", "Soup\n\nWhat about soup?\n\nFrom scratch."),
        ("2018-01-01 23:01:00", "Bob Müller", "Grüße"),
    ]
    question, answer = found.messages
    assert answer.reply_to_id == question.id
    assert question.sender_id == "mbox:ann@example.org"
    (file,) = answer.files
    assert file.open is not None
    assert (file.name, file.mime, file.size) == ("pan.png", "image/png", 3)
    assert file.open().read() == b"png"
    # The third has no date.
    assert [(note.kind, note.sample) for note in found.notes] == [
        ("message", "Line 34 of “cooking.mbox”")
    ]


def test_mails_that_no_parser_understands_hide_no_other() -> None:
    mail = data("mbox/cooking.mbox").partition(b"From bob")[0]
    bad = b"From x Mon Jan  1 00:00:00 2018\nDate: Mon, 99 Foo 2018\nFrom: <<\n\nx\n\n"
    deep = b"From x Mon Jan  1 00:00:00 2018\nFrom: x@x\nDate: Mon, 01 Jan 2018 23:59:00 +0100\n"
    for level in range(120):
        deep += f'Content-Type: multipart/mixed; boundary="b{level}"\n\n--b{level}\n'.encode()
    deep += b"Content-Type: text/plain\n\nfar down"
    found = Found(opened(mail + bad + deep + b"\n\n" + mail, "x.mbox"))
    assert len(found.messages) == 2
    assert found.noted("message") == 2
