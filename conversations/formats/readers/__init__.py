"""One module for each upload format, with its ``READER``. ``conversations.formats.registry`` names them all."""
