"""Races: of many callers with one state exactly one is served, first logins of one person make one user, retried refreshes agree."""
import threading
import unittest

import harness
from clients import Direct, Jar
from fake.idp.provider import Provider


class Parallel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.idp = Provider()
        cls.instance = harness.Instance({"providers": harness.local_providers(cls.idp)}, workers=4).start()

    @classmethod
    def tearDownClass(cls):
        cls.instance.stop()
        cls.idp.stop()

    def at_once(self, n, call):
        """The results of call(client, i) in n threads that go at the same moment, each with a connection of its own."""
        results, barrier = [None] * n, threading.Barrier(n)

        def one(i):
            client = Direct(self.instance.socket)
            barrier.wait()
            results[i] = call(client, i)
            client.close()
        threads = [threading.Thread(target=one, args=(i,)) for i in range(n)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60 * harness.PATIENCE)
        return results

    def test_one_code_and_state_from_16_callers_gives_one_login(self):
        for how in ("form", "query"):
            jar = Jar()
            back = self.idp.approve(Direct(self.instance.socket).begin("github-local", jar), f"ok.once{how}")
            query = f"?code={back['code']}&state={back['state']}"

            def call(client, _i, how=how, query=query, back=back, jar=jar):
                if how == "form":
                    return client.post("/o/github-local/", form=back, jar=Jar(jar))
                return client.post("/o/github-local/" + query, form="", jar=Jar(jar))
            replies = self.at_once(16, call)
            self.assertEqual(sorted(r.status for r in replies), [201] + [400] * 15)
            text = "Wrong state parameter given." if how == "form" else "Invalid state has been provided."
            self.assertEqual({r.json()["non_field_errors"][0] for r in replies if r.status == 400}, {text})
            self.assertEqual(self.idp.grants[back["code"]].used, 1, "the code was sent to the provider once")

    def test_first_logins_of_one_person_make_one_user(self):
        """wire.json U08: djoser answers 400 to some, and leaves users behind that nobody can log in as."""
        replies = self.at_once(8, lambda client, _i: client.login(self.idp, "ok.race77"))
        self.assertEqual([r.status for r in replies], [201] * 8)
        self.assertEqual({r.json()["user"] for r in replies}, {"race77"})
        self.assertEqual(len(self.instance.sql("SELECT id FROM users WHERE username LIKE '%race77%'")), 1)

    def test_logins_of_different_people_do_not_disturb_each_other(self):
        replies = self.at_once(24, lambda client, i: client.login(self.idp, f"ok.many{i}"))
        self.assertEqual([r.json()["user"] for r in replies], [f"many{i}" for i in range(24)])

    def test_one_refresh_token_from_8_callers_gives_one_successor(self):
        refresh = Direct(self.instance.socket).login(self.idp, "ok.refresher").json()["refresh"]
        replies = self.at_once(8, lambda client, _i: client.post("/jwt/refresh/", json_text={"refresh": refresh}))
        self.assertEqual([r.status for r in replies], [200] * 8)
        self.assertEqual(len({r.json()["refresh"] for r in replies}), 1)
        self.assertNotIn(refresh, {r.json()["refresh"] for r in replies})


if __name__ == "__main__":
    unittest.main()
