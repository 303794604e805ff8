"""The child process that owns Chroma's client; started as a script with the number of an open pipe, then the place:

folder PATH                     Chroma itself, in this process, on that folder
server URL NAME newest|fresh    a Chroma server; the newest complete generation of NAME (a new one where there is none),
                                or a new one

Imports nothing of ours, so that it starts from any place. One request is a tuple (name, *arguments), one answer is
("ok", value) or ("error", text). It ends when the pipe closes.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

_PAGE = 1_000
"""Most rows of one get; larger ones have failed on SQLite's limit of variables."""

_LONGEST_REASON = 300

_HNSW: Any = {"space": "cosine", "ef_construction": 200, "ef_search": 200}


class Store:
    """One collection for each agent; vectors are always handed in, Chroma never embeds."""

    prefix = "agent-"

    def __init__(self, client: ClientAPI) -> None:
        self._client = client

    def ids(self, agent: str) -> list[str]:
        collection, found = self._collection(agent), list[str]()
        while page := collection.get(limit=_PAGE, offset=len(found), include=[])["ids"]:
            found += page
        return found

    def agents(self) -> list[str]:
        return [bytes.fromhex(name.removeprefix(self.prefix)).decode() for name in self._names(self.prefix)]

    def add(self, agent: str, ids: list[str], vectors: bytes, metadatas: list[dict[str, str | int]]) -> int:
        """Returns how many the collection then holds."""
        collection = self._collection(agent)
        rows = np.frombuffer(vectors, dtype=np.float32).reshape(len(ids), -1)
        collection.upsert(ids=ids, embeddings=rows, metadatas=list(metadatas))
        return collection.count()

    def query(self, agent: str, vector: bytes, learned_until: int | None, count: int) -> list[str]:
        where: Any = None if learned_until is None else {"learned_at": {"$lte": learned_until}}
        row = np.frombuffer(vector, dtype=np.float32).reshape(1, -1)
        answer = self._collection(agent).query(query_embeddings=row, n_results=count, where=where, include=[])
        return list(answer["ids"][0])

    def _names(self, prefix: str) -> list[str]:
        found = list[str]()
        while page := self._client.list_collections(limit=_PAGE, offset=len(found)):
            found += [collection.name for collection in page]
        return [name for name in found if name.startswith(prefix)]

    def _collection(self, agent: str) -> Collection:
        return self._client.get_or_create_collection(
            f"{self.prefix}{agent.encode().hex()}", embedding_function=None, configuration={"hnsw": _HNSW}
        )


class SharedStore(Store):
    """One generation of collections on a server, NAME.000001.AGENT; NAME.000001.complete says that it is whole.

    What another replica removed is an error here, and never made again half full: collections are kept by their id.
    """

    def __init__(self, client: ClientAPI, name: str, generation: str) -> None:
        super().__init__(client)
        self._name = f"{name}."
        self._opened: dict[str, Collection] = {}
        there = self._generations()
        complete = [number for number, is_complete in there.items() if is_complete]
        self._is_new = generation == "fresh" or not complete
        self._number = max(there, default=0) + 1 if self._is_new else max(complete)
        self.prefix = f"{self._name}{self._number:06d}."

    def complete(self) -> None:
        self._client.get_or_create_collection(f"{self.prefix}complete", embedding_function=None)
        self._is_new = False
        newest = max(number for number, is_complete in self._generations().items() if is_complete)
        for name in self._names(self._name):
            if int(name.removeprefix(self._name)[:6]) < newest:  # also this one, if a newer one came meanwhile
                self._remove(name)

    def agents(self) -> list[str]:
        names = (name.removeprefix(self.prefix) for name in self._names(self.prefix))
        return [bytes.fromhex(name).decode() for name in names if name != "complete"]

    def _collection(self, agent: str) -> Collection:
        if agent not in self._opened:
            if not self._is_new:
                self._client.get_collection(f"{self.prefix}complete", embedding_function=None)
            self._opened[agent] = super()._collection(agent)
        return self._opened[agent]

    def _generations(self) -> dict[int, bool]:
        """Each number there is, and whether it is complete."""
        found: dict[int, bool] = {}
        for name in self._names(self._name):
            number, _, rest = name.removeprefix(self._name).partition(".")
            found[int(number)] = found.get(int(number), False) or rest == "complete"
        return found

    def _remove(self, name: str) -> None:
        from chromadb.errors import NotFoundError

        with suppress(NotFoundError):  # another replica was quicker
            self._client.delete_collection(name)


def open_store(kind: str, where: str, *rest: str) -> Store:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    if kind == "folder":
        return Store(chromadb.PersistentClient(where, settings))
    client = chromadb.HttpClient(where.rstrip("/"), ssl=where.startswith("https:"), settings=settings)
    return SharedStore(client, *rest)


def serve(pipe: int, place: list[str]) -> None:
    connection: Connection[Any, Any] = Connection(pipe)
    try:
        store = open_store(*place)
    except ImportError as error:
        connection.send(("error", f"{error.name} is not installed: pip install chromadb"))
        return
    except Exception as error:  # whatever Chroma throws, the parent is told
        connection.send(("error", _told(error)))
        return
    connection.send(("ok", None))
    while True:
        try:
            name, *arguments = connection.recv()
        except EOFError:
            return
        try:
            answer = ("ok", getattr(store, name)(*arguments))
        except Exception as error:
            answer = ("error", _told(error))
        connection.send(answer)


def _told(error: Exception) -> str:
    """In one line: a server may answer with a page."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:_LONGEST_REASON]


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2:])
