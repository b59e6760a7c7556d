"""One module for each platform that has an API."""
