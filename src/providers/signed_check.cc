// signed_check.cc: what must hold between the keys of a file with protocol "signed", judged at start.
#include <algorithm>

#include "providers/signed.h"
#include "providers/spec_read.h"

namespace providers::signed_callback {
namespace {

bool reads_callback(const std::optional<Expression>& expression) { return expression && expression->reads("c"); }

/// What nobody signed may be a name to show, never an id or an address: whoever posts the callback can write anything there.
void check_map(const Spec& spec, const Wrong& wrong) {
  const auto& own = signed_of(spec);
  if (reads_callback(spec.map.uid) && !own.unproven) wrong("map.uid", "c: is not signed: want i: (or u:)");
  if (reads_callback(spec.map.email)) wrong("map.email", "c: is not signed: want i: (or u:)");
  if (reads_callback(spec.map.email_verified)) wrong("map.email_verified", "c: is not signed: want i: (or u:)");
  if (own.unproven && spec.map.email) wrong("map.email", "an unproven callback makes no e-mail");
  const bool signs = own.method != SignedSpec::Method::none;
  const bool asks = spec.token.url || (spec.user && !spec.user->empty());
  if (!signs && !asks && !own.unproven) wrong("signed.method", "with \"none\" something must be redeemed ([token]) or asked ([[user]])");
  if (!signs) return;
  const auto unsigned_parameter = [](const Parameter& p) { return p.value.reads("c"); };
  for (const auto& request : spec.user.value_or(std::vector<UserRequest>{})) {
    const bool reads = request.url.reads("c") || std::any_of(request.params.begin(), request.params.end(), unsigned_parameter) ||
                       std::any_of(request.form.begin(), request.form.end(), unsigned_parameter);
    if (reads) wrong("user", "c: is not signed: it must not choose about whom is asked");
  }
  for (const auto& requirement : spec.require) {
    if (requirement.value.reads("c")) wrong("require", "c: is not signed: it must not open a door");
  }
}

}  // namespace

bool needs(const Spec& spec, std::string_view variable) {
  const auto names = [variable](const std::optional<Expression>& expression) {
    if (!expression) return false;
    const auto all = expression->variables();
    return std::find(all.begin(), all.end(), variable) != all.end();
  };
  const auto any = [&names](const Parameters& from) {
    return std::any_of(from.begin(), from.end(), [&](const Parameter& p) { return names(p.value); });
  };
  const auto& own = signed_of(spec);
  for (const auto* one : {&spec.authorize.url, &spec.token.url, &own.key, &own.before, &own.after}) {
    if (names(*one)) return true;
  }
  if (any(spec.authorize.params) || any(spec.token.query) || any(spec.token.params)) return true;
  if (spec.token.url && spec.client_auth != ClientAuth::none) return true;
  for (const auto& request : spec.user.value_or(std::vector<UserRequest>{})) {
    if (names(request.url) || any(request.params) || any(request.form) || any(request.headers)) return true;
    if (request.sign && names(request.sign->secret)) return true;
  }
  return false;
}

void read(Table& table, Spec& spec) {
  auto own = std::make_shared<SignedSpec>(read_signed(table.table("signed")));
  const auto judge = [](auto& list, const char* key, const std::optional<Expression>& expression) {
    if (expression) list.emplace_back(key, *expression);
  };
  judge(spec.own_keys, "signed.key", own->key);
  judge(spec.own_keys, "signed.before", own->before);
  judge(spec.own_keys, "signed.after", own->after);
  if (own->unpack) spec.own_keys.emplace_back("signed.unpack", own->unpack->param);
  judge(spec.own_texts, "signed.kept", own->kept);
  for (const auto& [name, value] : own->request) spec.own_texts.emplace_back("signed.request", value);
  judge(spec.own_results, "signed.again", own->again);
  judge(spec.own_results, "signed.access_token", own->access_token);
  spec.own = std::move(own);
}

void examine(const Spec& spec, bool complete, const Wrong& wrong) {
  check_map(spec, wrong);
  if (!complete) return;
  if (needs(spec, "client_id") && !spec.variables.contains("client_id")) wrong("client_id", "is missing");
  if (needs(spec, "client_secret") && spec.client_secret.empty())
    wrong("client_secret", "is missing (client_secret or client_secret_file)");
  const auto& own = signed_of(spec);
  for (const auto& [key, secret] : {std::pair{"signed.key", &own.key}, {"signed.before", &own.before}, {"signed.after", &own.after}}) {
    if (*secret && (*secret)->evaluate(spec.values()).value_or("").empty()) wrong(key, "a setting that it needs has no value");
  }
}

}  // namespace providers::signed_callback
