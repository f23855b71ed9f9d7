"""The web application of Walmart Sim: pages, REST API, and the services behind them."""
