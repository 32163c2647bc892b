// gate.cc: the rules of the gate, [gate.NAME]: which paths, and who may see them. A mistake here opens a door or closes one, so nothing is
// guessed: every key, type and combination that has no meaning stops the start.
#include <algorithm>

#include "base/encode.h"
#include "base/text.h"
#include "config/steps.h"

namespace config {
namespace {

using Texts = std::vector<std::string>;

/// A rule that is being read: where errors say it stands.
struct Reading {
  std::string name;
  GateRule& rule;
};

base::Error refused(const Node& node, const Reading& r, std::string_view key, std::string_view why) {
  return wrong(node.where + ": gate." + r.name + '.' + std::string{key} + ' ' + std::string{why});
}

base::Error not_a(const Node& node, const Reading& r, std::string_view key, std::string_view wanted) {
  return refused(node, r, key, std::string{"is "} + node.kind() + ": it wants " + std::string{wanted});
}

base::Error value_refused(const Node& node, const Reading& r, std::string_view key, std::string_view value, std::string_view why) {
  return refused(node, r, key, "= " + shown(value) + ": " + std::string{why});
}

/// Texts that are not empty, at least one: an empty list would let nobody in, or everybody, as one reads it.
base::Result<Texts> texts(const Node& node, const Reading& r, std::string_view key) {
  if (!node.array()) return not_a(node, r, key, "a list of strings");
  Texts out;
  for (const auto& item : *node.array()) {
    if (!item.string()) return refused(item, r, key, "has " + std::string{item.kind()} + " in it: it wants a list of strings");
    if (base::trim(*item.string()) != *item.string() || item.string()->empty())
      return value_refused(item, r, key, *item.string(), "a value is not empty and has no spaces around it");
    out.push_back(*item.string());
  }
  if (out.empty()) return refused(node, r, key, "is empty: name at least one, or leave the key out");
  return out;
}

/// Why `path` is none that a request's path could be compared with; nullptr if it is one.
const char* bad_path(std::string_view path) {
  if (!path.starts_with('/')) return "a path begins with \"/\"";
  if (path.find('*') != path.npos) return "a path is a prefix that ends at a \"/\", and * has no meaning: leave it out";
  if (path.find_first_of("?#") != path.npos) return "a query (?) or fragment (#) has no place in it";
  if (path.find('%') != path.npos) return "it is written as it reads, without %-escapes";
  if (path.find("//") != path.npos || path.find("/./") != path.npos || path.find("/../") != path.npos || path.ends_with("/.") ||
      path.ends_with("/.."))
    return "it must be plain: no \"//\", \"/./\" or \"/../\"";
  const auto odd = [](unsigned char c) { return c < 0x20 || c == 0x7f || c == '\\' || c == ';'; };
  if (std::any_of(path.begin(), path.end(), odd) || !base::is_utf8(path)) return "no \"\\\", \";\" or control characters";
  return nullptr;
}

base::Status take_paths(const Node& node, Reading& r) {
  auto paths = texts(node, r, "paths");
  if (!paths) return paths.error();
  for (auto& path : *paths) {
    if (const auto* why = bad_path(path)) return value_refused(node, r, "paths", path, why);
    if (!path.ends_with('/')) path += '/';  // "/team" and "/team/" are one rule: for the folder and all below it
    r.rule.paths.push_back(std::move(path));
  }
  return base::ok;
}

base::Status take_public(const Node& node, Reading& r) {
  if (!node.boolean()) return not_a(node, r, "public", "true or false");
  r.rule.open = *node.boolean();
  return base::ok;
}

base::Status take_providers(const Node& node, Reading& r) {
  auto names = texts(node, r, "providers");
  if (!names) return names.error();
  r.rule.providers = std::move(*names);
  return base::ok;
}

base::Status take_domains(const Node& node, Reading& r) {
  auto domains = texts(node, r, "email_domains");
  if (!domains) return domains.error();
  for (auto& domain : *domains) {
    const auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; };
    domain = base::lower(domain);
    if (domain.front() == '.' || domain.back() == '.' || !std::all_of(domain.begin(), domain.end(), good))
      return value_refused(node, r, "email_domains", domain, "it wants domain names, such as \"example.com\"; other scripts as xn--...");
  }
  r.rule.email_domains = std::move(*domains);
  return base::ok;
}

base::Status take_emails(const Node& node, Reading& r) {
  auto emails = texts(node, r, "emails");
  if (!emails) return emails.error();
  for (auto& email : *emails) {
    email = base::lower(email);
    const auto good = [](char c) { return c > 0x20 && c < 0x7f && std::string_view{",;:<>()[]\"\\"}.find(c) == std::string_view::npos; };
    const auto at = email.find('@');
    const bool whole = at != std::string::npos && at > 0 && at + 1 < email.size() && email.find('@', at + 1) == std::string::npos;
    if (!whole || !std::all_of(email.begin(), email.end(), good))
      return value_refused(node, r, "emails", email, "it wants e-mail addresses, such as \"ada@example.com\"");
  }
  r.rule.emails = std::move(*emails);
  return base::ok;
}

/// A name and an id are told apart by their type: somebody may be called "7".
base::Status take_users(const Node& node, Reading& r) {
  if (!node.array() || node.array()->empty()) return not_a(node, r, "users", "a list of usernames (\"ada\") and ids (7), not empty");
  for (const auto& item : *node.array()) {
    if (item.integer() && *item.integer() > 0)
      r.rule.user_ids.push_back(*item.integer());
    else if (item.string() && !item.string()->empty())
      r.rule.users.push_back(*item.string());
    else
      return refused(item, r, "users", "has " + std::string{item.kind()} + " in it: it wants usernames (\"ada\") and ids (7)");
  }
  return base::ok;
}

base::Status take_claims(const Node& node, Reading& r) {
  if (!node.table() || node.table()->empty()) return not_a(node, r, "claims", "a table, such as { groups = [\"admins\"] }");
  for (const auto& [claim, wanted] : *node.table()) {
    const auto key = "claims." + claim;
    if (const auto* one = wanted.string(); one && !one->empty()) {
      r.rule.claims[claim] = {*one};
      continue;
    }
    auto any = texts(wanted, r, key);
    if (!any) return any.error();
    r.rule.claims[claim] = std::move(*any);
  }
  return base::ok;
}

struct GateKey {
  std::string_view name;
  base::Status (*take)(const Node&, Reading&);
};
constexpr GateKey kGateKeys[] = {{"paths", take_paths},           {"public", take_public}, {"providers", take_providers},
                                 {"email_domains", take_domains}, {"emails", take_emails}, {"users", take_users},
                                 {"claims", take_claims}};

base::Error unknown(const Node& node, const Reading& r, const std::string& key) {
  Texts names;
  for (const auto& known : kGateKeys) names.emplace_back(known.name);
  const auto near = base::nearest(key, names);
  return wrong(node.where + ": unknown key " + shown("gate." + r.name + '.' + key) + ": " +
               (near ? "did you mean " + *near + "?" : "allowed here: " + base::join(names, ", ")));
}

base::Status take_rule(const Node& node, Reading& r) {
  for (const auto& [key, value] : *node.table()) {
    const auto* known = std::find_if(std::begin(kGateKeys), std::end(kGateKeys), [&k = key](const GateKey& one) { return one.name == k; });
    if (known == std::end(kGateKeys)) return unknown(value, r, key);
    if (auto taken = known->take(value, r); !taken) return taken;
  }
  const auto& rule = r.rule;
  const bool asks = !rule.providers.empty() || !rule.email_domains.empty() || !rule.emails.empty() || !rule.users.empty() ||
                    !rule.user_ids.empty() || !rule.claims.empty();
  if (rule.open && asks) return refused(node, r, "public", "stands beside conditions: it is either open to all or not");
  return base::ok;
}

/// Two rules of one path would leave it to chance which one holds; two that differ in capitals are one where file names are (CWE-178).
base::Status check_paths(const std::vector<GateRule>& rules) {
  std::map<std::string, const GateRule*> seen;
  for (const auto& rule : rules) {
    for (const auto& path : rule.paths) {
      const auto [it, fresh] = seen.emplace(base::lower(path), &rule);
      if (!fresh)
        return wrong(rule.where + ": gate." + rule.name + ".paths: " + shown(path) + " is a path of gate." + it->second->name +
                     " already, at " + it->second->where);
    }
  }
  return base::ok;
}

}  // namespace

