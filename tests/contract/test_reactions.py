"""Reactions: one per person, emoji and message, and a message always says what its rows say."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomkeep.errors import InvalidRecord
from roomkeep.persistence import DatabaseService
from support.laws import law
from support.make import message, reaction
from support.worlds import World


async def assert_message_says_what_its_rows_say(db: DatabaseService, message_id: str) -> None:
    found = await db.get_message_by_id(message_id)
    rows = await db.get_reactions_for_message(message_id)
    assert found is not None
    assert list(found.reactions) == rows


async def test_a_reaction_is_on_its_message(db: DatabaseService) -> None:
    await db.save_message(message())
    await db.save_reaction(reaction())
    assert await db.get_reactions_for_message("m1") == [reaction()]
    assert await db.get_messages("r1") == [message(reactions=(reaction(),))]


async def test_reacting_again_replaces(db: DatabaseService) -> None:
    await db.save_message(message())
    await db.save_reaction(reaction(timestamp=1))
    await db.save_reaction(reaction(timestamp=2))
    assert await db.get_reactions_for_message("m1") == [reaction(timestamp=2)]


async def test_one_person_can_react_with_many_emoji_and_many_with_one(db: DatabaseService) -> None:
    await db.save_message(message())
    everything = [
        reaction("ann", "👍", timestamp=1),
        reaction("ann", "🎉", timestamp=2),
        reaction("bob", "👍", timestamp=3),
    ]
    for one in everything:
        await db.save_reaction(one)
    assert await db.get_reactions_for_message("m1") == everything
    await db.remove_reaction("m1", "ann", "👍")
    assert await db.get_reactions_for_message("m1") == everything[1:]
    await assert_message_says_what_its_rows_say(db, "m1")


async def test_removing_is_idempotent(db: DatabaseService) -> None:
    await db.remove_reaction("m1", "ann", "👍")
    await db.save_message(message(reactions=(reaction(),)))
    await db.remove_reaction("m1", "ann", "👍")
    await db.remove_reaction("m1", "ann", "👍")
    assert await db.get_messages("r1") == [message()]


async def test_saving_a_message_with_reactions_writes_their_rows(db: DatabaseService) -> None:
    await db.save_message(message(reactions=(reaction("ann"), reaction("bob"))))
    await db.save_message(message(reactions=(reaction("bob"), reaction("cat", timestamp=3_000))))
    rows = await db.get_reactions_for_message("m1")
    assert [row.oder_id for row in rows] == ["bob", "cat"]
    await db.update_message("m1", reactions=(reaction("dan"),))
    assert await db.get_reactions_for_message("m1") == [reaction("dan")]
    await db.save_message(message())
    assert await db.get_reactions_for_message("m1") == []


async def test_a_reaction_that_comes_before_its_message_joins_it(db: DatabaseService) -> None:
    await db.save_reaction(reaction("bob"))
    assert await db.get_reactions_for_message("m1") == [reaction("bob")]
    await db.save_messages([message(reactions=(reaction("ann"),)), message("m2")])
    assert await db.get_reactions_for_message("m1") == [reaction("ann"), reaction("bob")]
    await assert_message_says_what_its_rows_say(db, "m1")


async def test_a_deleted_message_takes_no_reaction(db: DatabaseService) -> None:
    await db.save_message(message())
    await db.delete_message("m1")
    with pytest.raises(InvalidRecord) as caught:
        await db.save_reaction(reaction())
    assert caught.value.field == "message_id"
    assert await db.get_reactions_for_message("m1") == []


async def test_a_message_cannot_carry_the_reactions_of_another(db: DatabaseService) -> None:
    with pytest.raises(InvalidRecord) as caught:
        await db.save_message(message(reactions=(reaction(), reaction(message_id="m2"))))
    assert caught.value.field == "reactions[1].message_id"
    assert await db.get_messages("r1") == []


async def test_fifty_concurrent_reactions_lose_nothing(world: World, db: DatabaseService) -> None:
    await db.save_message(message())
    other_tab = await world.service()
    everything = [reaction(f"user {n:02}", timestamp=n) for n in range(50)]
    await asyncio.gather(
        *((db, other_tab)[n % 2].save_reaction(one) for n, one in enumerate(everything))
    )
    assert await db.get_reactions_for_message("m1") == everything
    await assert_message_says_what_its_rows_say(db, "m1")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["save", "remove", "message", "update", "delete"]),
        st.sampled_from(["m1", "m2"]),
        st.sets(
            st.tuples(st.sampled_from(["ann", "bob"]), st.sampled_from(["👍", "é"])), max_size=3
        ),
    ),
    max_size=12,
)


@law
@given(steps=STEPS)
async def test_law_a_message_always_says_what_its_rows_say(
    db: DatabaseService, steps: list[tuple[str, str, set[tuple[str, str]]]]
) -> None:
    await db.clear_all_data()
    for number, (action, message_id, chosen) in enumerate(steps):
        given_reactions: Any = tuple(
            reaction(who, emoji, message_id=message_id, timestamp=number) for who, emoji in chosen
        )
        there = await db.get_message_by_id(message_id)
        if action == "message":
            await db.save_message(message(message_id, reactions=given_reactions))
        elif action == "update" and there:
            await db.update_message(message_id, reactions=given_reactions)
        elif action == "delete":
            await db.delete_message(message_id)
        for one in given_reactions:
            if action == "remove":
                await db.remove_reaction(message_id, one.oder_id, one.emoji)
            elif action == "save" and not (there and there.is_deleted):
                await db.save_reaction(one)
        if await db.get_message_by_id(message_id):
            await assert_message_says_what_its_rows_say(db, message_id)
