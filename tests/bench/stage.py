"""What the bench stands on: a provider, latchstring, the bare responder and nginx in front, on free loopback ports, each stopped by pid."""
import os
import pathlib
import re
import signal
import subprocess
import sys
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))
from clients import Direct, Http, Jar  # noqa: E402
from harness import AS_ROOT, BIN, ROOT, Instance, Process, answers, free_port, temporary_folder  # noqa: E402

REDIRECT = "https://app.example/cb"
TICK = os.sysconf("SC_CLK_TCK")


def cpu(pids):
    """CPU seconds that these processes have used so far, all threads."""
    fields = (pathlib.Path(f"/proc/{p}/stat").read_text().rpartition(")")[2].split() for p in pids)
    return sum(int(f[11]) + int(f[12]) for f in fields) / TICK


def switches(pids):
    """How often the threads of these processes have waited for something."""
    texts = (task.read_text() for p in pids for task in pathlib.Path(f"/proc/{p}/task").glob("*/status"))
    return sum(int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", text, re.M)[1]) for text in texts)


def memory(pid, *names):
    """MB of the named lines of smaps_rollup."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(re.search(rf"^{n}:\s+(\d+) kB", text, re.M)[1]) for n in names) / 1024


def build(name, *libraries):
    """tests/bench/NAME.cc as a program, built with optimisation when its source is newer."""
    source, program = HERE / f"{name}.cc", ROOT / "build" / "bench" / name
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        program.parent.mkdir(parents=True, exist_ok=True)
        compiler = [os.environ.get("CXX", "g++"), "-std=c++20", "-O2", "-pthread", f"-I{ROOT}/src"]
        subprocess.run([*compiler, "-o", program, source, *libraries], check=True)
    return program


def fill(template, **values):
    text = (HERE / template).read_text()
    values["USER"] = "user root;" if AS_ROOT else ""
    for name, value in values.items():
        text = text.replace(f"@{name}@", str(value))
    return text


class Stage:
    def __init__(self):
        self.folder = temporary_folder()
        self.provider_port, self.floor_port = free_port(), free_port()
        self.provider_url = f"https://localhost:{self.provider_port}"
        self.floor_socket = self.folder / "floor.sock"
        self.processes, self.floor = [], None
        self.certificate()
        self.instance = self.new_instance(workers=2, threads=64)

    def certificate(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", self.folder / "localhost.key",
                        "-out", self.ca], check=True, capture_output=True)

    @property
    def ca(self):
        return self.folder / "localhost.pem"

    def stanza(self, below):
        base = self.provider_url + below
        return {
            "kind": "oauth2", "title": "Bench", "client_id": "bench", "client_secret": "bench-secret",
            "authorize": {"url": base + "/authorize", "scope": ["profile"]},
            "token": {"url": base + "/token", "client_auth": "post"},
            "user": [{"url": base + "/user", "headers": {"Authorization": "Bearer {access_token}"}}],
            "map": {"uid": "u:/id", "username": "u:/login", "email": "u:/email", "name": "u:/name"},
        }

    def new_instance(self, workers, threads):
        return Instance({"redirect_uris": [REDIRECT], "server": {"workers": workers, "threads": threads},
                         "upstream": {"ca_file": str(self.ca)}, "gate.team": {"paths": ["/team/"], "email_domains": ["example.com"]},
                         "providers": {"bench": self.stanza(""), "slow": self.stanza("/slow")}}, workers=workers)

    def run(self, name, command, until):
        process = Process(command, self.folder / f"{name}.out", cwd=self.folder)
        self.processes.append(process)
        process.wait_until(name, until)
        return process

    def nginx(self, name, port, text):
        (self.folder / f"{name}.conf").write_text(text)
        command = ["nginx", "-p", self.folder, "-c", self.folder / f"{name}.conf", "-e", self.folder / f"{name}.log"]
        return self.run(name, command, lambda: answers(("127.0.0.1", port)))

    def start_provider(self):
        modules = list(pathlib.Path("/usr/lib/nginx/modules").glob("ngx_http_echo_module.so"))
        if not modules:
            sys.exit("bench: nginx has no echo module; Debian's nginx-light brings it")
        self.provider = self.nginx("provider", self.provider_port,
                                   fill("provider.conf", MODULE=modules[0], FOLDER=self.folder, PORT=self.provider_port))

    def start(self):
        """latchstring, the bare responder with the very bytes that latchstring answers, and nginx before both."""
        self.instance.start()
        reply = Direct(self.instance.socket).get("/o/bench/?" + urllib.parse.urlencode({"redirect_uri": REDIRECT}))
        assert reply.status == 200, reply
        answer = "".join(f"{k}: {v}\r\n" for k, v in reply.headers if k != "status").encode() + b"\r\n" + reply.body
        (self.folder / "answer").write_bytes(answer)
        program = build("floor_fcgi", "-lfcgi")
        self.floor = self.run("floor", [program, self.floor_socket, 2, 64, self.folder / "answer"], lambda: answers(str(self.floor_socket)))
        shipped = (ROOT / "conf/web/nginx.conf").read_text()
        floor, changed = re.subn(r"(?m)^fastcgi_pass\s+latchstring;", "fastcgi_pass floor;", shipped)
        assert changed == 1, "conf/web/nginx.conf no longer passes to an upstream named latchstring"
        (self.folder / "floor.conf").write_text(floor)
        self.start_front()

    def start_front(self):
        port = self.instance.port
        self.front = self.nginx("front", port, fill("front.conf", FOLDER=self.folder, SOCKET=self.instance.socket, FLOOR=self.floor_socket,
                                                    PORT=port, FLOOR_PORT=self.floor_port, WEB=ROOT / "conf/web/nginx.conf"))

    def restart_with(self, workers, threads):
        """A latchstring of another size, behind the same nginx."""
        self.instance.stop()
        self.instance.settings["server"].update(workers=workers, threads=threads)
        self.instance.write()
        self.instance.start()

    def workers(self):
        return self.instance.process.children()

    def floor_workers(self):
        return [self.floor.pid, *self.floor.children()]

    def url(self, path, floor=False):
        return f"http://127.0.0.1:{self.floor_port if floor else self.instance.port}/auth{path}"

    def begin_path(self, provider="bench"):
        return f"/o/{provider}/?" + urllib.parse.urlencode({"redirect_uri": REDIRECT})

    def cookie(self):
        """The Cookie header of one browser that has begun a login."""
        jar, client = Jar(), Http(self.instance.port)
        reply = client.get(self.begin_path(), jar=jar)
        client.close()
        assert reply.status == 200 and jar, reply
        return jar.header()

    def counted_logins(self, provider):
        """How many logins latchstring itself has counted as good."""
        client = Http(self.instance.port)
        text = client.get("/metrics").body.decode()
        client.close()
        lines = (line for line in text.splitlines() if line.startswith("latchstring_logins_total{"))
        return sum(int(float(line.split()[-1])) for line in lines if f'provider="{provider}"' in line and 'outcome="ok"' in line)

    def stop(self):
        self.instance.stop()
        for pid in self.floor.children() if self.floor else []:
            os.kill(pid, signal.SIGTERM)
        for process in reversed(self.processes):
            process.stop()
