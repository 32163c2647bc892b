"""What is in www/, read and checked: the files that are served, the templates, the texts in every language, the table of advice.

Raises Mistake with one line for whoever made it. Used by tools/embed.py, so that a mistake stops the build.
"""
import hashlib
import json
import pathlib
import re

TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".json": "application/json",
         ".svg": "image/svg+xml", ".ts": "text/plain; charset=utf-8"}
TAG = re.compile(r"\{\{(.*?)\}\}", re.S)
KEY = re.compile(r"[a-z_]+\.[a-z0-9_]+")
PLACE = re.compile(r"\{([a-z_]+)\}")


class Mistake(Exception):
    """One line: which file, what is wrong."""


def read(path):
    text = path.read_text(encoding="utf-8")
    if "\0" in text:
        raise Mistake(f"{path}: holds a zero byte")
    return text


def assets(folder):
    """[(name, content type, etag, text)] of what GET /www/{file} serves: all but the pages themselves."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".html":
            continue
        if path.suffix not in TYPES or not re.fullmatch(r"(texts/)?[A-Za-z0-9_.-]+", name):
            raise Mistake(f"{path}: www/ holds pages, {', '.join(TYPES)}, and texts/*.json")
        text = read(path)
        found.append((name, TYPES[path.suffix], '"' + hashlib.sha256(text.encode()).hexdigest()[:20] + '"', text))
    return found


def version(files):
    return hashlib.sha256("".join(name + etag for name, _, etag, _ in files).encode()).hexdigest()[:12]


def parsed(path):
    def unique(pairs):
        names = [name for name, _ in pairs]
        for name in names:
            if names.count(name) > 1:
                raise Mistake(f"{path}: {name} stands there twice")
        return dict(pairs)
    try:
        return json.loads(read(path), object_pairs_hook=unique)
    except ValueError as error:
        raise Mistake(f"{path}: {error}") from None


def texts(folder):
    """{language: {key: text}}, English first. The same keys everywhere, and the same {places} in each text."""
    found = {path.stem: parsed(path) for path in sorted(folder.glob("texts/*.json"))}
    if "en" not in found:
        raise Mistake(f"{folder}/texts/en.json is missing: every other language is compared with it")
    english = found.pop("en")
    for language, table in {"en": english, **found}.items():
        where = f"{folder}/texts/{language}.json"
        for key in english.keys() ^ table.keys():
            raise Mistake(f"{where}: {key} is {'missing' if key in english else 'not in en.json'}")
        for key, text in table.items():
            if not KEY.fullmatch(key) or not isinstance(text, str) or not text.strip() or text != text.strip():
                raise Mistake(f"{where}: {key} wants a name like page.word, and a text")
            if sorted(PLACE.findall(text)) != sorted(PLACE.findall(english[key])):
                raise Mistake(f"{where}: {key} has other places than {english[key]!r}")
    return {"en": english, **found}


def templates(folder):
    """{name: text} of templates/*.html, with the parts (_name.html) in their places."""
    parts = {path.stem[1:]: read(path).strip() for path in folder.glob("templates/_*.html")}
    found = {}
    for path in sorted(folder.glob("templates/[a-z]*.html")):
        def part(match, path=path):
            if match[1] not in parts:
                raise Mistake(f"{path}: there is no templates/_{match[1]}.html")
            return parts[match[1]]
        found[path.stem] = re.sub(r"\{\{>([a-z_]+)\}\}", part, read(path))
        check_template(path, found[path.stem])
    if not found:
        raise Mistake(f"{folder}/templates holds no pages")
    return found


def check_template(path, text):
    opened = []
    for tag in TAG.findall(text):
        if not re.fullmatch(r"[#^/]?[a-z_]+|@" + KEY.pattern, tag):
            raise Mistake(f"{path}: {{{{{tag}}}}} is no tag")
        if tag[0] in "#^":
            opened.append(tag[1:])
        elif tag[0] == "/" and (not opened or opened.pop() != tag[1:]):
            raise Mistake(f"{path}: {{{{{tag}}}}} closes nothing")
    if opened:
        raise Mistake(f"{path}: {opened[-1]} is not closed")
    if "{{" in TAG.sub("", text):
        raise Mistake(f"{path}: a tag is not closed")
    if re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", text):
        raise Mistake(f"{path}: no script and no style within a page: its policy stops them")


def advice(folder):
    """[(part of an error's text or "", status or 0, key)]"""
    rows = []
    for row in parsed(folder / "advice.json"):
        by_text, by_status = row.get("holds", []), row.get("status")
        if set(row) not in ({"holds", "advice"}, {"status", "advice"}) or any(h != h.lower() or not h for h in by_text):
            raise Mistake(f"{folder}/advice.json: want holds (lower case) or status, and advice: {row}")
        rows += [(part, 0, row["advice"]) for part in by_text] if by_status is None else [("", by_status, row["advice"])]
    return rows


def uses(folder, pages):
    """{key: where} of all texts that a page, a module or the table of advice names."""
    found = {}
    for name, text in pages.items():
        found.update(dict.fromkeys([tag[1:] for tag in TAG.findall(text) if tag[0] == "@"], f"templates/{name}.html"))
    for path in [*folder.glob("*.html"), *folder.glob("*.js")]:
        pattern = r'data-text="([^"]*)"' if path.suffix == ".html" else rf'\bt\("({KEY.pattern})"'
        found.update(dict.fromkeys(re.findall(pattern, read(path)), path.name))
    found.update(dict.fromkeys([key for _, _, key in advice(folder)], "advice.json"))
    return found


def check(folder):
    """(files, templates, texts, advice) of a www/ that has no mistake."""
    folder = pathlib.Path(folder)
    pages, languages = templates(folder), texts(folder)
    used = uses(folder, pages) | {"advice.other": "src/pages/language.cc"}
    for key, where in used.items():
        if key not in languages["en"]:
            raise Mistake(f"{folder}/{where}: no text is called {key}")
    tags = re.search(r"const tags = \[(.*?)\];", read(folder / "texts.js"))
    if not tags or re.findall(r'"([^"]*)"', tags[1]) != list(languages):
        raise Mistake(f"{folder}/texts.js: tags are not the names of texts/*.json, English first")
    for key in languages["en"].keys() - used.keys():
        raise Mistake(f"{folder}/texts: nothing uses {key}")
    return assets(folder), pages, languages, advice(folder)
