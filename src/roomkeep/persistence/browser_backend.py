"""Accounts in the browser: one IndexedDB database for each."""

import asyncio
import logging
from typing import Literal

import js

from roomkeep.errors import StorageError
from roomkeep.persistence.app_resume_storage import AppResumeStorage
from roomkeep.persistence.browser_account import BrowserAccount
from roomkeep.storage.changes import account_deleted
from roomkeep.storage.engines.indexeddb.databases import (
    database_exists,
    database_names,
    delete_database,
    read_owner,
    tell_others,
)
from roomkeep.storage.engines.indexeddb.engine import open_engine
from roomkeep.storage.operations import meta, older_clients
from roomkeep.storage.quota import Quota
from roomkeep.storage.schema import (
    LEGACY_DATABASE,
    account_of,
    database_name,
    search_database_name,
)
from roomkeep.storage.together import together

logger = logging.getLogger(__name__)


class BrowserBackend:
    """Accounts' databases in IndexedDB.

    Args:
        durability: `"relaxed"`, or `"strict"` for writes that survive a power failure, too.
    """

    name = "indexeddb"

    def __init__(self, durability: Literal["relaxed", "strict"]) -> None:
        # It says who is signed in, and which accounts have data.
        self._resume = AppResumeStorage()
        self._durability = durability

    async def open_account(self, user_id: str | None) -> BrowserAccount:
        account: BrowserAccount | None = None
        is_new = False

        def note_creation() -> None:
            nonlocal is_new
            is_new = True
            if account is not None:
                # It was open, and is made anew: its data were deleted while it was in use.
                asyncio.get_running_loop().call_soon(account.report_loss)

        engine, (is_update_due, owner) = await open_engine(
            await _name_of(user_id),
            self._durability,
            owner=user_id,
            on_create=note_creation,
            look=lambda tx: together(older_clients.is_update_due(tx), meta.get_owner(tx)),
        )
        account = BrowserAccount(engine, owner)
        try:
            await account.update_older_messages(is_due=is_update_due)
        except BaseException:
            account.close()
            raise
        # The note lies beside the database, so it outlives one that the browser has evicted.
        account.data_lost = is_new and self._resume.load_has_data(user_id)
        self._note_data(user_id)
        return account

    def _note_data(self, user_id: str | None) -> None:
        try:
            self._resume.save_has_data(user_id)
        except StorageError:
            logger.warning("a later loss of the data may go unnoticed", exc_info=True)

    async def get_account_ids(self) -> list[str]:
        names = await database_names()
        ids = {account_of(name) for name in names}
        if LEGACY_DATABASE in names:
            ids.add(await read_owner(LEGACY_DATABASE))
        return sorted(user_id for user_id in ids if user_id is not None)

    async def delete_account(self, user_id: str) -> None:
        names = [database_name(user_id)]
        if await _owns_legacy(user_id):
            names.append(LEGACY_DATABASE)
        for name in names:
            tell_others(name, [account_deleted(user_id)])
            await delete_database(search_database_name(name))
            await delete_database(name)
        self._resume.forget(user_id)

    async def get_quota(self) -> Quota:
        storage = getattr(js.navigator, "storage", None)
        if not storage:  # it is there on secure origins only
            return Quota()
        estimate = await storage.estimate()
        persisted = await storage.persisted()
        return Quota(usage=estimate.usage, quota=estimate.quota, persisted=bool(persisted))

    async def request_persistence(self) -> bool:
        storage = getattr(js.navigator, "storage", None)
        return bool(storage and await storage.persist())

    async def load_current_user_id(self) -> str | None:
        return self._resume.load_current_user_id()

    async def save_current_user_id(self, user_id: str | None) -> None:
        try:
            self._resume.save_current_user_id(user_id)
        except StorageError:
            logger.warning("who is signed in will be forgotten on reload", exc_info=True)


async def _name_of(user_id: str | None) -> str:
    """Return the name of the database in which an account's data are."""
    name = database_name(user_id)
    if user_id is not None and not await database_exists(name) and await _owns_legacy(user_id):
        return LEGACY_DATABASE
    return name


async def _owns_legacy(user_id: str) -> bool:
    # Where there is none, the look must not create it.
    return await database_exists(LEGACY_DATABASE) and await read_owner(LEGACY_DATABASE) == user_id