base::Status take_gate(const Node& gate, Draft& draft) {
  if (!gate.table()) return wrong(gate.where + ": gate is " + gate.kind() + ": it wants tables, [gate.NAME]");
  for (const auto& [name, node] : *gate.table()) {
    const auto good = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    if (name.empty() || name.size() > 64 || !std::all_of(name.begin(), name.end(), good))
      return wrong(node.where + ": gate." + shown(name) + ": a rule's name is letters, digits, \"-\" and \"_\"");
    if (!node.table()) return wrong(node.where + ": gate." + name + " is " + node.kind() + ": it wants a table, [gate." + name + "]");
    auto& rule = draft.config.gate.emplace_back();
    rule.name = name;
    rule.where = node.where;
    Reading reading{name, rule};
    if (auto taken = take_rule(node, reading); !taken) return taken;
  }
  return check_paths(draft.config.gate);
}

base::Status check_gate(Draft& draft) {
  const auto& providers = draft.config.providers;
  Texts names;
  for (const auto& [name, stanza] : providers) names.push_back(name);
  for (const auto& rule : draft.config.gate) {
    for (const auto& name : rule.providers) {
      if (providers.contains(name)) continue;
      const auto near = base::nearest(name, names);
      return wrong(rule.where + ": gate." + rule.name + ".providers: " + shown(name) + " is no provider of this configuration" +
                   (near            ? ": did you mean " + *near + "?"
                    : names.empty() ? ""
                                    : ": there are " + base::join(names, ", ")));
    }
  }
  return base::ok;
}

}  // namespace config
