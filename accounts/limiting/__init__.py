"""How often one address, or one account, may ask for what is dear: counted in Valkey, over all processes."""

from accounts.limiting.addresses import client_address, network_of
from accounts.limiting.counting import TooMany, neighbours, take
from accounts.limiting.refusing import limited, take_by_address, too_many

__all__ = ["TooMany", "client_address", "limited", "neighbours", "network_of", "take", "take_by_address", "too_many"]
