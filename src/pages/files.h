// files.h: what is compiled in of www/: the files that GET /www/{file} serves, the templates of our pages, their texts in every language,
// and what to advise about an error. All of it is written by tools/embed.py, which stops the build where it finds a mistake.
#pragma once
#include <span>
#include <string_view>

namespace pages {

/// A file that anybody may fetch. `etag` is a quoted entity tag (RFC 9110 8.8.3), made of the bytes.
struct File {
  std::string_view name, content_type, etag, body;
};
std::span<const File> files();
/// The file of exactly that name; nullptr if there is none. Nothing else can be named: no folder is ever looked into.
const File* find_file(std::string_view name) noexcept;
/// Another whenever any of the files is another: part of their addresses, so that browsers may keep them for good.
std::string_view version();

/// A page with the places where something is put in (template.h). Its parts (`{{>head}}`) are in their places already.
struct Template {
  std::string_view name, text;
};
std::span<const Template> templates();
const Template* find_template(std::string_view name) noexcept;

struct Text {
  std::string_view key, text;
};
/// A language by its tag (RFC 5646) as it stands in <html lang> and in the name of its file; texts sorted by key, the same keys in each.
struct Language {
  std::string_view tag;
  std::span<const Text> texts;
};
/// English first.
std::span<const Language> languages();

/// A row of www/advice.json: the key of the text that helps where an error's text holds `holds` (lower case), or where its status is
/// `status`.
struct Advice {
  std::string_view holds;  // "" = by status
  int status;              // 0 = by text
  std::string_view key;
};
std::span<const Advice> advice();

}  // namespace pages
