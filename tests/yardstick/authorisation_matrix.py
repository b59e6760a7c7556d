"""What each visitor gets at each route."""

from conversations.enums import Role

VISITORS = ("anonymous", "stranger", "rater", "analyst", "admin", "owner")
ROLES = {"rater": Role.RATER, "analyst": Role.ANALYST, "admin": Role.ADMIN, "owner": Role.OWNER}
# What each visitor gets, in the order of VISITORS. The last figures are what a permitted request without a body gets.
EVERYBODY = (200,) * 6
SIGNED_IN = (302, 200, 200, 200, 200, 200)
READ = (302, 404, 403, 200, 200, 200)
MANAGE = (302, 404, 403, 403, 200, 200)
ACT = (302, 404, 403, 403, 302, 302)
OWN = (302, 404, 403, 403, 403, 302)
RATE = (403, 403, 200, 403, 403, 403)
API_SIGNED_IN = (401, 200, 200, 200, 200, 200)
API_READ = (401, 404, 403, 200, 200, 200)
API_MANAGE = (401, 404, 403, 403, 200, 200)
type Row = tuple[int | None, ...]


def answers(expected: Row, permitted: int) -> Row:
    """The same doors; what is behind them answers something else (a body was missing, say)."""
    return tuple(permitted if status in {200, 302} and place > 0 else status for place, status in enumerate(expected))


