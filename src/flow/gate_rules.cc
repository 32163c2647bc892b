// gate_rules.cc: see gate_rules.h.
#include "flow/gate_rules.h"

#include <algorithm>

#include "flow/gate_path.h"
#include "json/value.h"
#include "store/rules.h"

namespace flow {
namespace {

using config::GateRule;
using Found = std::vector<const GateRule*>;

/// What is below our own mount: the sign-in page, the callback. Each route there decides itself who is answered.
const GateRule& own_routes() {
  static const GateRule rule = [] {
    GateRule own;
    own.name = "own";
    own.open = true;
    return own;
  }();
  return rule;
}

template <class Below>
const GateRule* longest(const GateRules& rules, std::string_view mount, std::string_view path, Below below) {
  const GateRule* best = nullptr;
  std::size_t length = 0;
  if (!mount.empty() && is_below(path, std::string{mount} + '/')) best = &own_routes(), length = mount.size() + 1;
  for (const auto& rule : rules) {
    for (const auto& one : rule.paths) {
      if (one.size() <= length || !below(path, one)) continue;
      best = &rule;
      length = one.size();
    }
  }
  return best;
}

void add(Found& found, const GateRule* rule) {
  if (std::find(found.begin(), found.end(), rule) == found.end()) found.push_back(rule);
}

bool has(const std::vector<std::string>& list, std::string_view value) { return std::find(list.begin(), list.end(), value) != list.end(); }

/// One of the alternatives email_domains, emails, users; true if the rule has none of them.
bool is_one_of(const GateRule& rule, const GateVisitor& who) {
  if (rule.email_domains.empty() && rule.emails.empty() && rule.users.empty() && rule.user_ids.empty()) return true;
  if (has(rule.users, who.username)) return true;
  if (std::find(rule.user_ids.begin(), rule.user_ids.end(), who.id) != rule.user_ids.end()) return true;
  const auto email = who.email_verified ? store::match_email(who.email) : std::string{};
  if (email.empty()) return false;
  return has(rule.emails, email) || has(rule.email_domains, std::string_view{email}.substr(email.find('@') + 1));
}

bool fits(json::Value value, const std::vector<std::string>& wanted) {
  const auto one = [&](json::Value v) {
    const auto text = v.text();
    return text && has(wanted, *text);
  };
  if (!value.is_array()) return one(value);
  for (std::size_t i = 0; i < value.size(); ++i)
    if (one(value.at(i))) return true;
  return false;
}

/// All claims of the rule. What cannot be read has no claims.
bool has_claims(const GateRule& rule, const GateVisitor& who) {
  if (rule.claims.empty()) return true;
  const auto claims = json::Document::parse(who.claims), extra = json::Document::parse(who.extra);
  return std::all_of(rule.claims.begin(), rule.claims.end(), [&](const auto& wanted) {
    auto value = claims ? claims->root()[wanted.first] : json::Value{};
    if (!value.exists() && extra) value = extra->root()[wanted.first];
    return fits(value, wanted.second);
  });
}

Verdict judge_one(const GateRule* rule, const std::optional<GateVisitor>& who) {
  using enum Verdict::Kind;
  if (rule != nullptr && rule->open) return {let_in, "public"};
  if (!who) return {sign_in, "nobody"};
  if (!who->active) return {forbidden, "inactive"};
  if (rule == nullptr) return {let_in, "signed_in"};
  if (!rule->providers.empty() && !has(rule->providers, who->provider)) return {forbidden, "provider"};
  if (!is_one_of(*rule, *who)) return {forbidden, "not_listed"};
  if (!has_claims(*rule, *who)) return {forbidden, "claims"};
  return {let_in, "rule"};
}

base::Error denied(std::string why) { return {base::Code::denied, std::move(why), "The gate is not configured for this."}; }

}  // namespace

base::Result<std::vector<const GateRule*>> find_rules(const GateRules& rules, const GateAsked& asked) {
  if (asked.rule != nullptr) {
    const auto it = std::find_if(rules.begin(), rules.end(), [&](const GateRule& one) { return one.name == *asked.rule; });
    if (it == rules.end()) return denied("/gate?rule= names no rule of the configuration: add [gate.NAME]");
    return Found{&*it};
  }
  if (asked.original.empty()) {
    if (rules.empty()) return Found{nullptr};
    return denied(
        "which page is asked for is not known, and there are rules: let the web server pass LATCHSTRING_URI "
        "(conf/web/nginx-gate.conf), list the proxy in server.trusted_proxies, or name a rule: /gate?rule=NAME");
  }
  const auto paths = read_paths(asked.original);
  if (!paths) return paths.error();
  Found found;
  for (const auto& path : *paths) {
    add(found, longest(rules, asked.mount, path, is_below));
    add(found, longest(rules, asked.mount, path, is_below_no_case));
  }
  return found;
}

Verdict judge(const std::vector<const GateRule*>& rules, const std::optional<GateVisitor>& who) {
  Verdict worst{Verdict::Kind::forbidden, "no_rule"};
  for (const auto* rule : rules) {
    const auto verdict = judge_one(rule, who);
    if (rule == rules.front() || verdict.kind > worst.kind) worst = verdict;
  }
  return worst;
}

bool asks_claims(const std::vector<const GateRule*>& rules) noexcept {
  return std::any_of(rules.begin(), rules.end(), [](const GateRule* rule) { return rule != nullptr && !rule->claims.empty(); });
}

}  // namespace flow
