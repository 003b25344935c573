"""The rules: values in, values out, and nothing from the world outside."""
