#include "providers/signed_text.h"

#include <algorithm>

#include "base/encode.h"
#include "base/text.h"

namespace providers {
namespace {

using Method = SignedSpec::Method;

const std::string* find(const Params& params, std::string_view name) noexcept {
  for (auto it = params.rbegin(); it != params.rend(); ++it) {
    if (it->first == name) return &it->second;
  }
  return nullptr;
}

bool holds(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

base::Result<Params> covered_by(const SignedSpec& spec, const Params& params) {
  Params out;
  for (const auto& name : spec.fields) {
    const auto* value = find(params, name);
    if (value != nullptr) out.emplace_back(name, *value);
    if (value == nullptr && spec.method == Method::md5_concat) return bad_callback("Missing " + name);
  }
  if (spec.fields.empty()) {
    for (const auto& [name, value] : params) {
      if (name != spec.signature && !holds(spec.omit, name) && find(params, name) == &value) out.emplace_back(name, value);
    }
  }
  if (spec.method == Method::hmac_sha256_pairs) std::sort(out.begin(), out.end());
  // What is not UTF-8 would be mended on its way into a document, and two values could become one.
  const auto text = [](const auto& pair) { return base::is_utf8(pair.first) && base::is_utf8(pair.second); };
  if (!std::all_of(out.begin(), out.end(), text)) return bad_callback("Invalid signature", "signed: a parameter is not UTF-8");
  if (out.empty()) return bad_callback("Missing signature", "signed: no parameter that is signed");
  return out;
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Is there but one way to take the text apart into these values?
bool plain(const SignedSpec& spec, const Params& covered) {
  if (spec.escape) return true;
  const auto lacks = [](std::string_view s, std::string_view part) { return s.find(part) == std::string_view::npos; };
  const bool joined = !spec.join.empty();
  for (std::size_t i = 0; i < covered.size(); ++i) {
    const auto& [name, value] = covered[i];
    if (joined && (!lacks(name, spec.join) || !lacks(value, spec.join))) return false;
    if (spec.named && (!lacks(name, "=") || (!joined && !lacks(value, "=")))) return false;
    if (spec.named || joined || i + 1 == covered.size()) continue;
    // Nothing stands between two values: a number followed by what does not begin with a digit.
    const auto& next = covered[i + 1].second;
    if (value.empty() || !std::all_of(value.begin(), value.end(), is_digit) || next.empty() || is_digit(next.front())) return false;
  }
  return true;
}

std::string escaped(std::string_view s, bool is_name) {
  std::string out;
  for (const char c : s) {
    if (c == '%') {
      out += "%25";
    } else if (c == '&') {
      out += "%26";
    } else if (c == '=' && is_name) {
      out += "%3D";
    } else {
      out += c;
    }
  }
  return out;
}

std::string joined(const SignedSpec& spec, const Params& covered) {
  std::string out;
  for (const auto& [name, value] : covered) {
    if (&name != &covered.front().first) out += spec.join;
    if (spec.named) out.append(spec.escape ? escaped(name, true) : name).append("=");
    out += spec.escape ? escaped(value, false) : value;
  }
  return out;
}

}  // namespace

base::Error bad_callback(std::string say, std::string detail) {
  auto text = "Authentication failed: " + say;
  return {base::Code::bad_request, detail.empty() ? "signed: " + std::move(say) : std::move(detail), std::move(text)};
}

base::Result<SignedText> signed_text(const SignedSpec& spec, const Params& params, const Values& values) {
  auto covered = covered_by(spec, params);
  if (!covered) return covered.error();
  if (!plain(spec, *covered)) return bad_callback("Invalid signature", "signed: the text could be read in two ways");
  const auto before = spec.before ? spec.before->evaluate(values) : "";
  const auto after = spec.after ? spec.after->evaluate(values) : "";
  // Without its secret the text could be signed by anyone.
  if (!before || !after) return base::Error{base::Code::internal, "signed: before or after has no value"};
  return SignedText{*before + joined(spec, *covered) + *after, std::move(*covered)};
}

base::Result<Params> parse_signed_form(std::string_view text) {
  Params out;
  if (text.size() > 16 << 10) return bad_callback("Invalid signature", "signed: form too large");
  for (const auto& pair : base::split(text, '&')) {
    const auto equals = pair.find('=');
    if (equals == std::string::npos || out.size() >= 100) return bad_callback("Invalid signature", "signed: not a form");
    auto name = base::percent_decode(pair.substr(0, equals), true);
    if (find(out, name) != nullptr) return bad_callback("Invalid signature", "signed: a name comes twice");
    auto value = base::percent_decode(pair.substr(equals + 1), true);
    if (!base::is_utf8(name) || !base::is_utf8(value)) return bad_callback("Invalid signature", "signed: form is not UTF-8");
    out.emplace_back(std::move(name), std::move(value));
  }
  return out;
}

}  // namespace providers
