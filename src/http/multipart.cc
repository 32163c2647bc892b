// http/multipart.cc: multipart/form-data (RFC 7578 over RFC 2046 5.1.1). Strict: what is not well formed to its closing delimiter is
// refused whole.
#include "http/multipart.h"

#include <algorithm>

#include "base/encode.h"
#include "base/text.h"

namespace http {
namespace {

constexpr std::size_t kMaxParts = 100;
constexpr std::size_t kMaxPartHeaders = 2048;

/// One parameter of "type; name=value; name2=\"value 2\"" (RFC 2045 5.1). `present` tells an absent one from an empty one.
struct Parameter {
  bool well_formed = true;
  std::optional<std::string> value;
};

/// Takes the value at the start of `rest`: a quoted string (RFC 822 3.3, backslash escapes) or a token. False if a quote stays open.
bool take_value(std::string_view& rest, std::string& out) {
  if (!rest.starts_with('"')) {
    const auto end = std::min(rest.find(';'), rest.size());
    out = base::trim(rest.substr(0, end));
    rest.remove_prefix(end);
    return true;
  }
  rest.remove_prefix(1);
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '"') return true;
    if (c == '\\' && !rest.empty() && (rest.front() == '"' || rest.front() == '\\')) {
      out += rest.front();
      rest.remove_prefix(1);
    } else {
      out += c;
    }
  }
  return false;
}

Parameter parameter(std::string_view header, std::string_view name) {
  Parameter out;
  auto rest = header.substr(std::min(header.find(';'), header.size()));
  while (rest.starts_with(';')) {
    rest.remove_prefix(1);
    const auto equals = rest.find_first_of("=;");
    if (equals == std::string_view::npos || rest[equals] == ';') {  // "; x;": no value, nothing we know
      rest.remove_prefix(std::min(equals, rest.size()));
      continue;
    }
    const auto key = base::trim(rest.substr(0, equals));
    rest.remove_prefix(equals + 1);
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    std::string value;
    if (!take_value(rest, value)) return {.well_formed = false, .value = {}};
    if (!out.value && base::equal_no_case(key, name)) out.value = std::move(value);
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    if (!rest.empty() && rest.front() != ';') return {.well_formed = false, .value = {}};
  }
  return out;
}

/// "--" and the boundary; nullopt if it is missing or not 1 to 70 characters that may stand there (RFC 2046 5.1.1).
std::optional<std::string> delimiter_of(std::string_view content_type) {
  if (!base::equal_no_case(base::trim(content_type.substr(0, content_type.find(';'))), "multipart/form-data")) return std::nullopt;
  const auto boundary = parameter(content_type, "boundary");
  if (!boundary.well_formed || !boundary.value) return std::nullopt;
  const auto& b = *boundary.value;
  const bool allowed = std::all_of(b.begin(), b.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view{"'()+_,-./:=? "}.find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (b.empty() || b.size() > 70 || b.back() == ' ' || !allowed) return std::nullopt;
  return "--" + b;
}

struct Disposition {
  std::string name;
  bool file = false;
};

/// What the header lines of one part say; nullopt if they are no form-data with a name, or the part is encoded (RFC 7578 4.7: deprecated).
std::optional<Disposition> disposition(std::string_view lines) {
  std::optional<Disposition> out;
  while (!lines.empty()) {
    const auto end = std::min(lines.find("\r\n"), lines.size());
    const auto line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 2, lines.size()));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto key = line.substr(0, colon);
    const auto value = base::trim(line.substr(colon + 1));
    if (base::equal_no_case(key, "content-transfer-encoding") &&
        !(base::equal_no_case(value, "7bit") || base::equal_no_case(value, "8bit") || base::equal_no_case(value, "binary")))
      return std::nullopt;
    if (!base::equal_no_case(key, "content-disposition")) continue;
    const auto name = parameter(value, "name");
    if (out || !base::equal_no_case(base::trim(value.substr(0, value.find(';'))), "form-data")) return std::nullopt;
    if (!name.well_formed || !name.value) return std::nullopt;
    out = Disposition{*name.value, parameter(value, "filename").value || parameter(value, "filename*").value};
  }
  return out;
}

/// After a delimiter: what follows on its line.
enum class After { part, end, malformed };
After after_delimiter(std::string_view& rest) {
  if (rest.starts_with("--")) return After::end;
  while (rest.starts_with(' ') || rest.starts_with('\t')) rest.remove_prefix(1);  // transport padding
  if (!rest.starts_with("\r\n")) return After::malformed;
  rest.remove_prefix(2);
  return After::part;
}

}  // namespace

std::optional<Params> parse_multipart(std::string_view content_type, std::string_view body) {
  const auto delimiter = delimiter_of(content_type);
  if (!delimiter) return std::nullopt;
  const auto next_delimiter = "\r\n" + *delimiter;
  auto rest = body;
  if (!rest.starts_with(*delimiter)) {  // a preamble
    const auto first = rest.find(next_delimiter);
    if (first == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(first + 2);
  }
  rest.remove_prefix(delimiter->size());
  Params out;
  for (std::size_t parts = 0;; ++parts) {
    const auto after = after_delimiter(rest);
    if (after == After::end) return out;
    if (after == After::malformed || parts == kMaxParts) return std::nullopt;
    const auto blank = rest.substr(0, kMaxPartHeaders).find("\r\n\r\n");
    if (blank == std::string_view::npos) return std::nullopt;
    const auto what = disposition(rest.substr(0, blank));
    // The blank line's second CRLF may be the one that begins the next delimiter, when the value is empty.
    const auto end = rest.find(next_delimiter, blank + 2);
    if (!what || end == std::string_view::npos) return std::nullopt;
    if (!what->file) out.add(what->name, std::string{end > blank + 4 ? rest.substr(blank + 4, end - blank - 4) : std::string_view{}});
    rest.remove_prefix(end + next_delimiter.size());
  }
}

}  // namespace http
