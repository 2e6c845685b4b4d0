"""Records what a real homeserver sends, for the tests of the mapping.

Run it by `PYTHONPATH=src:tests .venv/bin/python tests/sync/record.py`; it writes `recorded/*.json`.
"""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Any

from roomkeep.sync.errors import HomeserverError
from roomkeep.sync.httpx_transport import HttpxTransport
from roomkeep.sync.wire import Request, Response, Wire, account, events, media, rooms
from support.homeserver import running_homeserver
from tools.homeserver import PASSWORD, Homeserver

FOLDER = Path(__file__).parent / "recorded"
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415478da6364f8cf0000030101006d1a2d3e0000000049454e44ae426082"
)


class Recorder:
    """A transport that keeps the answer to the next request."""

    def __init__(self, inner: HttpxTransport) -> None:
        self._inner = inner
        self.last: Response | None = None

    async def send(self, request: Request) -> Response:
        self.last = await self._inner.send(request)
        return self.last

    def write(self, name: str) -> None:
        assert self.last is not None
        said = json.loads(self.last.body)
        text = json.dumps(said, indent=1, ensure_ascii=False, sort_keys=True)
        (FOLDER / f"{name}.json").write_text(f"{text}\n")


async def sign_in(server: Homeserver, wire: Wire, name: str) -> tuple[str, Wire]:
    user = server.register(name, PASSWORD)
    login = await account.log_in_with_password(wire, user, PASSWORD, device_name="recorder")
    return user, wire.signed_in(login.access_token)


async def refused(recorder: Recorder, name: str, call: Any) -> None:
    """Record an answer that is a refusal."""
    try:
        await call
    except HomeserverError:
        recorder.write(name)
    else:
        raise AssertionError(f"{name} was not refused")


async def make_space(wire: Wire, helper: str) -> tuple[str, str, str]:
    """Make a space of a text and a voice channel; `helper` is its moderator."""
    space = await rooms.create(
        wire,
        {
            "name": "Garden club",
            "topic": "Beds and bees",
            "preset": "public_chat",
            "visibility": "public",
            "creation_content": {"type": "m.space"},
            "power_level_content_override": {"users": {helper: 50}},
        },
    )
    rule = {"join_rule": "restricted", "allow": [{"type": "m.room_membership", "room_id": space}]}
    made = []
    for place, (name, kind) in enumerate([("general", None), ("porch", "org.matrix.msc3417.call")]):
        settings: dict[str, Any] = {
            "name": name,
            "preset": "public_chat",
            "initial_state": [{"type": "m.room.join_rules", "content": rule}],
        }
        if kind:
            settings["creation_content"] = {"type": kind}
        made.append(await rooms.create(wire, settings))
        child = {"via": ["localhost"], "order": f"{1 - place:04}"}
        await events.put_state(wire, space, "m.space.child", made[-1], child)
    return space, made[0], made[1]


