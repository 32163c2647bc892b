"""The web servers with a gate: each with the files that we ship (conf/web), a folder to protect, and a responder in it at /team/app.fcgi."""
import pathlib
import shutil
import sys

import webservers
from harness import Process, answers, free_port
from webservers import WEB

HERE = pathlib.Path(__file__).resolve().parent
PAGES = {"index.html": "start", "open/p.txt": "open", "team/index.html": "team", "team/s.txt": "secret", "team/app.fcgi": "",
         "team/admin/a.txt": "admins only", "team/help/h.txt": "help", "teamwork/w.txt": "another folder"}


class Gated:
    """Adds to a server the site, the responder and the gate."""

    def __init__(self, instance, gate="/team/"):
        self.gate, self.site = gate, instance.folder / "site"
        for name, text in PAGES.items():
            (self.site / name).parent.mkdir(parents=True, exist_ok=True)
            (self.site / name).write_text(text)
        self.responder_socket = str(instance.folder / "responder.sock")
        self.responder = self.start_responder(instance)
        super().__init__(instance)

    def start_responder(self, instance):
        process = Process([sys.executable, HERE / "gate_responder.py", self.responder_socket], instance.folder / "responder.log")
        process.wait_until("the responder", lambda: answers(self.responder_socket))
        return process

    def stop(self):
        super().stop()
        if self.responder:
            self.responder.stop()


class Lighttpd(Gated, webservers.Lighttpd):
    def configuration(self):
        return super().configuration().replace(str(self.folder) + '"\nserver.errorlog', str(self.site) + '"\nserver.errorlog') + f"""
mimetype.assign = ( ".html" => "text/html", ".txt" => "text/plain" )
index-file.names = ( "index.html" )
fastcgi.server += ( ".fcgi" => (( "socket" => "{self.responder_socket}" )) )
var.latchstring_gate      = "{self.gate}"
var.latchstring_gate_root = "{self.site}"
include "{WEB}/lighttpd-gate.conf"
"""


class Nginx(Gated, webservers.Nginx):
    def configuration(self):
        gated = f"include {WEB}/nginx-gate-location.conf;"
        own = "" if self.gate == "/team/" else f"location {self.gate} {{ {gated} }}"
        return super().configuration().replace("location /auth/", f"""
    types {{ text/html html; text/plain txt; }}
    root {self.site};
    set $latchstring_mount /auth;
    include {WEB}/nginx-gate.conf;
    location /team/ {{ {gated} }}
    location = /team/app.fcgi {{ include /etc/nginx/fastcgi_params; {gated} fastcgi_pass unix:{self.responder_socket}; }}
    {own}
    location /auth/""")


class Apache(Gated):
    def start_responder(self, instance):
        """A CGI program in the folder itself."""
        for name, copy in (("gate_responder.py", "app.fcgi"), ("fcgi_client.py", "fcgi_client.py")):
            shutil.copy(HERE / name, self.site / "team" / copy)
        (self.site / "team" / "app.fcgi").chmod(0o755)

    def base(self):
        return super().base().replace(f"DocumentRoot {self.folder}", f"DocumentRoot {self.site}") + f"""
ScriptSock {self.folder}/cgid.sock
DirectoryIndex index.html
<Files app.fcgi>
  SetHandler cgi-script
  Options +ExecCGI
</Files>
Define LATCHSTRING_GATE {self.gate.rstrip("/") or "/"}
"""


class ApacheFcgid(Apache, webservers.ApacheFcgid):
    modules = ("fcgid", "cgid", "headers")

    def configuration(self):
        return super().configuration() + f"Include {WEB}/apache-fcgid-gate.conf\n"


class Htaccess(Apache, webservers.ApacheFcgid):
    """A shared host: what the server's configuration says is the host's, all of ours is in two .htaccess files."""
    modules = ("fcgid", "cgid", "headers", "mime")

    def configuration(self):
        mount = self.site / "auth"
        mount.mkdir(exist_ok=True)
        shutil.copy(WEB / "htaccess", mount / ".htaccess")
        script = mount / "latchstring.fcgi"
        script.write_text(f"#!/bin/sh\nLATCHSTRING_CONFIG={self.instance.config} exec {self.program()} serve\n")
        script.chmod(0o755)
        gate = (WEB / "htaccess-gate").read_text()
        assert "/home/you/public_html/auth/latchstring.fcgi" in gate and "ErrorDocument 401 /auth/gate\n" in gate
        (self.site / "team" / ".htaccess").write_text(gate.replace("/home/you/public_html/auth/latchstring.fcgi", str(script)))
        return self.base() + f"""
TypesConfig /dev/null
FcgidIPCDir {self.folder}/sockets
FcgidProcessTableFile {self.folder}/processes
<Directory {self.site}>
  AllowOverride FileInfo Options AuthConfig Limit
  Options +ExecCGI
</Directory>
"""


class ApacheAuthnz(Apache, webservers.ApacheProxy):
    modules = ("proxy", "proxy_fcgi", "cgid", "headers", "authz_user", "authnz_fcgi")

    def __init__(self, instance, **more):
        self.address = instance.socket = f"127.0.0.1:{free_port()}"
        super().__init__(instance, **more)

    def configuration(self):
        return self.base() + f"""
UnDefine LATCHSTRING_SOCKET
Define LATCHSTRING_TCP {self.address}
AuthnzFcgiDefineProvider authn latchstring fcgi://{self.address}/
Include {WEB}/apache-proxy.conf
Include {WEB}/apache-authnz-gate.conf
"""


ALL = (Lighttpd, Nginx, ApacheFcgid, ApacheAuthnz, Htaccess)
