"""Judgments that were not given on our pages: uploaded ones and models' votes."""
