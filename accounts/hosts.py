"""Where passkeys can work: browsers bind them to a host name, never to an IP address."""

from ipaddress import ip_address

from django.http import HttpRequest
from django.http.request import split_domain_port


def takes_passkeys(request: HttpRequest) -> bool:
    """True on HTTPS and on http://localhost, at a name."""
    name = split_domain_port(request.get_host())[0]
    is_local = name == "localhost" or name.endswith(".localhost")
    return not _is_address(name) and (request.is_secure() or is_local)


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