MATRIX: dict[str, dict[str, Row]] = {
    "home": {"GET": (302,) * 6},
    "set-language": {"POST": (302,) * 6},
    "login": {"GET": (200, 302, 302, 302, 302, 302), "POST": (200, 302, 302, 302, 302, 302)},
    "logout": {"POST": (302,) * 6},
    "second-factor": {"GET": (302,) * 6, "POST": (302,) * 6},  # nobody has given a password a moment ago
    "passkey-sign-in": {"POST": (403,) * 6},  # without a passkey's answer
    "passkey-options": {"POST": (409,) * 6},  # not at this host: it has no HTTPS
    "health-live": {"GET": EVERYBODY},
    "health-ready": {"GET": EVERYBODY},
    "accounts:token-list": {"GET": SIGNED_IN},
    "accounts:create-token": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "accounts:revoke-token": {"POST": (302, 404, 404, 404, 404, 302)},  # the owner's token
    "accounts:security": {"GET": SIGNED_IN},
    "accounts:confirm": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    # The password must have been given lately; tests/accounts/test_second_factor.py goes past that.
    "accounts:change-password": {"GET": (302,) * 6, "POST": (302,) * 6},
    "accounts:add-app": {"GET": (302,) * 6, "POST": (302,) * 6},
    "accounts:remove-app": {"POST": (302,) * 6},
    "accounts:renew-codes": {"POST": (302,) * 6},
    "accounts:add-passkey": {"POST": (302,) * 6},
    "accounts:new-passkey-options": {"POST": (302,) * 6},
    "accounts:rename-passkey": {"GET": (302,) * 6, "POST": (302,) * 6},
    "accounts:remove-passkey": {"POST": (302,) * 6},
    "api-docs": {"GET": SIGNED_IN},
    "api-schema": {"GET": SIGNED_IN},
    # Studies. Only staff create them; the owner here is staff.
    "conversations:study-list": {"GET": SIGNED_IN},
    "conversations:new-study": {"GET": (302, 403, 403, 403, 403, 200), "POST": (302, 403, 403, 403, 403, 200)},
    "datasets:upload": {"GET": (302, 403, 403, 403, 403, 200), "POST": (302, 403, 403, 403, 403, 422)},
    "datasets:dataset": {"GET": (302, 403, 403, 403, 403, 200)},  # the owner uploaded it
    "datasets:progress": {"GET": (302, 403, 403, 403, 403, 200)},
    "conversations:study": {"GET": READ},
    "conversations:settings": {"GET": MANAGE, "POST": MANAGE},
    "conversations:members": {"GET": MANAGE, "POST": MANAGE},
    "conversations:change-role": {"POST": ACT},
    "conversations:remove-member": {"POST": ACT},
    "conversations:revoke-invitation": {"POST": ACT},
    "conversations:consent": {"GET": MANAGE, "POST": MANAGE},
    "conversations:consent-preview": {"POST": MANAGE},
    "conversations:consent-in": {"GET": answers(MANAGE, 404), "POST": answers(MANAGE, 404)},  # it has no text
    "invitations:invitation": {"GET": (410,) * 6, "POST": (410,) * 6},  # the entry link's token is no invitation
    "raters:start": {"GET": (302, 404, 200, 403, 403, 403), "POST": (302, 404, 302, 403, 403, 403)},
    "conversations:clone": {"POST": (302, 404, 403, 403, 403, 302)},  # the admin is no staff
    "conversations:close": {"POST": OWN},
    "conversations:reopen": {"POST": OWN},
    "conversations:delete": {"POST": OWN},
    "conversations:restore": {"POST": (302, 404, 404, 404, 404, 302)},
    # Material and guidelines
    "conversations:subjects": {"GET": READ},
    "conversations:subject": {"GET": READ},
    "conversations:conversation": {"GET": READ},
    "conversations:attributes": {"GET": READ},
    "conversations:prompts": {"GET": READ},
    "conversations:withdraw": {"POST": answers(ACT, 404)},
    "conversations:restore-material": {"POST": answers(ACT, 404)},
    "conversations:guidelines": {"GET": MANAGE, "POST": MANAGE},
    "conversations:guidelines-preview": {"POST": MANAGE},
    "conversations:guidelines-in": {"GET": MANAGE, "POST": MANAGE},
    # Batches and cases
    "conversations:batches": {"GET": READ},
    "conversations:batches-card": {"GET": READ},
    "conversations:stage-file": {"POST": answers(MANAGE, 422)},
    "conversations:staged-file": {"GET": answers(MANAGE, 404), "PUT": answers(MANAGE, 404)},  # nothing is on its way
    "conversations:choices": {"GET": MANAGE, "POST": ACT},
    "conversations:upload": {"GET": MANAGE, "POST": answers(MANAGE, 422)},
    "conversations:preview-batch": {"POST": MANAGE},
    "conversations:batch": {"GET": READ},
    "conversations:batch-progress": {"GET": READ},
    "conversations:batch-problems": {"GET": READ},
    "conversations:undo-batch": {"POST": ACT},
    "conversations:cases": {"GET": READ},
    "conversations:sample-cases": {"POST": ACT},
    # Raters and stages
    "raters:card": {"GET": READ},
    "raters:create-link": {"GET": MANAGE, "POST": MANAGE},
    "raters:close-link": {"POST": ACT},
    "raters:link": {"GET": MANAGE, "POST": MANAGE},
    "stages:card": {"GET": READ},
    "stages:stage": {"GET": READ, "POST": MANAGE},
    "stages:preview": {"GET": READ},
    "stages:preview-material": {"GET": answers(READ, 404)},  # nothing is asked for
    "stages:adjudication": {"GET": MANAGE},
    # Nobody disagrees here.
    "stages:adjudicate": {"GET": answers(MANAGE, 404), "POST": answers(MANAGE, 404)},
    "stages:adjudicate-material": {"GET": answers(MANAGE, 404)},
    "stages:adjudication-withdraw": {"POST": answers(ACT, 404)},
    "stages:building": {"GET": READ},
    "stages:filling": {"GET": READ},
    "stages:open": {"POST": ACT},
    "stages:pause": {"POST": ACT},
    "stages:close": {"POST": ACT},
    "stages:gold": {"GET": MANAGE},
    "stages:gold-pick": {"GET": MANAGE},
    "stages:gold-create": {"GET": MANAGE, "POST": MANAGE},
    "stages:gold-retire": {"POST": ACT},
    "stages:gold-restore": {"POST": ACT},
    "stages:questions": {"GET": MANAGE, "POST": MANAGE},
    "stages:questions-suggest": {"POST": ACT},
    "stages:question": {"GET": MANAGE, "POST": MANAGE},
    "stages:question-retire": {"POST": ACT},
    "stages:question-move": {"POST": ACT},
    # Seeing and steering raters
    "stages:crowd": {"GET": MANAGE},
    "stages:crowd-token": {"GET": MANAGE, "POST": MANAGE},
    "stages:crowd-acts": {"GET": answers(MANAGE, 404)},
    "stages:crowd-settle": {"POST": answers(ACT, 404)},
    "stages:crowd-send": {"GET": answers(MANAGE, 404), "POST": answers(ACT, 404)},
    "stages:crowd-list": {"POST": answers(ACT, 404)},  # the link here is nobody's platform
    "stages:raters": {"GET": READ},
    "stages:raters-csv": {"GET": READ},
    "stages:rater": {"GET": READ},
    "stages:pay": {"GET": READ},
    "stages:pay-csv": {"GET": READ},
    "stages:pay-ids": {"POST": MANAGE},
    "stages:pause-rater": {"POST": ACT},
    "stages:let-rater-go-on": {"POST": ACT},
    "stages:release-leases": {"POST": ACT},
    "stages:message-rater": {"POST": answers(ACT, 422)},
    "stages:exclude-judgments": {"GET": MANAGE, "POST": answers(MANAGE, 422)},
    "stages:include-judgments": {"GET": MANAGE, "POST": ACT},
    # Runs and endpoints
    "generation:card": {"GET": READ},
    "generation:run-list": {"GET": READ},
    "generation:run-create": {"GET": MANAGE, "POST": MANAGE},
    "generation:run": {"GET": READ},
    "generation:run-progress": {"GET": READ},
    "generation:run-pause": {"POST": ACT},
    "generation:run-resume": {"POST": ACT},
    "generation:run-cancel": {"POST": ACT},
    "generation:run-retry": {"POST": ACT},
    "generation:run-thresholds": {"POST": ACT},
    "generation:run-selection": {"POST": ACT},
    "generation:ladder": {"GET": READ},
    "generation:ladder-start": {"POST": ACT},
    "generation:endpoint-list": {"GET": READ},
    "generation:endpoint-create": {"GET": MANAGE, "POST": MANAGE},
    "generation:endpoint": {"GET": MANAGE, "POST": MANAGE},
    "generation:endpoint-test": {"POST": (302, 404, 403, 403, None, None)},  # it calls the model
    "generation:held": {"GET": MANAGE},
    "generation:release": {"POST": ACT},
    "generation:rewrite": {"POST": ACT},
    # Exports
    "reports:card": {"GET": READ},
    "reports:report": {"GET": READ},
    "reports:report-state": {"GET": READ},
    "reports:report-card": {"GET": READ},
    "reports:raters-needed": {"GET": READ},
    "reports:report-html": {"GET": answers(READ, 404)},
    "reports:report-pdf": {"GET": answers(READ, 404)},
    "reports:chart-svg": {"GET": answers(READ, 404)},
    "reports:chart-csv": {"GET": answers(READ, 404)},  # the files wait until figures have been computed
    "reports:unit": {"GET": (302, 404, 403, 403, 403, 200)},  # its stage is open: the owner only
    "reports:export-list": {"GET": READ, "POST": READ},
    "reports:export-table": {"GET": READ},
    "reports:download": {"GET": READ},
    # Rating: a link lets everybody in who has it; the pages are for the raters of the stage.
    "prolific-hook": {"POST": (404,) * 6},  # there is no secret here; the signature is the only sign-in
    "arrival:arrive": {"GET": EVERYBODY, "POST": (302,) * 6},
    "arrival:resume": {"GET": (302,) * 6},
    "arrival:ended": {"GET": (403,) * 6},  # nobody has arrived by a link here
    "judgments:rate": {"GET": RATE},
    "judgments:history": {"GET": RATE},
    "judgments:finish": {"GET": RATE},
    "judgments:end-arrival": {"POST": answers(RATE, 302)},
    "judgments:blinding": {"GET": answers(RATE, 302), "POST": answers(RATE, 302)},  # nothing is asked here
    "judgments:messages": {"GET": RATE, "POST": answers(RATE, 422)},
    "judgments:withdraw": {"GET": RATE, "POST": answers(RATE, 302)},
    "judgments:practice": {"GET": answers(RATE, 302)},  # it is done
    "judgments:practice-feedback": {"GET": RATE},
    "judgments:practice-submit": {"POST": answers(RATE, 400)},
    "judgments:practice-set-aside": {"POST": answers(RATE, 400)},
    "judgments:check": {"GET": RATE, "POST": answers(RATE, 422)},
    "judgments:revise": {"GET": RATE},
    "judgments:material": {"GET": answers(RATE, 404)},  # nothing is asked for
    "judgments:submit": {"POST": answers(RATE, 400)},
    "judgments:draft": {"POST": answers(RATE, 400)},
    "judgments:set-aside": {"POST": answers(RATE, 400)},
    # The API
    "api:study-list": {"GET": API_SIGNED_IN, "POST": (401, 403, 403, 403, 403, 400)},
    "api:study": {"GET": API_READ, "PATCH": API_MANAGE},
    "api:stage-list": {"GET": API_READ},
    "api:stage": {"GET": API_READ, "PATCH": API_MANAGE},
    "api:stage-open": {"POST": answers(API_MANAGE, 409)},  # it is open
    "api:stage-pause": {"POST": API_MANAGE},
    "api:stage-close": {"POST": API_MANAGE},
    "api:stage-progress": {"GET": API_READ},
    "api:stage-estimate": {"GET": API_READ},
    "api:stage-filling": {"GET": API_READ},
    "api:guidelines-list": {"GET": API_READ, "POST": answers(API_MANAGE, 400)},
    "api:guidelines-translations": {"GET": API_READ, "POST": answers(API_MANAGE, 400)},
    "api:consent-translations": {"GET": answers(API_READ, 404), "POST": answers(API_MANAGE, 404)},  # none is asked
    "api:batch-list": {"GET": API_READ, "POST": answers(API_MANAGE, 415)},  # it takes files, not JSON
    "api:staged-upload-list": {"POST": answers(API_MANAGE, 400)},
    "api:staged-upload": {"GET": answers(API_MANAGE, 404), "PUT": answers(API_MANAGE, 404)},  # nothing is on its way
    "api:batch": {"GET": API_READ},
    "api:batch-problems": {"GET": API_READ},
    "api:batch-undo": {"POST": API_MANAGE},
    "api:version-list": {"GET": API_READ},
    "api:version-choose": {"POST": answers(API_MANAGE, 400)},  # nothing is chosen
    "api:arm-list": {"GET": API_READ},
    "api:run-list": {"GET": API_READ, "POST": answers(API_MANAGE, 400)},
    "api:run-estimate": {"POST": answers(API_MANAGE, 400)},
    "api:run": {"GET": API_READ},
    "api:report": {"GET": answers(API_READ, 202)},  # a worker has to compute it
    "api:export-list": {"GET": API_READ, "POST": answers(API_READ, 202)},
    "api:export": {"GET": API_READ},
    "api:export-download": {"GET": API_READ},
}
# Addresses that name an object of a study by its number.
OWN_OBJECTS = {"pk", "batch_id", "link_id", "run_id", "endpoint_id", "comparison_id", "export_id", "assignment_id"} | {
    "task_id",
    "question_id",
    "unit_id",
}
