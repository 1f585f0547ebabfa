"""HS256 tokens as KubeSage takes them, from the standard library alone."""
import base64
import hashlib
import hmac
import json
import time


def _part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def token(secret, user, lifetime=24 * 3600, **claims):
    """A token of user id `user`, signed with the bytes `secret`; `claims` are added as they are."""
    head = _part(b'{"alg":"HS256","typ":"JWT"}')
    body = {"sub": str(user), "username": f"user{user}", "exp": int(time.time()) + lifetime, **claims}
    signed = head + b"." + _part(json.dumps(body, separators=(",", ":")).encode())
    return (signed + b"." + _part(hmac.new(secret, signed, hashlib.sha256).digest())).decode()
