"""Forecasts and recommendations: frames in, frames out. Knows no database and nothing else of the product."""
