"""One module a page: ROUTE, TITLE, DESCRIPTION, ON_LOAD and `page()`; listed here, in the order of the navigation."""

from walmart_app.pages import (
    dashboard,
    design,
    monitoring,
    pipeline,
    simulation,
    transactions,
)

PAGES = (
    pipeline,
    simulation,
    dashboard,
    transactions,
    monitoring,
    design,
)
