"""What belongs to the whole project and to no app: health, start-up checks, the documentation of the API."""
