#!/usr/bin/env python3
"""Writes C++ that holds data files: embed.py catalogue conf/providers | embed.py migrations sql | embed.py pages www

The catalogue becomes one array of (name, text); the migrations one array of (driver, database, number, name, text), read from
sql/DRIVER/NNNN_DATABASE_what.sql; the pages the arrays of src/pages/files.h. A file that does not fit stops the build.
"""
import pathlib
import re
import sys

sys.dont_write_bytecode = True
import pages as www  # noqa: E402  (tools/pages.py)


def literal(text):
    """A raw string literal; split, since compilers limit the length of one."""
    parts = [text[i:i + 12000] for i in range(0, len(text), 12000)] or [""]
    for part in parts:
        if ')latch"' in part:
            sys.exit("a data file holds the delimiter of raw strings")
    return "".join('R"latch(' + part + ')latch"\n' for part in parts)


def catalogue(folder):
    print('#include "providers/catalogue.h"\nnamespace providers {\nnamespace {\nconstexpr CatalogueFile kFiles[] = {')
    files = sorted(pathlib.Path(folder).glob("*.toml"), key=lambda path: path.stem)
    for path in files:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", path.stem):
            sys.exit(f"{path}: a provider's name is letters, digits, '.', '_' and '-'")
        print(f'  {{"{path.stem}", {literal(path.read_text(encoding="utf-8"))}}},')
    print("};\n}  // namespace\nstd::span<const CatalogueFile> catalogue_files() { return kFiles; }\n}  // namespace providers")


def migrations(folder):
    print('#include "store/migrate.h"\nnamespace store {\nnamespace {\nconstexpr MigrationFile kFiles[] = {')
    for path in sorted(pathlib.Path(folder).glob("*/*.sql")):
        match = re.fullmatch(r"(\d{4})_(main|flows)_([a-z0-9_]+)", path.stem)
        if not match:
            sys.exit(f"{path}: want NNNN_main_what.sql or NNNN_flows_what.sql")
        number, database, name = int(match[1]), match[2], match[3]
        print(f'  {{"{path.parent.name}", "{database}", {{{number}, "{name}", {literal(path.read_text(encoding="utf-8"))}}}}},')
    print("};\n}  // namespace\nstd::span<const MigrationFile> migration_files() { return kFiles; }\n}  // namespace store")


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def pages(folder):
    try:
        files, templates, languages, advice = www.check(folder)
    except www.Mistake as mistake:
        sys.exit(str(mistake))
    print('#include "pages/files.h"\nnamespace pages {\nnamespace {\nconstexpr File kFiles[] = {')
    for name, content_type, etag, text in files:
        print(f"  {{{quoted(name)}, {quoted(content_type)}, {quoted(etag)}, {literal(text)}}},")
    print("};\nconstexpr Template kTemplates[] = {")
    for name, text in templates.items():
        print(f"  {{{quoted(name)}, {literal(text)}}},")
    for number, table in enumerate(languages.values()):
        print(f"}};\nconstexpr Text kTexts{number}[] = {{")
        for key, text in sorted(table.items()):
            print(f"  {{{quoted(key)}, {literal(text)}}},")
    print("};\nconstexpr Language kLanguages[] = {")
    for number, tag in enumerate(languages):
        print(f"  {{{quoted(tag)}, kTexts{number}}},")
    print("};\nconstexpr Advice kAdvice[] = {")
    for holds, status, key in advice:
        print(f"  {{{quoted(holds)}, {status}, {quoted(key)}}},")
    print("};\n}  // namespace\nstd::span<const File> files() { return kFiles; }\n"
          f"std::string_view version() {{ return {quoted(www.version(files))}; }}\n"
          "std::span<const Template> templates() { return kTemplates; }\nstd::span<const Language> languages() { return kLanguages; }\n"
          "std::span<const Advice> advice() { return kAdvice; }\n}  // namespace pages")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("catalogue", "migrations", "pages"):
        sys.exit(__doc__)
    {"catalogue": catalogue, "migrations": migrations, "pages": pages}[sys.argv[1]](sys.argv[2])
