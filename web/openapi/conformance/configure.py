"""Prints the configuration of schemathesis with the ids that seed.py created.

usage: configure.py SEED CONFIGURATION
"""

import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    seed = json.load(file)
with open(sys.argv[2], encoding="utf-8") as file:
    print(file.read())

known = {
    "project_id": [seed["project_id"]],
    "document_id": seed["document_ids"],
    "voice_sample_id": seed["voice_sample_ids"],
    "item_id": seed["document_ids"] + seed["voice_sample_ids"],
    "export_id": [seed["export_id"]],
    "invitation_id": [seed["invitation_id"]],
    "user_id": list(seed["users"].values()),
    "token": [seed["invitation_token"]],
}
for name, values in known.items():
    print(f"[dictionaries.{name}]\nvalues = {json.dumps(values)}\n")
print("[parameters]")
for name in known:
    for place in ["path", "query", "body"] if name in ("project_id", "item_id") else ["path"]:
        print(f'"{place}.{name}" = {{ dictionary = "{name}", probability = 0.7 }}')
