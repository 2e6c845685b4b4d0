"""Everything that a chat client keeps on the device: `DatabaseService`, and app-resume helpers."""

from roomkeep.persistence.app_resume_storage import (
    AppResumeStorage,
    KnownAccount,
    LastViewedChat,
    LaunchSettings,
)
from roomkeep.persistence.database_service import DatabaseService
from roomkeep.persistence.storage_report import StorageReport
from roomkeep.persistence.stores.message_pages import message_order
from roomkeep.persistence.stores.messages import check_message, check_record
from roomkeep.reports import ACCOUNTS, Change, Problem, Space, StoreName
from roomkeep.unreadable import Unreadable

__all__ = [
    "ACCOUNTS",
    "AppResumeStorage",
    "Change",
    "DatabaseService",
    "KnownAccount",
    "LastViewedChat",
    "LaunchSettings",
    "Problem",
    "Space",
    "StorageReport",
    "StoreName",
    "Unreadable",
    "check_message",
    "check_record",
    "message_order",
]
