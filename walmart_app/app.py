"""The application: pages and API put together. Importing it starts nothing; the lifespan does."""

import contextlib
from collections.abc import AsyncIterator

import reflex as rx

from walmart_app.api import application
from walmart_app.guard import Guard
from walmart_app.pages import PAGES, not_found
from walmart_app.runtime import reader, settings
from walmart_app.services.lifecycle import keep_supervised
from walmart_app.services.web_server import leave_interrupts_to_main


@contextlib.asynccontextmanager
async def supervised() -> AsyncIterator[None]:
    """While a web worker lives, keep a supervisor at work (it ends with the main process); then close connections."""
    leave_interrupts_to_main()
    finished = keep_supervised(settings())
    yield
    finished.set()
    api.state.database.close()
    reader().close()


def on_error(exception: Exception) -> rx.event.EventSpec:
    """What the browser shows when an event handler fails; the details are in the log alone."""
    return rx.toast.error(
        "That did not work, and nothing was changed. The reason is in the log of `reflex run`.",
        duration=8000,
    )


api = application.build(settings())
application.close(api)

app = rx.App(
    api_transformer=api,
    backend_exception_handler=on_error,
    stylesheets=["/styles.css"],
    head_components=[rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml")],
)
app.register_lifespan_task(supervised)
app.add_middleware(Guard(), index=0)
for module in PAGES:
    app.add_page(
        module.page, route=module.ROUTE, title=module.TITLE, description=module.DESCRIPTION, on_load=module.ON_LOAD
    )
app.add_page(not_found.page, route="404", title="Not found · Walmart Sim")
