"""One package for each kind of run, with its ``KIND``. ``generation.kinds.registry`` names them all."""
