"""Creates users of each role and data that belongs together, and prints what requests need as JSON.

usage: seed.py ORIGIN SAMPLES MIGRATIONS

MIGRATIONS is the binary that makes a user a super admin. It reads DATABASE_URL and MAIL_TOKEN_KEYS.
"""

import json
import pathlib
import subprocess
import sys

from api import call, eventually, mailed_token, register, sign_in

origin, samples, migrations = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]


def upload(project, token, path, kind, name, content_type):
    """Creates an item, uploads its file and returns its id."""
    content = (samples / name).read_bytes()
    new = {"project_id": project, "filename": name, "content_type": content_type, "size_bytes": len(content)}
    created = call("POST", f"{origin}/{path}", new, token)
    signed = created["upload"]
    call(signed["method"], signed["url"], headers=signed["headers"], content=content)
    return created[kind]["id"]


def wait_for_text(path, token):
    """Waits until an item is processed."""
    status = lambda: call("GET", f"{origin}/{path}", token=token)["status"]
    eventually(f"the text of {path}", lambda: status() not in ("draft", "processing"))


emails = {name: register(origin, name) for name in ("root", "admin", "contributor", "reviewer", "disposable")}
subprocess.run([migrations, "grant-super-admin", emails["root"]], check=True, stdout=sys.stderr)
tokens = {name: sign_in(origin, email) for name, email in emails.items()}
users = {name: call("GET", f"{origin}/users/me", token=token)["id"] for name, token in tokens.items()}
admin, contributor = tokens["admin"], tokens["contributor"]

project = call("POST", f"{origin}/projects", {"name": "Letters", "language": "en-US"}, admin)["id"]
invite = f"{origin}/projects/{project}/invite"
for role in ("contributor", "reviewer"):
    call("POST", invite, {"email": emails[role], "role": role}, admin)
    invited = mailed_token(origin, emails[role], "/invitation")
    call("POST", f"{origin}/invitations/{invited}/accept", token=tokens[role])
guest = emails["disposable"]
invitation = call("POST", invite, {"email": guest, "role": "reviewer"}, admin)["id"]

# The last one fails.
documents = [
    upload(project, contributor, "documents", "document", name, kind)
    for name, kind in (("page.png", "image/png"), ("letter.pdf", "application/pdf"), ("not-a-pdf.pdf", "application/pdf"))
]
voice = [upload(project, contributor, "voice", "voice_sample", "speech.wav", "audio/wav")]
for item in documents:
    wait_for_text(f"documents/{item}", contributor)
for item in voice:
    wait_for_text(f"voice/{item}", contributor)
export = call("POST", f"{origin}/exports", {"project_id": project, "format": "csv"}, admin)["id"]

json.dump(
    {
        "origin": origin,
        "emails": emails,
        "users": users,
        "project_id": project,
        "invitation_id": invitation,
        "invitation_token": mailed_token(origin, guest, "/invitation"),
        "document_ids": documents,
        "voice_sample_ids": voice,
        "export_id": export,
    },
    sys.stdout,
)
