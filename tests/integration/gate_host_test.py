"""The gate before a whole host, and beside other modules of the web server."""
import os
import signal
import unittest
import urllib.parse

import gate_servers
import harness
from gate_people import Person, send
from gate_test import BROWSER, JSON


class LighttpdModules(unittest.TestCase):
    def test_a_proxy_that_comes_first_is_not_asked_either(self):
        class ProxyFirst(gate_servers.Lighttpd):
            def configuration(self):
                proxy = f'proxy.server = ( "/team/" => (( "host" => "127.0.0.1", "port" => "{self.instance.port}" )) )\n'
                return 'server.modules = ( "mod_proxy" )\n' + proxy + super().configuration()
        instance = harness.Instance({"providers": {}})
        web = ProxyFirst(instance)
        self.addCleanup(web.stop)
        reply = send(instance.port, "/team/s.txt", JSON)
        self.assertEqual(reply.status, 401)
        self.assertTrue(reply.json()["login_url"].endswith("?next=%2Fteam%2Fs.txt"), reply)


class Down(unittest.TestCase):
    """Without latchstring the door is shut, also for those who may come in."""

    def try_it(self, server, end):
        instance = harness.Instance({"providers": {}})
        instance.command("migrate")
        web = server(instance)
        self.addCleanup(web.stop)
        cookie = Person(instance, "ada").session()
        self.assertEqual(send(instance.port, "/team/s.txt", cookie).body, b"secret")
        end(instance, web)
        for headers in (cookie, JSON, BROWSER):
            for target in ("/team/s.txt", "/team/app.fcgi"):
                reply = send(instance.port, target, headers)
                self.assertGreaterEqual(reply.status, 400, reply)
                self.assertNotIn(b"secret", reply.body)
                self.assertNotIn(b"REQUEST_METHOD", reply.body)

    @staticmethod
    def stop(instance, _web):
        instance.stop()

    @staticmethod
    def break_start(instance, web):
        """mod_fcgid starts the processes itself: the next ones fail."""
        instance.config.write_text("broken")
        for pid in (pids := web.workers()):
            os.kill(pid, signal.SIGKILL)
        harness.wait_for("the processes to end", lambda: not set(pids) & set(web.workers()))

    def test_lighttpd(self):
        self.try_it(gate_servers.Lighttpd, self.stop)

    def test_nginx(self):
        self.try_it(gate_servers.Nginx, self.stop)

    def test_apache_authnz(self):
        self.try_it(gate_servers.ApacheAuthnz, self.stop)

    def test_apache_fcgid(self):
        self.try_it(gate_servers.ApacheFcgid, self.break_start)


class Everything(unittest.TestCase):
    """The whole host behind the gate; what is ours is not, or nobody could sign in."""

    def try_it(self, server):
        instance = harness.Instance({"providers": {}, "gate.all": {"paths": ["/"]}, "gate.open": {"paths": ["/open/"], "public": True}})
        instance.command("migrate")
        web = server(instance, gate="/")
        self.addCleanup(web.stop)
        ask = lambda target, headers=BROWSER: send(instance.port, target, headers)
        for target in ("/", "/index.html", "/team/s.txt", "/teamwork/w.txt"):
            reply = ask(target)
            where = instance.public_url + "/login?next=" + urllib.parse.quote(target, safe="")
            self.assertEqual((reply.status, reply.header("Location")), (303, where), target)
        self.assertEqual(ask("/open/p.txt").body, b"open")
        self.assertEqual(ask("/auth/o/").body, b"[]")
        self.assertEqual(ask("/auth/healthz").status, 200)
        self.assertEqual(ask("/auth/gate", JSON).status, 403)  # nobody knows for which page
        for target in ("/auth/../team/s.txt", "/auth/..%2fteam/s.txt", "/auth//../team/s.txt", "/auth/o/..;/../team/s.txt", "/AUTH/../team/s.txt"):
            self.assertNotIn(b"secret", ask(target).body, target)
        reply = ask("/", Person(instance, "ada").session())
        self.assertEqual((reply.status, reply.body), (200, b"start"))

    def test_nginx(self):
        self.try_it(gate_servers.Nginx)

    def test_apache_fcgid(self):
        self.try_it(gate_servers.ApacheFcgid)

    def test_apache_authnz(self):
        self.try_it(gate_servers.ApacheAuthnz)


if __name__ == "__main__":
    unittest.main()
