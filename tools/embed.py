#!/usr/bin/env python3
"""Writes C++ that holds data files: embed.py catalogue conf/providers | embed.py migrations sql

The catalogue becomes one array of (name, text); the migrations one array of (driver, database, number, name, text), read from
sql/DRIVER/NNNN_DATABASE_what.sql. A file name that does not fit stops the build.
"""
import pathlib
import re
import sys


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


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("catalogue", "migrations"):
        sys.exit(__doc__)
    {"catalogue": catalogue, "migrations": migrations}[sys.argv[1]](sys.argv[2])
