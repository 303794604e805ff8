"""The child process that owns Chroma; started as a script with a folder and the number of an open pipe.

Imports nothing of ours, so that it starts from any place. One request is a tuple (name, *arguments), one answer is
("ok", value) or ("error", text). It ends when the pipe closes.
"""

from __future__ import annotations

import sys
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

_PAGE = 1_000
"""Most rows of one get; larger ones have failed on SQLite's limit of variables."""

_HNSW: Any = {"space": "cosine", "ef_construction": 200, "ef_search": 200}


class Store:
    """One collection for each agent; vectors are always handed in, Chroma never embeds."""

    def __init__(self, folder: str) -> None:
        import chromadb
        from chromadb.config import Settings

        self._client: ClientAPI = chromadb.PersistentClient(folder, Settings(anonymized_telemetry=False))

    def ids(self, agent: str) -> list[str]:
        collection, found = self._collection(agent), list[str]()
        while page := collection.get(limit=_PAGE, offset=len(found), include=[])["ids"]:
            found += page
        return found

    def agents(self) -> list[str]:
        return [bytes.fromhex(collection.name.removeprefix("agent-")).decode() for collection in self._all()]

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

    def _all(self) -> list[Collection]:
        found = list[Any]()
        while page := self._client.list_collections(limit=_PAGE, offset=len(found)):
            found += page
        return found

    def _collection(self, agent: str) -> Collection:
        return self._client.get_or_create_collection(
            f"agent-{agent.encode().hex()}", embedding_function=None, configuration={"hnsw": _HNSW}
        )


def serve(folder: str, pipe: int) -> None:
    connection: Connection[Any, Any] = Connection(pipe)
    try:
        store = Store(folder)
    except ImportError as error:
        connection.send(("error", f"{error.name} is not installed: pip install chromadb"))
        return
    except Exception as error:  # whatever Chroma throws, the parent is told
        connection.send(("error", f"{type(error).__name__}: {error}"))
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
            answer = ("error", f"{type(error).__name__}: {error}")
        connection.send(answer)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
