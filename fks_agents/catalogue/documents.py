"""Articles, filings and comments: a list of them, or a piece of one. All of it is words from outside."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from fks_agents.catalogue._seen import Question, Result, View

TEXT = (
    'A list of the dated documents (`document` = ""), or of one of them (`document` = "D1") the text from a character.'
)
IS_OUTSIDE = True
PIECE = 2_500
LISTED = 30


class Arguments(Question):
    document: str
    start: Annotated[int, Field(ge=0)]


def look(arguments: Arguments, view: View) -> Result:
    documents = view.snapshot.documents
    if not arguments.document:
        listed: list[JsonValue] = [
            {"id": each.id, "kind": each.kind, "published_at": each.published_at.isoformat(), "source": each.source,
             "characters": len(each.text)}
            for each in documents[-LISTED:]
        ]  # fmt: skip
        return Result(other={"documents": listed})
    found = next((each for each in documents if each.id == arguments.document), None)
    if found is None:
        return Result(other={"problem": "no document has that id"})
    return Result(
        other={
            "id": found.id,
            "published_at": found.published_at.isoformat(),
            "source": found.source,
            "text": found.text[arguments.start : arguments.start + PIECE],
            "characters": len(found.text),
        }
    )
