"""The part of the service that keeps an account in step with a homeserver."""

from roomkeep.persistence.account_service import AccountService, method
from roomkeep.storage import operations


class SyncService(AccountService):
    """The methods that keep an account in step with a homeserver.

    In a room that is on a server, what the other methods write also waits in the outbox. What the
    server says is applied by these, with changes whose origin is `"server"`.
    """

    save_sync_session = method(operations.sync_state.save_sync_session)
    get_sync_session = method(operations.sync_state.get_sync_session)
    get_sync_server = method(operations.sync_state.get_sync_server)
    delete_sync_session = method(operations.sync_state.delete_sync_session)
    get_sync_token = method(operations.sync_state.get_sync_token)
    get_synced_rooms = method(operations.sync_state.get_synced_rooms)
    get_rights = method(operations.sync_state.get_rights)
    get_event_ids = method(operations.sync_state.get_event_ids)
    get_media_addresses = method(operations.sync_state.get_media_addresses)
    save_own_picture = method(operations.sync_state.save_own_picture)
    apply_sync = method(operations.sync_batches.apply_sync)
    apply_room = method(operations.synced_rooms.apply_room)
    get_gaps = method(operations.gaps.get_gaps)
    fill_gap = method(operations.gaps.fill_gap)
    get_outbox = method(operations.outbox.get_outbox)
    accept_outbox = method(operations.outbox_results.accept_outbox)
    fail_outbox = method(operations.outbox_results.fail_outbox)
    retry_outbox = method(operations.outbox_results.retry_outbox)
    discard_outbox = method(operations.outbox_discard.discard_outbox)
    get_created_channel = method(operations.made_channels.get_created_channel)
    channel_created = method(operations.made_channels.channel_created)
