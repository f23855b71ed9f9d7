"""The status page: how far the company is, its pipelines, and every service: since when, what to do."""

from __future__ import annotations

import reflex as rx

from walmart_app.components.company import company_card, pipelines_card
from walmart_app.components.layout import frame, page_heading
from walmart_app.components.services import services_card
from walmart_app.state.company import CompanyState
from walmart_app.state.status import StatusState

ROUTE, TITLE = "/", "Walmart Sim"
DESCRIPTION = "A retail company in a box: how its services are."
ON_LOAD = [StatusState.watch, CompanyState.watch]


def page() -> rx.Component:
    """The whole page."""
    return frame(
        page_heading("Status", rx.cond(StatusState.loaded, StatusState.headline, "Asks the services how they are.")),
        company_card(),
        pipelines_card(),
        services_card(),
    )
