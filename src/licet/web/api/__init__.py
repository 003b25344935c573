"""The API, version 1: one file for each noun; each address parses, calls one flow, and renders."""
