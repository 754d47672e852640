"""Calls of the platform, for the seed and the hooks."""

import json
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

PASSWORD = "seven lanterns at the harbor"


def call(method, url, body=None, token=None, headers=None, content=None):
    """Sends a request and returns the parsed response, or stops with the problem."""
    headers = {"Accept": "application/json", **(headers or {})}
    if body is not None:
        content, headers["Content-Type"] = json.dumps(body).encode(), "application/json"
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, data=content, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            text = response.read()
            return json.loads(text) if text and "json" in response.headers.get("Content-Type", "") else None
    except urllib.error.HTTPError as error:
        sys.exit(f"conformance: {method} {url} was answered with {error.code}: {error.read().decode()[:500]}")


def eventually(what, probe):
    """Calls `probe` until it returns a value."""
    for _ in range(600):
        if found := probe():
            return found
        time.sleep(0.2)
    sys.exit(f"conformance: timed out waiting for {what}")


def mailed_token(origin, email, path):
    """Returns the token of the last mail to an address that links to a path."""

    def probe():
        mails = call("GET", f"{origin}/local/inbox?to={urllib.parse.quote(email)}")
        found = [token for mail in mails for token in re.findall(path + r"\?token=([\w-]+)", mail["text"])]
        return found[-1] if found else None

    return eventually(f"a mail to {email}", probe)


def register(origin, name):
    """Registers a user and returns its verified address."""
    email = f"{name}-{uuid.uuid4().hex[:12]}@example.org"
    call("POST", f"{origin}/auth/register", {"email": email, "password": PASSWORD, "display_name": name.title()})
    call("GET", f"{origin}/auth/verify-email?token=" + mailed_token(origin, email, "/verify-email"))
    return email


def sign_in(origin, email):
    """Returns an access token."""
    return call("POST", f"{origin}/auth/login", {"email": email, "password": PASSWORD})["access_token"]
