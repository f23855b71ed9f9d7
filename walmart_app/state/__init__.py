"""One substate a page."""
