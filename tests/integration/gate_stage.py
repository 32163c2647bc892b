#!/usr/bin/python3
"""A web server with a gate, for the tests in a browser (tests/browser/gate.mjs): gate_stage.py SERVER prints its address and runs until its
input ends. Whoever signs in with the demo provider sees /team/, and nobody sees /team/admin/."""
import sys

import gate_servers
import harness

SERVERS = {"lighttpd": gate_servers.Lighttpd, "nginx": gate_servers.Nginx, "mod_fcgid": gate_servers.ApacheFcgid,
           "mod_authnz_fcgi": gate_servers.ApacheAuthnz}


def main():
    port = harness.free_port()
    origin = f"http://127.0.0.1:{port}"
    instance = harness.Instance({
        "demo": {"enabled": True},
        "gate.team": {"paths": ["/team/"], "providers": ["demo"]}, "gate.nobody": {"paths": ["/team/admin/"], "users": ["nobody at all"]},
    }, port=port)
    instance.command("migrate")
    server = SERVERS[sys.argv[1]](instance)
    try:
        print(origin, flush=True)
        sys.stdin.read()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
