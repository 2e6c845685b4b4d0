"""Everything that a chat client keeps on the device: `DatabaseService`, and app-resume helpers."""

from roomkeep.persistence.app_resume_storage import (
    AppResumeStorage,
    KnownAccount,
    LastViewedChat,
    LaunchSettings,
    PendingSignIn,
)
from roomkeep.persistence.database_service import DatabaseService
from roomkeep.persistence.search_indexer import SearchProgress
from roomkeep.persistence.storage_report import StorageReport
from roomkeep.persistence.tab_lock import one_tab
from roomkeep.storage.changes import ACCOUNTS, OUTBOX, Change
from roomkeep.storage.channel_settings import (
    DRAFT,
    DRAFT_FILES,
    EDIT,
    LAST_READ,
    channel_ref_of,
    setting_key,
)
from roomkeep.storage.decode_errors import UnreadableRecord
from roomkeep.storage.health import Problem
from roomkeep.storage.operations.archive_imports import ArchiveImport
from roomkeep.storage.operations.backup import RecordPage, StoreName
from roomkeep.storage.operations.channel_pages import ChannelPage
from roomkeep.storage.operations.message_pages import message_order
from roomkeep.storage.operations.search import SearchHit, SearchPage
from roomkeep.storage.quota import Quota
from roomkeep.storage.remote import MarkRead, OutboxEntry, Rights, SendMessage, SyncedRoom
from roomkeep.storage.schema import MetaRecord
from roomkeep.storage.search.area import SearchCursor
from roomkeep.storage.unknown_fields import check_unknown_fields, only_known, unknown_fields
from roomkeep.storage.validation import check_json, check_record

__all__ = [
    "ACCOUNTS",
    "DRAFT",
    "DRAFT_FILES",
    "EDIT",
    "LAST_READ",
    "OUTBOX",
    "AppResumeStorage",
    "ArchiveImport",
    "Change",
    "ChannelPage",
    "DatabaseService",
    "KnownAccount",
    "LastViewedChat",
    "LaunchSettings",
    "MarkRead",
    "MetaRecord",
    "OutboxEntry",
    "PendingSignIn",
    "Problem",
    "Quota",
    "RecordPage",
    "Rights",
    "SearchCursor",
    "SearchHit",
    "SearchPage",
    "SearchProgress",
    "SendMessage",
    "StorageReport",
    "StoreName",
    "SyncedRoom",
    "UnreadableRecord",
    "channel_ref_of",
    "check_json",
    "check_record",
    "check_unknown_fields",
    "message_order",
    "one_tab",
    "only_known",
    "setting_key",
    "unknown_fields",
]
