"""The four web servers, each with the configuration that we ship (conf/web) and around it no more than a port and a temporary folder.
They listen on an Instance's port, as its public_url says."""
import os
import signal

from harness import AS_ROOT, BIN, ROOT, WEB_USER, Process, answers

WEB = ROOT / "conf" / "web"


class WebServer:
    """Writes its configuration, starts, and waits until the port answers."""
    needs_service = True   # a latchstring that listens on the Instance's socket; mod_fcgid starts its own

    def __init__(self, instance):
        self.instance, self.folder = instance, instance.folder / type(self).__name__.lower()
        self.folder.mkdir(exist_ok=True)
        if self.needs_service:
            instance.start()
        config = self.folder / "server.conf"
        config.write_text(self.configuration())
        if not self.needs_service:
            instance.give_to_web_user()
        self.process = Process(self.command(config), self.folder / "out", cwd=self.folder)
        self.process.wait_until(f"port {instance.port}", lambda: answers(("127.0.0.1", instance.port)))

    def log(self):
        return "".join(p.read_text(errors="replace") for p in (self.folder / "out", self.folder / "error.log") if p.exists())

    def stop(self):
        self.process.stop(signal.SIGTERM)
        if self.needs_service:
            self.instance.stop()


class Lighttpd(WebServer):
    def configuration(self):
        return f"""
server.port = {self.instance.port}
server.bind = "127.0.0.1"
server.document-root = "{self.folder}"
server.errorlog = "{self.folder}/error.log"
var.latchstring_mount  = "/auth"
var.latchstring_socket = "{self.instance.socket}"
include "{WEB}/lighttpd.conf"
"""

    def command(self, config):
        return ["lighttpd", "-D", "-f", config]


class Nginx(WebServer):
    def configuration(self):
        temp = "".join(f"{kind}_temp_path {self.folder}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return f"""
daemon off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error.log; {'user root;' if AS_ROOT else ''}
events {{ worker_connections 256; }}
http {{
  access_log off; {temp}
  upstream latchstring {{ server unix:{self.instance.socket}; keepalive 32; }}
  server {{
    listen 127.0.0.1:{self.instance.port};
    location /auth/ {{ include {WEB}/nginx.conf; }}
  }}
}}
"""

    def command(self, config):
        return ["nginx", "-p", self.folder, "-c", config, "-e", self.folder / "error.log"]


class Apache(WebServer):
    modules = ()

    def base(self):
        modules = ("mpm_event", "authz_core", "authn_core", "alias", "env", "setenvif", "rewrite", "dir", *self.modules)
        return f"""
ServerRoot {self.folder}
ServerName localhost
{''.join(f'LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so{chr(10)}' for m in modules)}
{f'User {WEB_USER}{chr(10)}Group {WEB_USER}' if AS_ROOT else ''}
Listen 127.0.0.1:{self.instance.port}
PidFile {self.folder}/pid
Mutex file:{self.folder} default
ErrorLog {self.folder}/error.log
DocumentRoot {self.folder}
Define LATCHSTRING_MOUNT /auth
Define LATCHSTRING_PROGRAM {self.program()}
Define LATCHSTRING_CONFIG {self.instance.config}
Define LATCHSTRING_SOCKET {self.instance.socket}
"""

    def program(self):
        return BIN

    def command(self, config):
        return ["apache2", "-DFOREGROUND", "-f", config]


class ApacheProxy(Apache):
    modules = ("proxy", "proxy_fcgi")

    def configuration(self):
        return self.base() + f"Include {WEB}/apache-proxy.conf\n"


class ApacheFcgid(Apache):
    modules = ("fcgid",)
    needs_service = False

    def program(self):
        """A copy where the web server's user can reach it, whoever owns the build folder."""
        copy = self.folder / "latchstring"
        if not copy.exists():
            copy.write_bytes(open(BIN, "rb").read())
            copy.chmod(0o755)
        return copy

    def configuration(self):
        sanitizers = "".join(f'FcgidInitialEnv {k} "{v}"\n' for k, v in os.environ.items() if k.endswith("SAN_OPTIONS"))
        return self.base() + f"""
FcgidIPCDir {self.folder}/sockets
FcgidProcessTableFile {self.folder}/processes
{sanitizers}Include {WEB}/apache-fcgid.conf
"""

    def workers(self):
        """Pids of the latchstring processes that mod_fcgid has started."""
        found = []
        for pid in self.process.children():
            found += descendants(pid, str(self.program()))
        return found


def descendants(pid, program):
    """`pid` and what it started, as far as it runs that program."""
    found = []
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            if f.read().split(b"\0")[0].decode() == program:
                found.append(pid)
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
            for child in f.read().split():
                found += descendants(int(child), program)
    except OSError:
        pass  # it has just ended
    return found


ALL = (Lighttpd, Nginx, ApacheFcgid, ApacheProxy)
