"""`file:///path/to/notices.jsonl`: messages as lines of JSON, pictures as files beside them."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from fks_agents.errors import UsageError
from tools.alerts import Channel, Message, NotSentError


class FileChannel:
    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, message: Message) -> None:
        at = message.at.isoformat() if message.at is not None else None
        line = {"at": at, "kind": message.kind, "title": message.title, "text": message.text}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if message.picture is not None:
                name = f"{self._path.stem}-{sha256(message.picture).hexdigest()[:12]}.png"
                self._path.with_name(name).write_bytes(message.picture)
                line["picture"] = name
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
        except OSError as error:
            raise NotSentError(f"the file cannot be written: {error.strerror}", is_unclear=False) from None


def open_url(url: SecretStr) -> FileChannel:
    """Raises UsageError where it names no file by its whole path."""
    parts = urlsplit(url.get_secret_value())
    path = Path(unquote(parts.path))
    if parts.netloc or not path.name:
        raise UsageError("expected an address like file:///tmp/notices.jsonl, with three slashes, was another")
    return FileChannel(path)


_: type[Channel] = FileChannel
