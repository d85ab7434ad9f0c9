"""Persona dialogues: from plain facts to styled, emotional dialogues that stay true to who speaks."""
