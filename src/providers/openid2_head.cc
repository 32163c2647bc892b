// openid2_head.cc: as much of HTML as the head of a page takes (HTML 13.2.5 and 13.2.6.4.4, cut down). Whatever a browser would not take
// for a part of the head ends it: a tag of another kind, a word of text.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "providers/openid2_documents.h"

namespace providers::openid2 {
namespace {

constexpr std::size_t kMost = 256 << 10;
constexpr std::string_view kSpace = " \t\r\n\f";

bool one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// OpenID 2.0 7.3.3: these four and no others.
std::string decoded(std::string_view value) {
  constexpr std::array<std::pair<std::string_view, char>, 4> entities{{{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}}};
  std::string out;
  while (!value.empty()) {
    const auto* it = std::find_if(entities.begin(), entities.end(), [&](const auto& e) { return value.starts_with(e.first); });
    out += it == entities.end() ? value[0] : it->second;
    value.remove_prefix(it == entities.end() ? 1 : it->first.size());
  }
  return std::string{base::trim(out)};
}

struct Tag {
  std::string name;  // lower case; "/head" closes
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string value(std::string_view attribute) const {  // of a repeated one the first (HTML 13.2.5.33)
    for (const auto& [name_, text] : attributes) {
      if (name_ == attribute) return text;
    }
    return {};
  }
};

class Scanner {
  std::string_view rest_;

  void skip(std::size_t n) { rest_.remove_prefix(std::min(n, rest_.size())); }
  void skip_space() { skip(rest_.find_first_not_of(kSpace)); }
  std::string_view take_until(std::string_view stops) {
    const auto text = rest_.substr(0, rest_.find_first_of(stops));
    skip(text.size());
    return text;
  }

  std::string attribute_value() {
    skip_space();
    const char quote = rest_.empty() ? ' ' : rest_[0];
    if (quote != '"' && quote != '\'') return decoded(take_until(" \t\r\n\f>"));
    skip(1);
    auto value = decoded(take_until({&quote, 1}));
    skip(1);
    return value;
  }

  /// rest_ stands after the tag's name; afterwards behind its '>'.
  void read_attributes(Tag& tag) {
    for (;;) {
      skip(rest_.find_first_not_of(" \t\r\n\f/"));
      if (rest_.empty() || rest_[0] == '>') return skip(1);
      if (rest_[0] == '=') skip(1);
      auto name = base::lower(take_until(" \t\r\n\f/>="));
      skip_space();
      std::string value;
      if (rest_.starts_with('=')) {
        skip(1);
        value = attribute_value();
      }
      if (tag.attributes.size() < 32) tag.attributes.emplace_back(std::move(name), std::move(value));
    }
  }

 public:
  explicit Scanner(std::string_view page) : rest_(page.substr(0, kMost)) {
    if (rest_.starts_with("\xef\xbb\xbf")) skip(3);
  }

  /// The next tag; false at the end of the page, or at text that stands in no element.
  bool next(Tag& tag) {
    for (;;) {
      skip_space();
      if (rest_.size() < 2 || rest_[0] != '<') return false;
      if (rest_.starts_with("<!--")) {
        skip_past("-->", 4);
      } else if (rest_[1] == '!' || rest_[1] == '?') {
        skip_past(">", 1);
      } else {
        break;
      }
    }
    skip(1);
    tag = {};
    tag.name = base::lower(take_until(" \t\r\n\f>"));
    read_attributes(tag);
    if (tag.name.ends_with('/')) tag.name.pop_back();
    return true;
  }

  void skip_past(std::string_view end, std::size_t from) {
    const auto at = rest_.find(end, from);
    skip(at == std::string_view::npos ? rest_.size() : at + end.size());
  }

  /// Past an element whose content is no markup to us.
  void skip_element(const std::string& name) {
    const auto close = "</" + name;
    while (!rest_.empty()) {
      skip(rest_.find("</"));
      if (base::starts_with_no_case(rest_, close)) return skip_past(">", close.size());
      skip(2);
    }
  }
};

void read_link(const Tag& tag, Head& head) {
  for (const auto& word : base::split(base::lower(tag.value("rel")), ' ')) {
    const auto rel = base::trim(word);
    if (rel == "openid2.provider" && head.provider.empty()) head.provider = tag.value("href");
    if (rel == "openid2.local_id" && head.local_id.empty()) head.local_id = tag.value("href");
  }
}

}  // namespace

Head read_head(std::string_view page) {
  Head head;
  Scanner scanner{page};
  for (Tag tag; scanner.next(tag);) {
    if (tag.name == "link") {
      read_link(tag, head);
    } else if (tag.name == "meta") {
      const bool is_it = base::equal_no_case(tag.value("http-equiv"), "X-XRDS-Location");
      if (is_it && head.xrds_location.empty()) head.xrds_location = tag.value("content");
    } else if (one_of(tag.name, {"title", "script", "style", "noscript", "template"})) {
      scanner.skip_element(tag.name);
    } else if (!one_of(tag.name, {"html", "head", "base", "/meta", "/link"})) {
      break;
    }
  }
  return head;
}

}  // namespace providers::openid2
