"""A file that was picked, without a browser."""

import asyncio


class File:
    """A picked file."""

    def __init__(self, name: str, data: bytes, mime: str = "", size: int | None = None) -> None:
        self.name = name
        self.mime = mime
        self.size = len(data) if size is None else size
        self.data: object = data
        self.bytes = data

    async def read(self, start: int, end: int) -> bytes:
        if self.name == "folder":
            raise OSError
        await asyncio.sleep(0)
        return self.bytes[start:end]
