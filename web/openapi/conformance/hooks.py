"""Hooks of schemathesis: users of several roles send the requests, and values that only the platform knows come from its
responses and from the data of seed.py (ALTA_SEED names its output)."""

import json
import os
import random
import re
import threading
import unicodedata
import uuid

import schemathesis

from api import register, sign_in

with open(os.environ["ALTA_SEED"], encoding="utf-8") as file:
    SEED = json.load(file)
ORIGIN = SEED["origin"]

# Requests that end a session or an account come from a user that no other request needs.
SESSION_ENDING = {
    ("DELETE", "/users/me"),
    ("DELETE", "/users/me/sessions"),
    ("DELETE", "/users/me/sessions/{session_id}"),
    ("POST", "/auth/logout"),
    ("POST", "/users/me/password"),
}
ROLES = {"/admin": ["root"], "/review": ["reviewer", "admin"], "/exports": ["admin"], "/analytics": ["admin", "root"]}
ANY = ["admin", "contributor", "reviewer", "root"]

emails, tokens = dict(SEED["emails"]), {}
lock = threading.Lock()


def role_of(method, path, phase):
    if (method, path) in SESSION_ENDING:
        return "disposable"
    # Steps that follow each other: a super admin sees what the step before has created.
    if phase == "stateful":
        return "root"
    roles = next((roles for prefix, roles in ROLES.items() if path.startswith(prefix)), ANY)
    return random.choice(roles)


def token_of(role):
    with lock:
        if role not in tokens:
            try:
                tokens[role] = sign_in(ORIGIN, emails[role])
            except SystemExit:
                # The account was deleted.
                emails[role] = register(ORIGIN, role)
                tokens[role] = sign_in(ORIGIN, emails[role])
        return tokens[role]


@schemathesis.auth(refresh_interval=None)
class Users:
    def get(self, case, context):
        phase = case.meta.phase.name if case.meta else None
        return token_of(role_of(case.method.upper(), case.operation.path, phase))

    def set(self, case, token, context):
        case.headers["Authorization"] = f"Bearer {token}"


# The data of the seed, which requests that delete or demote must keep for the others.
PROTECTED_IDS = {SEED["project_id"], SEED["invitation_id"], *SEED["document_ids"], *SEED["voice_sample_ids"]}
PROTECTED_IDS |= {user for name, user in SEED["users"].items() if name != "disposable"}


def is_destructive(method, path):
    return method == "DELETE" or (method == "PATCH" and path.endswith("/{user_id}"))


# By operation: the path, the query and the cursor of a list that continues.
lists = {}


@schemathesis.hook
def before_call(context, case, kwargs):
    """Replaces protected ids in destructive requests, and values that only the platform knows."""
    if is_destructive(case.method.upper(), case.operation.path):
        for name, value in (case.path_parameters or {}).items():
            if value in PROTECTED_IDS:
                case.path_parameters[name] = str(uuid.uuid4())
    if not case.meta or not case.meta.generation.mode.is_positive:
        return
    # Steps also take ids from fields that are null.
    for name, value in (case.path_parameters or {}).items():
        if value in (None, "None"):
            case.path_parameters[name] = SEED.get(name) or str(uuid.uuid4())
    if not case.query:
        return
    if "project_id" in case.query and case.query["project_id"] is None:
        case.query["project_id"] = SEED["project_id"]
    # Cursors are signed.
    if "cursor" in case.query:
        del case.query["cursor"]
        if known := lists.get(case.operation.label):
            case.path_parameters, case.query = dict(known[0]), {**known[1], "cursor": known[2]}


@schemathesis.hook
def after_call(context, case, response):
    """Remembers lists that continue, and signs in again after the end of a session."""
    if response.status_code == 401:
        with lock:
            ended = (case.headers or {}).get("Authorization", "").removeprefix("Bearer ")
            for role in [role for role, token in tokens.items() if token == ended]:
                del tokens[role]
    if response.status_code == 200 and b'"next_cursor":"' in response.content:
        query = {name: value for name, value in (case.query or {}).items() if name != "cursor"}
        lists[case.operation.label] = (case.path_parameters or {}, query, response.json()["next_cursor"])


# Valid requests are also refused because of the state of the platform, which no schema describes.
STATE = {"token_invalid", "token_expired", "ceremony_invalid", "invitation_expired", "stale", "idempotency_mismatch"}
# And because of rules that no schema can express, by the name of the field and the message of its error.
RULES = [
    # A dictionary of leaked passwords.
    (r"password", r"is a common password|is too similar to the email address"),
    # Mail programs turn names with domains into links.
    (r"name", r"contains a web address"),
    # The languages of the engine, and tags that are close to one. `GET /voice/languages` lists them.
    (r"language", r"cannot be transcribed"),
    # An authenticator signs the content of a credential.
    (r"credential", r""),
    # The IANA database of time zones.
    (r"timezone", r"must be an IANA time zone such as Europe/Berlin"),
    # Positions in the history of this platform.
    (r"last_event_id|Last-Event-ID", r".*is not the id of an event"),
    # The names `.` and `..`, and blanks of any script.
    (r".*filename", r"must not be blank or the name of a folder"),
    # One field depends on another one.
    (r"feedback", r"is required to reject an item"),
]


def fits_when_normalized(body):
    """Returns true if the password of a body has a valid length in NFKC, which no schema can count."""
    fields = [body.get(name) for name in ("password", "new_password")] if isinstance(body, dict) else []
    return any(isinstance(text, str) and 12 <= len(unicodedata.normalize("NFKC", text)) <= 128 for text in fields)


def authenticates_by_ticket(case):
    """Returns true if the query authenticates the request, so that its header is not read."""
    return case.operation.path == "/events" and "ticket" in (case.query or {})


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Accepts refusals of valid requests, and the reverse, for a reason that the schema cannot tell."""
    only_authorization = "component: parameters `Authorization` in" in failure.message
    if authenticates_by_ticket(case) and (failure.code == "ST401" or only_authorization):
        return False
    if failure.code == "ST201":
        return "Length` at /properties" not in failure.message or not fits_when_normalized(case.body)
    if failure.code != "ST202":
        return True
    problem = response.json()
    if problem["code"] in STATE:
        return False
    errors = problem.get("errors") or [{"field": problem.get("detail", ""), "message": problem.get("detail", "")}]
    expressible = [
        error
        for error in errors
        if not any(re.search(field, error["field"]) and re.match(text, error["message"]) for field, text in RULES)
    ]
    return bool(expressible)
