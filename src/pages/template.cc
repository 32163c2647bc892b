#include "pages/template.h"

#include <span>

#include "base/markup.h"
#include "pages/language.h"

namespace pages {
namespace {

/// What stands in a place: a row's values first, then the page's.
struct Scope {
  const Values& page;
  const Language& language;
  const Row* row = nullptr;

  std::string_view value(std::string_view name) const noexcept {
    for (const auto* values : {row, &page.values}) {
      if (values == nullptr) continue;
      for (const auto& [key, text] : *values) {
        if (key == name) return text;
      }
    }
    return {};
  }
  const std::vector<Row>* list(std::string_view name) const noexcept {
    for (const auto& [key, rows] : page.lists) {
      if (key == name) return &rows;
    }
    return nullptr;
  }
};

/// Our own text, escaped, with {name} filled in.
void put_text(std::string& out, std::string_view text, const Scope& scope) {
  while (!text.empty()) {
    const auto open = text.find('{');
    const auto close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) break;
    out += base::escape_markup(text.substr(0, open));
    out += base::escape_markup(scope.value(text.substr(open + 1, close - open - 1)));
    text.remove_prefix(close + 1);
  }
  out += base::escape_markup(text);
}

void put(std::string& out, std::string_view text, const Scope& scope);

void put_section(std::string& out, char kind, std::string_view name, std::string_view inner, const Scope& scope) {
  const auto* rows = scope.list(name);
  const bool any = rows != nullptr ? !rows->empty() : !scope.value(name).empty();
  if (kind == '^') {
    if (!any) put(out, inner, scope);
  } else if (rows == nullptr) {
    if (any) put(out, inner, scope);
  } else {
    for (const auto& row : *rows) put(out, inner, {scope.page, scope.language, &row});
  }
}

void put(std::string& out, std::string_view text, const Scope& scope) {
  while (true) {
    const auto open = text.find("{{");
    const auto close = open == std::string_view::npos ? open : text.find("}}", open);
    out += text.substr(0, open);
    if (close == std::string_view::npos) return;
    const auto tag = text.substr(open + 2, close - open - 2);
    text.remove_prefix(close + 2);
    const char kind = tag.empty() ? '\0' : tag.front();
    const auto name = tag.empty() ? tag : tag.substr(1);
    if (kind == '@') {
      put_text(out, text_of(scope.language, name), scope);
    } else if (kind == '#' || kind == '^') {
      const auto end = "{{/" + std::string{name} + "}}";
      const auto at = text.find(end);
      if (at == std::string_view::npos) return;  // not in what was built: embed.py looks
      put_section(out, kind, name, text.substr(0, at), scope);
      text.remove_prefix(at + end.size());
    } else {
      out += base::escape_markup(scope.value(tag));
    }
  }
}

}  // namespace

std::string render(std::string_view text, const Values& values, const Language& language) {
  std::string out;
  out.reserve(text.size() * 2);
  put(out, text, {values, language});
  return out;
}

}  // namespace pages
