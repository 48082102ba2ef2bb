"""Guests of a live session that turn it and see nothing: OSC and MIDI."""
