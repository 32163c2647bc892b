"""Less to attack: what a process can still do once it has given up the rest (src/guard), and XML read by a process that has nothing to lose
(src/reader). First a program of our own that tries (tests/fake/guard_main.cc), then the real one, looked at from outside."""
import contextlib
import http.server
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time
import unittest
import urllib.parse

import harness
from clients import Direct, Jar
from fake.idp.provider import Provider

SANITIZED = harness.MODE in ("asan", "tsan")
PROGRAM = harness.ROOT / "build" / harness.MODE / "tests" / "guard"

# What becomes of an attempt: (in a worker, in a reader of XML, why).
ATTEMPTS = {
    "compute": ("done", "done", "the twin of all refusals: the process lives and works"),
    "start_thread": ("done", "EAGAIN", "a worker has threads, a reader needs none"),
    "write_in_folder": ("done", "ENOSYS", "the database's folder"),
    "read_elsewhere": ("EACCES", "ENOSYS", "a file that was not named"),
    "write_elsewhere": ("EACCES", "ENOSYS", ""),
    "create_elsewhere": ("EACCES", "ENOSYS", ""),
    "read_shadow": ("EACCES", "ENOSYS", ""),
    "read_own_memory": ("EACCES", "ENOSYS", "/proc is no file of a worker's"),
    "read_hosts": ("done", "ENOSYS", "name resolution reads it"),
    "make_folder": ("EPERM", "EPERM", ""),
    "link_elsewhere": ("EPERM", "EPERM", "a link would lead other programs out of the folder"),
    "resolve": ("done", "ENOENT", "getaddrinfo with AI_ADDRCONFIG, as libcurl calls it"),
    "connect": ("done", "ENOSYS", "providers are called by the worker"),
    "bind_tcp": ("EPERM", "ENOSYS", "nobody is to find a door that an attacker opened"),
    "bind_udp": ("EPERM", "ENOSYS", ""),
    "bind_unix": ("EPERM", "ENOSYS", ""),
    "listen": ("EPERM", "ENOSYS", ""),
    "raw_socket": ("ENOSYS", "ENOSYS", ""),
    "packet_socket": ("ENOSYS", "ENOSYS", ""),
    "fork": ("EPERM", "ENOSYS", "threads, but no processes"),
    "signal_parent": ("EPERM", "EPERM", "signals to itself alone"),
    "write_and_run_memory": ("EPERM", "EPERM", "what was written is no program"),
    "raise_limit": ("EPERM", "EPERM", ""),
    "push_key": ("ENOSYS", "ENOSYS", "TIOCSTI types into the terminal that we were started from"),
    "become_nobody": ("EPERM", "EPERM", ""),
    **{name: ("killed", "killed", "nobody calls that by mistake")
       for name in ("execve", "ptrace", "look_into_parent", "bpf", "mount", "unshare", "chroot")},
}
# The very same attempts where nothing forbids them, for whoever runs the tests: so the refusals above are the guard's.
ALLOWED_OTHERWISE = ("start_thread", "read_elsewhere", "write_elsewhere", "create_elsewhere", "read_own_memory", "make_folder", "link_elsewhere",
                     "connect", "bind_tcp", "bind_udp", "listen", "fork", "signal_parent", "write_and_run_memory", "raise_limit", "execve", "ptrace")
# The sanitizers' own work needs these, so that they are left to them (src/guard/calls.h).
SANITIZERS_MAY = {"ptrace", "fork", "look_into_parent", "signal_parent", "write_and_run_memory", "raise_limit", "start_thread", "read_own_memory",
                  "push_key", "raw_socket", "packet_socket"}


