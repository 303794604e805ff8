"""Judge what is on record, or what is handed in. Rules compute every answer; no model is asked."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from fks_agents.service.people import Person, viewer
from fks_agents.service.problems import documented
from fks_agents.service.routes.history import finished
from fks_agents.service.state import Held
from graphs import validation
from graphs.validation import (
    BiasRequest,
    BiasResponse,
    ConsistencyRequest,
    ConsistencyResponse,
    DiscrepancyRequest,
    DiscrepancyResponse,
    GroundTruthRequest,
    GroundTruthResponse,
)

router = APIRouter(prefix="/ai", tags=["judge"])


@router.post("/judge/consistency", responses=documented(400, 404, 409, 422, 503))
def consistency(held: Held, asked: ConsistencyRequest, person: Annotated[Person, viewer()]) -> ConsistencyResponse:
    """Are the claims of a decision, or those sent with their facts, borne out by what they cite?"""
    del person
    if asked.decision_id is not None:
        asked = asked.model_copy(update={"decision_id": finished(held, asked.decision_id).id})
    return validation.consistency(asked, held.desk.ledger)


@router.post("/judge/discrepancy", responses=documented(400, 404, 409, 422, 503))
def discrepancy(held: Held, asked: DiscrepancyRequest, person: Annotated[Person, viewer()]) -> DiscrepancyResponse:
    """Do a decision's agents contradict the data, one another or themselves?"""
    del person
    return validation.discrepancy(
        DiscrepancyRequest(decision_id=finished(held, asked.decision_id).id), held.desk.ledger
    )  # fmt: skip


@router.post("/judge/bias", responses=documented(400, 422, 503))
def bias(held: Held, asked: BiasRequest, person: Annotated[Person, viewer()]) -> BiasResponse:
    """Which agents expect rises more often than they come?"""
    del person
    return validation.bias(asked, held.desk.ledger)


@router.post("/validate/ground-truth", responses=documented(400, 422, 503))
def ground_truth(held: Held, asked: GroundTruthRequest, person: Annotated[Person, viewer()]) -> GroundTruthResponse:
    """Do stances and conviction have anything to do with what happened?"""
    del person
    return validation.ground_truth(asked, held.desk.ledger)
