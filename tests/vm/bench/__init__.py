"""The parts of the bench: guests that really boot, and the metadata service that they ask."""
