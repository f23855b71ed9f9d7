"""The realism scorecard: statistics of real shoppers, computed from a run's own tables.

`sim.realism.scorecard.measure(folder)` gives the card; `sim.realism.page.render(card)` a page of it.
"""
