"""What a GGUF file says of itself, read from its head: the weights are not touched.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from fks_agents.errors import ConfigError

MAGIC = b"GGUF"
MOST_ENTRIES = 100_000
LONGEST_TEXT = 1 << 24

_FORMATS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_TEXT, _LIST = 8, 9


def metadata(path: Path) -> dict[str, str | int | float | bool]:
    """Every single value by its name, lists left out; raises ConfigError where the file is no whole GGUF file."""
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise ConfigError(f"expected a GGUF file, was something else: {path}")
            _number(file, 4)  # version
            _number(file, 10)  # tensors
            found = {}
            for _ in range(_count(file, MOST_ENTRIES)):
                name, value = _text(file), _value(file)
                if value is not None:
                    found[name] = value
            return found
    except (struct.error, UnicodeDecodeError, ValueError, KeyError) as error:
        raise ConfigError(f"expected a whole GGUF file, was broken: {path}: {error}") from error


def _value(file: BinaryIO) -> str | int | float | bool | None:
    kind = int(_number(file, 4))
    if kind == _TEXT:
        return _text(file)
    if kind != _LIST:
        return _number(file, kind)
    inner = int(_number(file, 4))
    count = _count(file, LONGEST_TEXT)
    if inner == _TEXT:
        for _ in range(count):
            file.seek(_count(file, LONGEST_TEXT), 1)
    else:
        file.seek(count * struct.calcsize(_FORMATS[inner]), 1)
    return None


def _number(file: BinaryIO, kind: int) -> int | float | bool:
    form = _FORMATS[kind]
    value: int | float | bool = struct.unpack(form, file.read(struct.calcsize(form)))[0]
    return value


def _count(file: BinaryIO, most: int) -> int:
    count = int(_number(file, 10))
    if count > most:
        raise ValueError(f"expected at most {most} entries, was {count}")
    return count


def _text(file: BinaryIO) -> str:
    return file.read(_count(file, LONGEST_TEXT)).decode()