async def talk(ada: Wire, ben: Wire, room: str, picture: str) -> None:
    """Say one of each kind."""

    async def say(who: Wire, content: dict[str, Any], kind: str = "m.room.message") -> str:
        say.count += 1  # type: ignore[attr-defined] # a counter, for transactions.
        return await events.send(who, room, kind, f"t{say.count}", content)  # type: ignore[attr-defined]

    say.count = 0  # type: ignore[attr-defined]

    def text(body: str, **more: Any) -> dict[str, Any]:
        return {"msgtype": "m.text", "body": body, **more}

    def relates(kind: str, to: str, **more: Any) -> dict[str, Any]:
        return {"m.relates_to": {"rel_type": kind, "event_id": to, **more}}

    first = await say(ada, text("Shall we water today?"))
    reply = {"m.relates_to": {"m.in_reply_to": {"event_id": first}}}
    quoted = "> <@ada:localhost> Shall we water today?\n\nIt rains at four"
    answer = await say(ben, text(quoted, **reply))
    edit = {"m.new_content": text("It rains at five"), **relates("m.replace", answer)}
    await say(ben, text("* It rains at five", **edit))
    await say(
        ada, {**text("mine now"), "m.new_content": text("mine"), **relates("m.replace", answer)}
    )
    await say(ada, relates("m.annotation", answer, key="👍"), "m.reaction")
    heart = await say(ben, relates("m.annotation", first, key="❤️"), "m.reaction")
    gone = await say(ben, text("forget this"))
    await events.redact(ada, room, gone, "r1", "off topic")
    await events.redact(ben, room, heart, "r2")
    info = {"mimetype": "image/png", "size": len(DOT), "w": 1, "h": 1}
    image = {
        "msgtype": "m.image",
        "body": "A dot",
        "filename": "dot.png",
        "url": picture,
        "info": info,
    }
    await say(ada, image)
    await say(ada, {"msgtype": "m.emote", "body": "waters the beans"})
    await say(ada, {"msgtype": "m.notice", "body": "the pump is on"})
    await say(ada, {"msgtype": "m.location", "body": "The shed", "geo_uri": "geo:50.1,8.6"})
    await say(
        ben,
        text(
            "in a thread",
            **relates("m.thread", first, is_falling_back=True, **reply["m.relates_to"]),
        ),
    )
    poll = {
        "org.matrix.msc1767.text": "Beans or peas?\n1. Beans\n2. Peas",
        "org.matrix.msc3381.poll.start": {
            "question": {"org.matrix.msc1767.text": "Beans or peas?"},
            "answers": [
                {"id": "1", "org.matrix.msc1767.text": "Beans"},
                {"id": "2", "org.matrix.msc1767.text": "Peas"},
            ],
        },
    }
    await say(ben, poll, "org.matrix.msc3381.poll.start")
    await say(ben, {"body": "A bee", "url": picture, "info": info}, "m.sticker")
    await say(ben, {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": "AwgA"}, "m.room.encrypted")
    await say(ben, {"body": "what is this", "colour": 7}, "org.example.unheard_of")
    last = await say(ada, text("Done for today"))
    await events.set_read_markers(ben, room, last, is_private=True)
    await events.send_receipt(ada, room, first, is_private=False)


async def make_others(ada: Wire, ben: Wire, ben_id: str) -> str:
    """Make a room that Ben is invited to, whose id is returned, and an encrypted, upgraded one."""
    secret = await rooms.create(
        ada,
        {
            "name": "Committee",
            "preset": "private_chat",
            "invite": [ben_id],
            "creation_content": {"type": "m.space"},
        },
    )
    locked = await rooms.create(
        ada,
        {
            "name": "Locked",
            "preset": "public_chat",
            "initial_state": [
                {
                    "type": "m.room.encryption",
                    "state_key": "",
                    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
                }
            ],
        },
    )
    await rooms.join(ben, locked)
    upgrade = f"/_matrix/client/v3/rooms/{locked}/upgrade"
    await ada.ask(dict, "POST", upgrade, {"new_version": "11"})
    return secret


async def record(server: Homeserver) -> None:
    """Play the scene, and write what the server says of it."""
    async with HttpxTransport() as inner:
        recorder = Recorder(inner)
        nobody = await account.discover(recorder, server.url)
        recorder.write("versions")
        await account.get_login_flows(nobody)
        recorder.write("login_flows")
        wrong = account.log_in_with_password(nobody, "ada", "wrong", device_name="x")
        await refused(recorder, "error_wrong_password", wrong)
        ada_id, ada = await sign_in(server, nobody, "ada")
        ben_id, ben = await sign_in(server, nobody, "ben")
        cat_id, cat = await sign_in(server, nobody, "cat")
        space, general, porch = await make_space(ada, ben_id)
        for room in (space, general):
            await rooms.join(ben, room)
            await rooms.join(cat, room)
        picture = await media.upload(ada, DOT, "image/png", "dot.png")
        await events.put_state(ada, space, "m.room.avatar", "", {"url": picture})
        await talk(ada, ben, general, picture)
        await rooms.kick(ada, general, cat_id, "too loud")
        await rooms.ban(ada, space, cat_id, "sold the club's shears")
        await events.set_typing(ada, general, ada_id, for_ms=20_000)
        secret = await make_others(ada, ben, ben_id)
        await events.sync(ben, chosen='{"room":{"timeline":{"limit":100}}}')
        recorder.write("sync")
        await events.get_messages(ben, general)
        recorder.write("messages")
        await rooms.get_hierarchy(ben, space)
        recorder.write("hierarchy")
        await rooms.get_members(ben, space)
        recorder.write("members")
        await events.get_state(ben, space)
        recorder.write("state")
        await rooms.get_public_rooms(ben)
        recorder.write("public_rooms")
        await events.sync(cat)
        recorder.write("sync_of_the_banned")
        order = {"via": ["localhost"], "order": "0009"}
        await refused(recorder, "error_banned", rooms.join(cat, space))
        await refused(recorder, "error_no_invite", rooms.join(cat, secret))
        child = events.put_state(ben, space, "m.space.child", porch, order)
        await child
        await events.put_state(ada, space, "m.space.child", porch, {**order, "order": "0000"})
        name = events.put_state(ben, general, "m.room.name", "", {"name": "mine"})
        await refused(recorder, "error_no_right", name)
        lost = events.get_messages(ben, "!no:localhost")
        await refused(recorder, "error_no_such_room", lost)
        unknown = account.who_am_i(ben.signed_in("syt_no"))
        await refused(recorder, "error_unknown_token", unknown)
        await account.log_out(cat)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, running_homeserver(Path(folder)) as running:
        asyncio.run(record(running))
