"""Who is typing, above the composer."""

from roomkeep.app.typing import describe_typing
from roomkeep.app.views.dom import by_id, set_text
from roomkeep.app.views.scope import AccountScope, AccountView

__all__ = ["TypingView"]


class TypingView(AccountView):
    """The line that says who is typing. In an account of a homeserver it is always there."""

    def __init__(self, scope: AccountScope) -> None:
        super().__init__(scope)
        self._line = by_id("typing")
        self.watch(self._show)

    def _show(self) -> None:
        # Empty, it keeps its height, so that nothing moves.
        self._line.hidden = not self.account.sync.server()
        set_text(self._line, describe_typing(self.account))
