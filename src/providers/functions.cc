// functions.cc: the functions of provider files, in one table. A missing argument makes the result missing, except for if().
#include <algorithm>

#include "base/encode.h"
#include "base/text.h"
#include "base/url.h"
#include "crypto/digest.h"
#include "providers/expression.h"

namespace providers {
namespace {

using Node = Expression::Node;
using Text = std::optional<std::string>;
using Arguments = std::vector<Node>;

/// Most functions are of one or two texts that must be there.
template <std::string (*F)(const std::string&)>
Text one(const Arguments& in, const Values& values) {
  const auto text = evaluate(in[0], values);
  return text ? Text{F(*text)} : std::nullopt;
}
template <std::string (*F)(const std::string&, const std::string&)>
Text two(const Arguments& in, const Values& values) {
  const auto a = evaluate(in[0], values), b = evaluate(in[1], values);
  return a && b ? Text{F(*a, *b)} : std::nullopt;
}

/// before('ann@example.org', '@') = 'ann'; the whole text where the separator does not occur.
std::string before(const std::string& text, const std::string& separator) { return text.substr(0, text.find(separator)); }
/// after('Ann Example', ' ') = 'Example'; '' where the separator does not occur.
std::string after(const std::string& text, const std::string& separator) {
  const auto at = text.find(separator);
  return at == std::string::npos ? std::string{} : text.substr(at + separator.size());
}
/// last('https://x.example/users/7', '/') = '7'; the whole text where the separator does not occur.
std::string last(const std::string& text, const std::string& separator) {
  const auto at = text.rfind(separator);
  return at == std::string::npos ? text : text.substr(at + separator.size());
}
/// strip('/ann/', '/') = 'ann'.
std::string strip(const std::string& text, const std::string& what) {
  const auto begin = text.find_first_not_of(what), end = text.find_last_not_of(what);
  return begin == std::string::npos ? std::string{} : text.substr(begin, end - begin + 1);
}
std::string url_decode(const std::string& text) { return base::percent_decode(text, true); }
std::string md5_hex(const std::string& text) { return base::hex(crypto::md5(text)); }
std::string to_base64(const std::string& text) { return base::base64(text); }
/// Facebook's appsecret_proof.
std::string hmac_sha256_hex(const std::string& key, const std::string& text) { return base::hex(crypto::hmac_sha256(key, text)); }
std::string lower(const std::string& text) { return base::lower(text); }

/// replace(x, a, b): every a becomes b; b may be ''.
Text replace(const Arguments& in, const Values& values) {
  const auto text = evaluate(in[0], values), what = evaluate(in[1], values);
  if (!text || !what || what->empty()) return std::nullopt;
  const auto with = evaluate(in[2], values).value_or("");
  std::string out;
  std::size_t from = 0;
  for (auto at = text->find(*what); at != std::string::npos; at = text->find(*what, from)) {
    out += text->substr(from, at - from) + with;
    from = at + what->size();
  }
  return out + text->substr(from);
}

/// join('de', '_', 'DE') = 'de_DE': for where a template cannot stand, such as inside of another.
Text join(const Arguments& in, const Values& values) {
  const auto left = evaluate(in[0], values), between = evaluate(in[1], values), right = evaluate(in[2], values);
  if (!left || !between || !right) return std::nullopt;
  return *left + *between + *right;
}

/// substr(x, from, count) in characters, not bytes: names are cut by it. count '' = to the end.
Text substr(const Arguments& in, const Values& values) {
  const auto text = evaluate(in[0], values);
  const auto from = base::parse_int(evaluate(in[1], values).value_or("")), count = base::parse_int(evaluate(in[2], values).value_or(""));
  if (!text || !from) return std::nullopt;
  std::string out;
  std::int64_t index = -1;
  for (const char c : *text) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) ++index;  // RFC 3629 3: 10xxxxxx continues a character
    if (index >= *from && (!count || index < *from + *count)) out += c;
  }
  return out;
}

Text choose(const Arguments& in, const Values& values) {
  const auto condition = evaluate(in[0], values);
  return evaluate(in[condition && !condition->empty() && *condition != "false" ? 1 : 2], values);
}

/// same(x, y) = 'true' if both have a value and it is the same.
Text same(const Arguments& in, const Values& values) {
  const auto a = evaluate(in[0], values), b = evaluate(in[1], values);
  if (!a || !b || *a != *b) return std::nullopt;
  return "true";
}

/// has(scope, 'user:email') = 'true' if the word is one of a list parted by spaces or commas.
Text has(const Arguments& in, const Values& values) {
  auto list = evaluate(in[0], values);
  const auto word = evaluate(in[1], values);
  if (!list || !word) return std::nullopt;
  std::replace(list->begin(), list->end(), ',', ' ');
  const auto words = base::split(*list, ' ');
  return std::find(words.begin(), words.end(), *word) != words.end() ? Text{"true"} : std::nullopt;
}

/// One DNS label (RFC 1034 3.5), so that it can stand before a domain and name nothing else.
bool is_label(std::string_view s) {
  const auto fit = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'; };
  return !s.empty() && s.size() <= 63 && s.front() != '-' && s.back() != '-' && std::all_of(s.begin(), s.end(), fit);
}

Text label(const Arguments& in, const Values& values) {
  auto text = evaluate(in[0], values);
  return text && is_label(*text) ? text : std::nullopt;
}

/// host('shop.example.com', '.example.com'): the host if it lies one label below the domain.
Text host(const Arguments& in, const Values& values) {
  auto text = evaluate(in[0], values);
  const auto suffix = evaluate(in[1], values);
  const bool below = text && suffix && suffix->starts_with('.') && text->ends_with(*suffix);
  return below && is_label(std::string_view{*text}.substr(0, text->size() - suffix->size())) ? text : std::nullopt;
}

/// url('https://eu.example.com/me', 'example.com'): the address if it is https, on that host or below it, port 443.
Text url(const Arguments& in, const Values& values) {
  auto text = evaluate(in[0], values);
  const auto domain = evaluate(in[1], values);
  const auto parsed = text ? base::parse_url(*text) : std::nullopt;
  if (!parsed || !domain || domain->empty() || parsed->has_userinfo || parsed->has_fragment) return std::nullopt;
  if (parsed->scheme != "https" || (parsed->port != 0 && parsed->port != 443)) return std::nullopt;
  return parsed->host == *domain || parsed->host.ends_with('.' + *domain) ? text : std::nullopt;
}

constexpr FunctionEntry kFunctions[] = {
    {"before", 2, two<before>},
    {"after", 2, two<after>},
    {"last", 2, two<last>},
    {"strip", 2, two<strip>},
    {"replace", 3, replace},
    {"join", 3, join},
    {"substr", 3, substr},
    {"lower", 1, one<lower>},
    {"urldecode", 1, one<url_decode>},
    {"base64", 1, one<to_base64>},
    {"md5_hex", 1, one<md5_hex>},
    {"hmac_sha256_hex", 2, two<hmac_sha256_hex>},
    {"if", 3, choose},
    {"same", 2, same},
    {"has", 2, has},
    {"label", 1, label, Expression::kGuardedLabel},
    {"host", 2, host, Expression::kGuardedLabel},
    {"url", 2, url, "https://"},
};

}  // namespace

const FunctionEntry* find_function(std::string_view name) noexcept {
  for (const auto& entry : kFunctions) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace providers