def status_of(pid, thread=None):
    lines = pathlib.Path(f"/proc/{pid}/task/{thread or pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def children(pid):
    with contextlib.suppress(OSError):
        return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def alive(pid):
    with contextlib.suppress(OSError):
        return status_of(pid)["State"][0] not in "ZX"
    return False


class TheProgramThatTries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = harness.temporary_folder()
        (folder / "mine").mkdir()
        (folder / "theirs").write_text("secret")
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            cls.outcomes = {profile: dict(line.split(" ", 1) for line in subprocess.run(
                [PROGRAM, profile, folder / "mine", folder / "theirs", str(port)], capture_output=True, text=True, check=True,
                timeout=60 * harness.PATIENCE).stdout.splitlines()) for profile in ("none", "worker", "reader", "keeper")}

    def test_what_a_worker_and_a_reader_can_still_do(self):
        self.assertGreaterEqual(int(self.outcomes["worker"]["landlock"]), 1, "this kernel has no Landlock: nothing here can be proven")
        self.assertEqual(self.outcomes["worker"]["seccomp"], "1")
        for name, (worker, reader, why) in ATTEMPTS.items():
            for profile, wanted in (("worker", worker), ("reader", reader)):
                if SANITIZED and (name in SANITIZERS_MAY or profile == "reader"):
                    continue
                with self.subTest(f"{profile}: {name}: {why}"):
                    self.assertEqual(self.outcomes[profile][name], wanted)

    def test_nothing_else_forbids_it(self):
        for name in ALLOWED_OTHERWISE:
            with self.subTest(name):
                self.assertEqual(self.outcomes["none"][name], "done")

    def test_a_keeper_starts_processes_and_nothing_more(self):
        keeper = self.outcomes["keeper"]
        self.assertEqual((keeper["fork"], keeper["compute"]), ("done", "done"))
        if SANITIZED:  # they may more than this
            return
        for name in ("read_hosts", "write_in_folder", "connect", "bind_tcp", "listen"):
            self.assertEqual(keeper[name], "ENOSYS", name)
        self.assertEqual({keeper[name] for name in ("execve", "ptrace", "bpf", "mount")}, {"killed"})

    def test_every_process_from_its_first_moment(self):
        for profile in ("none", "worker"):
            said = self.outcomes[profile]
            self.assertEqual((said["core_limit"], said["dumpable"], said["no_new_privileges"]), ("0", "0", "1"))


class Cas(http.server.BaseHTTPRequestHandler):
    """A CAS server that believes every ticket: its answers are what is read."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        ticket = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))["ticket"]
        body = ("<cas:serviceResponse xmlns:cas='http://www.yale.edu/tp/cas'><cas:authenticationSuccess><cas:user>"
                f"{ticket[3:]}</cas:user></cas:authenticationSuccess></cas:serviceResponse>").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class RealProcesses(unittest.TestCase):
    settings = {}

    def setUp(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Cas)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        uni = {"kind": "cas", "url": f"http://127.0.0.1:{server.server_port}"}
        self.instance = harness.Instance({"providers": {"uni": uni}, **self.settings}, workers=1).start()
        self.addCleanup(self.instance.stop)
        self.client = Direct(self.instance.socket)
        self.addCleanup(self.client.close)

    def worker(self):
        return harness.wait_for("a worker", lambda: (self.instance.process.children() or [None])[-1])

    def keeper_and_readers(self):
        worker = self.worker()
        keeper = harness.wait_for("a keeper", lambda: (children(worker) or [None])[0])
        return keeper, harness.wait_for("two readers", lambda: r if len(r := children(keeper)) == 2 else None)

    def login(self, name="alice"):
        jar = Jar()
        query = urllib.parse.urlsplit(self.client.begin("uni", jar)).query
        service = urllib.parse.urlsplit(dict(urllib.parse.parse_qsl(query))["service"])
        state = dict(urllib.parse.parse_qsl(service.query))["state"]
        return self.client.post("/o/uni/", form={"state": state, "ticket": "ST-" + name}, jar=jar)


class Confined(RealProcesses):
    def test_all_threads_of_a_worker(self):
        self.assertEqual(self.login().status, 201)  # the network's thread starts with the first call
        worker = self.worker()
        threads = os.listdir(f"/proc/{worker}/task")
        self.assertGreater(len(threads), 16)
        for thread in threads:
            status = status_of(worker, thread)
            self.assertEqual((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"))
        limits = pathlib.Path(f"/proc/{worker}/limits").read_text()
        self.assertRegex(limits, r"Max core file size +0 +0 ")

    def test_the_master_can_still_start_workers(self):
        status = status_of(self.instance.process.pid)
        self.assertEqual((status["NoNewPrivs"], status["Seccomp"]), ("1", "0"))
        before = self.worker()
        self.instance.process.popen.send_signal(signal.SIGHUP)
        harness.wait_for("another worker", lambda: self.worker() != before and not alive(before))
        self.assertEqual(self.login().status, 201)

    def test_a_crash_leaves_no_core(self):
        worker = self.worker()
        sign = signal.SIGABRT if SANITIZED else signal.SIGSEGV  # they make a report of their own of the latter
        os.kill(worker, sign)
        harness.wait_for("its end in the log", lambda: f"pid={worker} why=\"signal {int(sign)}\"" in self.instance.log())
        for folder in (self.instance.folder, pathlib.Path.cwd()):
            self.assertEqual([f for f in folder.iterdir() if f.name.startswith("core")], [])
        self.assertEqual(self.login().status, 201)

    def test_readers_hold_nothing_but_their_socket(self):
        keeper, readers = self.keeper_and_readers()
        own = {2} if SANITIZED else set()  # their reports go there
        for pid in (keeper, *readers):
            links = {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd") if int(fd) not in own}
            self.assertEqual(len(links), 1, links)
            self.assertTrue(links.pop().startswith("socket:"))
            status = status_of(pid)
            self.assertEqual((status["NoNewPrivs"], status["Seccomp"], status["Threads"] if not SANITIZED else "1"), ("1", "2", "1"))
            self.assertRegex(pathlib.Path(f"/proc/{pid}/limits").read_text(), r"Max file size +0 +0 ")
            if not SANITIZED:
                self.assertEqual(pathlib.Path(f"/proc/{pid}/environ").read_bytes(), b"")


class ReadersThatFail(RealProcesses):
    def test_another_takes_over(self):
        """Whatever kills a reader, the next login finds one."""
        for sign in (signal.SIGKILL, signal.SIGSEGV, signal.SIGALRM):
            keeper, readers = self.keeper_and_readers()
            for pid in readers:
                os.kill(pid, sign)
            # One that is about to die may still take a request along: that is the next test's.
            harness.wait_for(f"their end after {sign}", lambda gone=readers: not any(alive(pid) for pid in gone))
            self.assertEqual(self.login().status, 201, sign)
            self.assertTrue(alive(keeper))
        self.assertEqual(self.instance.log().count("ev=worker_died"), 0)

    def test_a_reader_that_hangs_fails_one_login(self):
        _, readers = self.keeper_and_readers()
        for pid in readers:
            os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        reply = self.login()
        self.assertIn(reply.status, (400, 503), reply)
        self.assertLess(time.monotonic() - began, 8 * harness.PATIENCE)
        self.assertIn("XML: ", self.instance.log())
        os.kill(readers[0], signal.SIGKILL)  # one is enough
        self.assertEqual(self.login().status, 201)

    def test_a_worker_without_keeper_makes_way(self):
        keeper, readers = self.keeper_and_readers()
        worker = self.worker()
        os.kill(keeper, signal.SIGKILL)
        harness.wait_for("the readers' end", lambda: not any(alive(pid) for pid in readers))
        self.assertIn(self.login().status, (400, 503))
        harness.wait_for("another worker", lambda: not alive(worker))

        def works():  # while one worker leaves and the next comes, a connection may be cut off
            with contextlib.suppress(OSError, AssertionError):
                return self.login().status == 201
        harness.wait_for("logins again", works)

    def test_they_end_with_their_worker(self):
        for sign in (signal.SIGTERM, signal.SIGKILL):
            worker = self.worker()
            keeper, readers = self.keeper_and_readers()
            os.kill(worker, sign)
            harness.wait_for(f"their end after {sign}", lambda: not any(alive(pid) for pid in (keeper, *readers)))
            harness.wait_for("another worker", lambda: self.worker() != worker)

    def test_a_reader_is_not_for_people(self):
        done = subprocess.run([harness.BIN, "xml-reader"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
        self.assertEqual((done.returncode, done.stderr), (1, "latchstring: xml-reader is started by workers, not by hand\n"))


class Required(RealProcesses):
    settings = {"server": {"confine": "require", "workers": 1}}

    def test_it_starts_where_the_system_has_both(self):
        self.assertEqual(status_of(self.worker())["Seccomp"], "2")
        self.assertEqual(self.login().status, 201)


class Off(RealProcesses):
    settings = {"server": {"confine": "off", "workers": 1}}

    def test_nothing_is_given_up_and_it_is_said(self):
        self.assertEqual(self.login().status, 201)
        self.assertEqual((status_of(self.worker())["Seccomp"], status_of(self.worker())["NoNewPrivs"]), ("0", "1"))
        self.assertIn('server.confine = \\"off\\"', self.instance.log())


PAGE = os.sysconf("SC_PAGE_SIZE")
SHADOW = 64 << 30  # bytes: what is larger is the sanitizers' own bookkeeping


def pages_of(pagemap, begin, end):
    """(begin, end) of each run of pages that are there, in memory or swapped out (proc_pid_pagemap(5): bits 63 and 62)."""
    pagemap.seek(begin // PAGE * 8)
    entries = memoryview(pagemap.read((end - begin) // PAGE * 8)).cast("Q")
    first = None
    for at in range(len(entries) + 1):
        there = at < len(entries) and entries[at] >> 62
        if there and first is None:
            first = at
        elif not there and first is not None:
            yield begin + first * PAGE, begin + at * PAGE
            first = None


def memory_of(pid):
    """What a process may write to: heap, stacks, its other memory."""
    out = bytearray()
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory, \
            open(f"/proc/{pid}/pagemap", "rb", 0) as pagemap:
        for line in maps:
            place, rights = line.split()[:2]
            begin, end = (int(x, 16) for x in place.split("-"))
            if not rights.startswith("rw") or end - begin > SHADOW:
                continue
            for first, last in pages_of(pagemap, begin, end):
                with contextlib.suppress(OSError):
                    memory.seek(first)
                    out += memory.read(last - first)
    return bytes(out)


class Secrets(unittest.TestCase):
    """What a process has in memory when logins are over. Under the sanitizers memory is theirs, and not wiped."""
    def setUp(self):
        self.idp = Provider()
        self.addCleanup(self.idp.stop)
        providers = harness.local_providers(self.idp)
        self.secret = providers["oidc"]["client_secret"]
        self.instance = harness.Instance({"providers": {"oidc": providers["oidc"]}, "server": {"workers": 1, "threads": 1}}).start()
        self.addCleanup(self.instance.stop)
        self.client = Direct(self.instance.socket)
        self.addCleanup(self.client.close)

    def worker(self):
        return harness.wait_for("a worker", lambda: (self.instance.process.children() or [None])[-1])

    def test_what_a_finished_login_leaves_behind(self):
        codes, refresh, verifiers, access = [], [], [], []
        for n in range(8):
            jar = Jar()
            back = self.idp.approve(self.client.begin("oidc", jar), f"ok.person{n}number")
            reply = self.client.post("/o/oidc/", form=back, jar=jar)
            self.assertEqual(reply.status, 201, reply)
            codes.append(back["code"])
            refresh.append(reply.json()["refresh"][-40:])
        for request in list(self.idp.seen):
            form = dict(urllib.parse.parse_qsl(request.body.decode() if isinstance(request.body, bytes) else str(request.body)))
            verifiers += [form["code_verifier"]] if "code_verifier" in form else []
            bearer = request.headers.get("authorization") or request.headers.get("Authorization") or ""
            access += [bearer.split()[1]] if bearer.startswith("Bearer ") else []
        self.assertEqual((len(set(verifiers)), len(set(access))), (8, 8))
        if not harness.AS_ROOT:
            with self.assertRaises(PermissionError):  # of the same user, but PR_SET_DUMPABLE is off
                memory_of(self.worker())
            return
        memory = memory_of(self.worker())
        self.assertIn(self.secret.encode(), memory, "the twin: what is still needed is found")
        # The buffers of the last request are still in use.
        gone = {"code": codes[:-1], "refresh token": refresh[:-1], "code_verifier": verifiers[:-1], "access token of the provider": access[:-1]}
        for what, values in gone.items():
            left = [value for value in values if value.encode() in memory]
            self.assertEqual([] if SANITIZED else left, [], f"{what} after the login")

    def test_the_master_and_a_new_worker_know_no_old_secret(self):
        if not harness.AS_ROOT:
            return self.assertFalse(os.access(f"/proc/{self.worker()}/mem", os.R_OK))
        before = self.worker()
        self.instance.settings["providers"]["oidc"]["client_secret"] = "another-secret-another-secret-another"
        self.instance.write()
        self.instance.process.popen.send_signal(signal.SIGHUP)
        harness.wait_for("another worker", lambda: self.worker() != before and not alive(before))
        worker, master = memory_of(self.worker()), memory_of(self.instance.process.pid)
        self.assertIn(b"another-secret-another-secret-another", worker)
        self.assertNotIn(self.secret.encode(), worker)
        if not SANITIZED:
            self.assertNotIn(self.secret.encode(), master)
        return None


class WithoutXml(unittest.TestCase):
    def test_no_reader_where_nothing_in_xml_can_come(self):
        instance = harness.Instance({"providers": {"github": {"client_id": "c", "client_secret": "s"}}}, workers=1).start()
        self.addCleanup(instance.stop)
        self.assertEqual(children(instance.process.children()[0]), [])


if __name__ == "__main__":
    unittest.main()
