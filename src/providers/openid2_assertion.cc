#include "providers/openid2_assertion.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"

namespace providers::openid2 {
namespace {

constexpr std::chrono::minutes kSkew{5};
constexpr std::string_view kSreg = "http://openid.net/extensions/sreg/1.1", kOldSreg = "http://openid.net/sreg/1.0";
constexpr std::string_view kPape = "http://specs.openid.net/extensions/pape/1.0";
constexpr std::string_view kAx = "http://openid.net/srv/ax/1.0";

std::optional<std::int64_t> number(std::string_view s) { return s.find('-') == std::string_view::npos ? base::parse_int(s) : std::nullopt; }

/// The time at the front of a response_nonce: "2026-11-24T02:45:59Z", then at most 235 visible bytes (10.1).
std::optional<base::Time> time_of_nonce(std::string_view nonce) {
  if (nonce.size() < 20 || nonce.size() > 255) return std::nullopt;
  if (!std::all_of(nonce.begin(), nonce.end(), [](char c) { return c > 0x20 && c < 0x7f; })) return std::nullopt;
  if (nonce[4] != '-' || nonce[7] != '-' || nonce[10] != 'T' || nonce[13] != ':' || nonce[16] != ':' || nonce[19] != 'Z')
    return std::nullopt;
  const auto y = number(nonce.substr(0, 4)), mo = number(nonce.substr(5, 2)), d = number(nonce.substr(8, 2));
  const auto h = number(nonce.substr(11, 2)), mi = number(nonce.substr(14, 2)), s = number(nonce.substr(17, 2));
  if (!y || !mo || !d || !h || !mi || !s || *h > 23 || *mi > 59 || *s > 60) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*y)}, std::chrono::month{static_cast<unsigned>(*mo)},
                                         std::chrono::day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::hours{*h} + std::chrono::minutes{*mi} + std::chrono::seconds{*s};
}

/// 10.1: what must be signed. What is not, was not said by the OP.
base::Status check_covered(const Assertion& assertion) {
  const auto& names = assertion.covered;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!assertion.fields.contains(names[i])) return refused("signed names a field that is not there", "the answer is malformed");
    if (std::find(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(i), names[i]) !=
        names.begin() + static_cast<std::ptrdiff_t>(i))
      return refused("signed names a field twice", "the answer is malformed");
  }
  for (const std::string_view name : {"op_endpoint", "return_to", "response_nonce", "assoc_handle", "claimed_id", "identity"}) {
    if (!assertion.value(name).empty()) continue;
    return refused(std::string{name} + " is not there or not signed", "the answer is not signed as it must be");
  }
  return base::ok;
}

/// 11.1, 11.2, 11.3.
base::Status check_values(const Assertion& assertion, const Expected& expected) {
  // return_to carries the state, so an assertion belongs to one flow and a flow is used once: this also refuses what was replayed, for
  // which 11.3 would have us keep nonces.
  if (assertion.value("return_to") != expected.return_to) return refused("return_to is another", "return_to does not match return URL");
  if (assertion.value("op_endpoint") != expected.op_endpoint)
    return refused("op_endpoint is not the one that was asked", "the answer is another provider's");
  const auto made = time_of_nonce(assertion.value("response_nonce"));
  if (!made || *made < expected.now - kSkew || *made > expected.now + kSkew)
    return refused("response_nonce is malformed, or not of these minutes", "Nonce already used or out of range");
  return base::ok;
}

}  // namespace

base::Error refused(std::string why, std::string_view say) {
  return {base::Code::denied, "assertion: " + std::move(why), "Authentication failed: " + std::string{say}};
}

std::string_view Assertion::value(std::string_view name) const noexcept {
  const bool is_covered = std::find(covered.begin(), covered.end(), name) != covered.end();
  return is_covered ? field(fields, name) : std::string_view{};
}

std::string Assertion::alias_of(std::string_view uri) const {
  for (const auto& name : covered) {
    if (name.starts_with("ns.") && value(name) == uri) return name.substr(3);
  }
  return {};
}

base::Result<Assertion> check_assertion(const Params& params, const Expected& expected) {
  auto fields = fields_of(params);
  if (!fields) return fields.error();
  if (field(*fields, "mode") != "id_res") return refused("mode is not id_res", "the answer is malformed");
  if (field(*fields, "ns") != kNamespace) return refused("ns is not OpenID 2.0", "the provider speaks another version of OpenID");
  if (field(*fields, "sig").empty()) return refused("no sig", "the answer is not signed as it must be");
  Assertion assertion{std::move(*fields), {}};
  assertion.covered = base::split(field(assertion.fields, "signed"), ',');
  if (auto good = check_covered(assertion); !good) return good.error();
  if (auto good = check_values(assertion, expected); !good) return good.error();
  return assertion;
}

std::optional<base::Time> auth_time_of(const Assertion& assertion) {
  const auto alias = assertion.alias_of(kPape);
  const auto time = alias.empty() ? std::string_view{} : assertion.value(alias + ".auth_time");
  return time.size() == 20 ? time_of_nonce(time) : std::nullopt;
}

Fields sreg_of(const Assertion& assertion) {
  auto alias = assertion.alias_of(kSreg);
  if (alias.empty()) alias = assertion.alias_of(kOldSreg);
  Fields out;
  if (alias.empty()) return out;
  const auto prefix = alias + '.';
  for (const auto& name : assertion.covered) {
    if (name.starts_with(prefix) && !assertion.value(name).empty()) out[name.substr(prefix.size())] = assertion.value(name);
  }
  return out;
}

Fields ax_of(const Assertion& assertion) {
  Fields out;
  const auto alias = assertion.alias_of(kAx);
  if (alias.empty() || field(assertion.fields, alias + ".mode") != "fetch_response") return out;
  const auto prefix = alias + ".type.";
  for (const auto& name : assertion.covered) {
    if (!name.starts_with(prefix)) continue;
    const auto attribute = name.substr(prefix.size());
    auto value = assertion.value(alias + ".value." + attribute);
    if (value.empty()) value = assertion.value(alias + ".value." + attribute + ".1");  // AX 3.3: with a count
    if (!value.empty()) out.emplace(assertion.value(name), value);
  }
  return out;
}

}  // namespace providers::openid2
