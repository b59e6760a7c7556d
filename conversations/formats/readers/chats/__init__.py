"""Exports of chats, a module for each vendor."""
