"""How many requests one user may make. Counted in the memory of each web process: a brake, not an account."""

from rest_framework.throttling import AnonRateThrottle, UserRateThrottle


class PerUser(UserRateThrottle):
    rate = "600/min"


class PerStranger(AnonRateThrottle):
    rate = "30/min"
