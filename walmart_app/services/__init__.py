"""Brings up, watches and takes down what the settings do not place elsewhere."""
