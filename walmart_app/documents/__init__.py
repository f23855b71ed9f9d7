"""The documentation in docs_md/, parsed, ordered and searched. It knows neither pages nor database."""
