"""www/ is checked while it is compiled in: each mistake in it stops the build, with the file and what is wrong."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def embed(folder):
    return subprocess.run([sys.executable, ROOT / "tools" / "embed.py", "pages", folder], capture_output=True, text=True, timeout=60, check=False)


def replaced(name, old, new):
    def spoil(folder):
        path = folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{name} does not hold {old!r}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return spoil


def added(name, text):
    return lambda folder: (folder / name).write_text(text, encoding="utf-8")


MISTAKES = [
    ("a text is missing in one language", replaced("texts/de.json", '  "signin.title": "Anmelden",\n', ""), "de.json: signin.title is missing"),
    ("a text that English has not", replaced("texts/ja.json", "{\n", '{\n  "x.y": "z",\n'), "ja.json: x.y is not in en.json"),
    ("a place was translated", replaced("texts/fr.json", "Continuer avec {provider}", "Continuer avec {fournisseur}"), "fr.json: signin.with"),
    ("an empty text", replaced("texts/pl.json", '"Zapisz"', '" "'), "pl.json: account.save"),
    ("a text twice", replaced("texts/es.json", "{\n", '{\n  "common.copy": "x",\n'), "es.json: common.copy stands there twice"),
    ("no JSON", replaced("texts/pt.json", "{", "["), "pt.json"),
    ("no English", lambda folder: (folder / "texts/en.json").unlink(), "en.json is missing"),
    ("a text that nothing uses", lambda folder: [replaced(f"texts/{p.name}", "{\n", '{\n  "x.y": "z",\n')(folder)
                                                 for p in folder.glob("texts/*.json")], "nothing uses x.y"),
    ("a language that the modules do not know", replaced("texts.js", '"pl", ', ""), "texts.js: tags are not"),
    ("a page names a text that is not there", replaced("templates/login.html", "{{@signin.title}}", "{{@signin.tilte}}"), "signin.tilte"),
    ("a module names one", replaced("account.js", 't("account.saved")', 't("account.safed")'), "account.js: no text is called account.safed"),
    ("advice names one", replaced("advice.json", '"advice.busy"', '"advice.bussy"'), "advice.json: no text is called advice.bussy"),
    ("advice in capitals would never fit", replaced("advice.json", '"state"', '"State"'), "lower case"),
    ("a section is not closed", replaced("templates/login.html", "</ul>\n{{^providers}}", "</ul>\n{{^rest}}"), "closes nothing"),
    ("a tag is none", replaced("templates/login.html", "{{url}}", "{{ url }}"), "is no tag"),
    ("a tag is not closed", added("templates/x.html", "<p>{{site</p>"), "a tag is not closed"),
    ("a part is not there", replaced("templates/login.html", "{{>head}}", "{{>haed}}"), "_haed.html"),
    ("a script within a page", replaced("templates/login.html", "<h1>", "<script>1</script><h1>"), "no script and no style"),
    ("a style within a page", replaced("templates/login.html", "<h1>", '<h1 style="x">'), "no script and no style"),
    ("a handler within a page", replaced("templates/login.html", "<h1>", '<h1 onclick="x">'), "no script and no style"),
    ("a file of a kind that is not served", added("notes.txt", "x"), "notes.txt"),
    ("a name that is hard to write in an address", added("a b.js", "x"), "a b.js"),
]


class Pages(unittest.TestCase):
    def test_what_is_there_is_compiled_in(self):
        done = embed(ROOT / "www")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn('"latchstring.js"', done.stdout)

    def test_each_mistake_stops_the_build(self):
        for why, spoil, words in MISTAKES:
            with self.subTest(why), tempfile.TemporaryDirectory() as parent:
                folder = pathlib.Path(parent, "www")
                shutil.copytree(ROOT / "www", folder)
                spoil(folder)
                done = embed(folder)
                self.assertEqual(done.returncode, 1, why)
                self.assertIn(words, done.stderr)
                self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    unittest.main()
