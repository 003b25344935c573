"""The real world: the clock, chance, files, keys and AI systems behind Licet's ports."""
