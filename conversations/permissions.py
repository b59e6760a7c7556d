"""Who may do what in a study: every page and every API view begins here."""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.models import User
from conversations.enums import Role
from conversations.models import Membership, Study

OWN = (Role.OWNER,)
MANAGE = (Role.OWNER, Role.ADMIN)
READ = (Role.OWNER, Role.ADMIN, Role.ANALYST)


def get_study(user: User | AnonymousUser, slug: str, *roles: Role) -> Study:
    """The study, if the user has one of the roles in it.

    Raises:
        Http404: there is no such study, or the user is not a member: strangers learn nothing of it.
        PermissionDenied: the user is a member with another role.
    """
    membership = (
        Membership.objects.select_related("study")
        .filter(study__slug=slug, study__deleted_at__isnull=True, user_id=user.pk or 0)
        .first()
    )
    if membership is None:
        raise Http404("There is no such study.")
    if membership.role not in roles:
        raise PermissionDenied("Your role in this study does not allow that.")
    return membership.study
