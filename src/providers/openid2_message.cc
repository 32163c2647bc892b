#include "providers/openid2_message.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "providers/answer.h"

namespace providers::openid2 {
namespace {

constexpr std::string_view kPrefix = "openid.";

base::Error malformed(std::string_view why) {
  return {base::Code::bad_request, "OpenID message: " + std::string{why}, "Authentication failed: the answer is malformed"};
}

}  // namespace

std::string_view field(const Fields& fields, std::string_view name) noexcept {
  const auto it = fields.find(name);
  return it == fields.end() ? std::string_view{} : std::string_view{it->second};
}

base::Result<Fields> fields_of(const Params& params) {
  Fields fields;
  for (const auto& [name, value] : params) {
    if (!name.starts_with(kPrefix)) continue;
    if (name.find_first_of("\n:") != std::string::npos || value.find('\n') != std::string::npos)
      return malformed("a line feed, or a colon in a name");
    fields[name.substr(kPrefix.size())] = value;  // the last one counts
    if (fields.size() > 100) return malformed("too many fields");
  }
  return fields;
}

base::Result<Fields> parse_key_values(std::string_view text) {
  if (text.size() > 64 << 10) return malformed("key-value form: too long");
  Fields fields;
  for (const auto& line : base::split(text, '\n')) {
    if (base::trim(line).empty()) continue;
    const auto colon = line.find(':');
    if (colon == std::string::npos) return malformed("key-value form: a line without a colon");
    const auto value = base::trim(std::string_view{line}.substr(colon + 1));  // some write "name: value" and CR LF
    if (!fields.emplace(base::trim(line.substr(0, colon)), value).second) return malformed("key-value form: a name comes twice");
  }
  return fields;
}

std::string to_form(const Fields& fields) {
  std::string form;
  for (const auto& [name, value] : fields) append_form(form, std::string{kPrefix} + name, value);
  return form;
}

std::string to_url(std::string url, const Fields& fields) {
  for (const auto& [name, value] : fields) base::append_query(url, std::string{kPrefix} + name, value);
  return url;
}

std::string signed_text(const Fields& fields, const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out.append(name).append(":").append(field(fields, name)).append("\n");
  return out;
}

}  // namespace providers::openid2
