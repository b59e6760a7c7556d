"""Datasets of research that hold real or written conversations, a module for each."""
