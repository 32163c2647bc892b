"""Runs the stand-in provider alone, for trying things out by hand: (cd tests && /usr/bin/python3 -m fake.idp [PORT])"""
import sys
import threading

from .provider import CLIENT, SECRET, Provider

provider = Provider(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
print(f"{provider.base} (OpenID issuer {provider.issuer}), client {CLIENT}, secret {SECRET}", flush=True)
threading.Event().wait()
