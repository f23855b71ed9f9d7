"""POST /orders/{transaction_id}/return: bring goods of an order back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, field_validator

from walmart_app.api.access import Connected, IdempotencyKey, authorised
from walmart_app.api.problems import described
from walmart_app.api.values import LineNumber, LongNumberInUrl, Money, Quantity, refusal
from walmart_app.commands import returns

router = APIRouter(prefix="/orders", tags=["orders"])

MOST_LINES = 100
Reason = Literal["changed_mind", "defective", "wrong_item", "wrong_size", "not_as_described"]


class ReturnLineBody(BaseModel):
    """Units of a line of the order."""

    model_config = ConfigDict(extra="forbid")

    line_number: LineNumber
    quantity: Quantity
    reason: Reason = "changed_mind"
    resaleable: bool = Field(
        True, strict=True, description="false: not fit for the shelf. Perishable goods never go back on it."
    )


class ReturnBody(BaseModel):
    """What is brought back. The refund is what was paid and cannot be given."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"lines": [{"line_number": 1, "quantity": 1, "reason": "defective"}]}]},
    )

    lines: list[ReturnLineBody] = Field(min_length=1, max_length=MOST_LINES)

    @field_validator("lines")
    @classmethod
    def _each_line_once(cls, lines: list[ReturnLineBody]) -> list[ReturnLineBody]:
        if len({line.line_number for line in lines}) < len(lines):
            raise refusal(allowed="different lines of the order, each once")
        return lines


class ReturnedAnswer(BaseModel):
    """A row of `returns`: units of one line."""

    model_config = ConfigDict(from_attributes=True)

    return_id: int = Field(examples=[972900015000003])
    line_number: int = Field(examples=[1])
    product_id: int = Field(examples=[17])
    quantity: int = Field(examples=[1])
    refund_amount: Money = Field(description="dollars, what was paid for them, tax apart", examples=[2.78])
    reason: str = Field(examples=["defective"])
    restocked: bool = Field(description="whether they went back on the shelf")
    returned_at: datetime = Field(description="UTC; from the API the world's clock")


class ReturnAnswer(BaseModel):
    """Goods taken back."""

    transaction_id: int = Field(examples=[972900015000017])
    refund_amount: Money = Field(description="of all lines, dollars", examples=[2.78])
    lines: list[ReturnedAnswer]


@router.post(
    "/{transaction_id}/return",
    status_code=201,
    summary="Bring goods of an order back",
    dependencies=[Depends(authorised)],
    responses=described(401, 404, 409, 413, 422, 503),
)
async def bring_back(
    transaction_id: LongNumberInUrl,
    body: ReturnBody,
    response: Response,
    database: Connected,
    idempotency_key: IdempotencyKey = None,
) -> ReturnAnswer:
    """Take goods back whole or not at all, at the price that was paid, stamped with the world's clock.

    Only orders from the API, within the company's days for returns. 409 names the lines of which more would
    come back than was bought. After a 503 it is not certain whether the goods were taken back: send it again
    with the same Idempotency-Key.
    """
    lines = tuple(
        returns.ReturnLine(line.line_number, line.quantity, line.reason, line.resaleable) for line in body.lines
    )
    wanted = returns.NewReturn(transaction_id, lines)
    taken = await database.run(lambda connection: returns.take_return(connection, wanted, idempotency_key))
    if taken.repeated:
        response.headers["Idempotent-Replayed"] = "true"
    answered = [ReturnedAnswer.model_validate(line) for line in taken.lines]
    refund = sum((line.refund_amount for line in taken.lines), Decimal(0))
    return ReturnAnswer(transaction_id=transaction_id, refund_amount=refund, lines=answered)
