"""Addresses in the page's URL."""

import pytest

from roomkeep.app.address import Address, format_address, parse_address

ADDRESSES = {
    "#/": Address(),
    "#/?storage": Address(panel="storage"),
    "#/tea": Address(room_id="tea"),
    "#/tea/general": Address(room_id="tea", channel_id="general"),
    "#/tea/general?people": Address(room_id="tea", channel_id="general", panel="people"),
    "#/a%2Fb/%23%20c/d%3F": Address(room_id="a/b", channel_id="# c", message_id="d?"),
    "#/%E8%8C%B6/general/1": Address(room_id="茶", channel_id="general", message_id="1"),
}


@pytest.mark.parametrize("fragment", ADDRESSES)
def test_addresses_are_read_and_written(fragment: str) -> None:
    assert parse_address(fragment) == ADDRESSES[fragment]
    assert format_address(ADDRESSES[fragment]) == fragment


@pytest.mark.parametrize("fragment", ["", "#", "#top", "tea/general"])
def test_what_is_no_address_of_ours_is_none(fragment: str) -> None:
    assert parse_address(fragment) is None


def test_what_nobody_knows_is_left_out() -> None:
    address = Address(room_id="tea", channel_id="general", message_id="1")
    assert parse_address("#/tea/general/1/2/3?delete") == address
