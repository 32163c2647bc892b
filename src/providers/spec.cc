#include "providers/spec.h"

#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "providers/engine.h"
#include "providers/spec_check.h"
#include "providers/spec_read.h"

namespace providers {
namespace {

void read_status(Table table, Spec& spec) {
  using Is = ServiceStatus::Is;
  constexpr std::pair<std::string_view, Is> kWords[] = {
      {"alive", Is::alive}, {"unsure", Is::unsure}, {"dead", Is::dead}, {"unproven", Is::unproven}, {"refused", Is::refused}};
  const auto is = table.one_of("is", {"alive", "unsure", "dead", "unproven", "refused"});
  for (const auto& [word, value] : kWords) {
    if (is == word) spec.status.is = value;
  }
  spec.status.at = table.text("at");
  spec.status.why = table.text("why");
  table.done();
  if (is.empty()) return;
  if (spec.status.at.empty()) table.wrong(nullptr, "at", "is missing: when somebody looked, such as \"2026-11\"");
  if (spec.status.is != Is::alive && spec.status.why.empty()) table.wrong(nullptr, "why", "is missing");
}

void read_discovery(Table table, Spec& spec) {
  spec.discovery.url = read_template(table, "url");
  for (const auto& text : table.list("issuers")) {
    if (auto issuer = Expression::parse_template(text)) {
      spec.discovery.issuers.push_back(std::move(*issuer));
    } else {
      table.wrong(table.get("issuers"), "issuers", issuer.error().say);
    }
  }
  table.done();
}

void read_id_token(Table table, Spec& spec) {
  spec.id_token.algs = read_algs(table);
  spec.id_token.audiences = table.list("audiences");
  spec.id_token.keys = read_template(table, "keys");
  spec.id_token.nonce_required = table.one_of("nonce", {"required", "if_sent_back"}) != "if_sent_back";
  spec.id_token.parameter = table.text("parameter");
  table.done();
}

void read_access_token_jwt(Table table, Spec& spec) {
  spec.access_token_jwt.key = read_expression(table, "key");
  spec.access_token_jwt.algs = read_algs(table);
  table.done();
}

void read_signed_secret(Table table, Spec& spec) {
  spec.signed_secret = {read_expression(table, "issuer"), read_expression(table, "subject"), read_expression(table, "audience"),
                        read_expression(table, "key_id")};
  table.done();
}

void read_later(Table table, LaterEndpoint& endpoint) {
  endpoint.url = read_template(table, "url");
  const auto method = table.one_of("method", {"POST", "GET", "DELETE"});
  if (!method.empty()) endpoint.method = method;
  endpoint.params = read_parameters(table.table("params"));
  endpoint.headers = read_parameters(table.table("headers"));
  endpoint.refused = read_expression(table, "refused");
  table.done();
}

void read_named(Table table, std::map<std::string, Expression>& to) {
  for (const auto& [name, from] : table.rest()) {
    if (auto value = read_expression(table, name)) to.emplace(name, std::move(*value));
  }
}

void read_settings(Table table, Spec& spec, std::optional<base::Error>& mistake) {
  for (const auto& [name, node] : table.rest()) {
    Table entry{node, table.path() + '.' + name, mistake};
    Setting setting;
    if (entry.given("default")) setting.otherwise = entry.text("default");
    entry.get("default");
    if (const auto variable = entry.text("environment"); !variable.empty()) {
      if (const char* value = std::getenv(variable.c_str()); value != nullptr && !setting.otherwise) setting.otherwise = value;
    }
    setting.required = entry.boolean("required").value_or(false);
    setting.secret = entry.boolean("secret").value_or(false);
    setting.help = entry.text("help");
    entry.done();
    spec.settings.emplace(name, std::move(setting));
  }
}

/// A setting's value as text; a list joined by spaces.
std::string setting_value(Table& table, const std::string& name) {
  const auto* node = table.get(name);
  auto value = node != nullptr && node->array() != nullptr ? base::join(table.list(name), " ") : table.text(name);
  while (value.starts_with("http") && value.ends_with('/')) value.pop_back();  // templates go on with a slash
  return value;
}

void read_variables(Table& table, Spec& spec, bool complete) {
  for (const auto& [name, setting] : spec.settings) {
    if (setting.secret) {
      if (auto value = table.text(name); !value.empty()) spec.secrets.emplace(name, std::move(value));
    } else if (table.given(name)) {
      spec.variables[name] = setting_value(table, name);
    }
  }
  for (const auto& [name, setting] : spec.settings) {
    if (!table.given(name) && setting.otherwise) {
      // A default may be made from what is set: "{tenant_name}.b2clogin.com".
      const auto made = Expression::parse_template(*setting.otherwise);
      if (!made) table.wrong(nullptr, "settings." + name + ".default", made.error().say);
      if (made) spec.variables[name] = made->evaluate(spec.values()).value_or("");
    }
    const auto it = spec.variables.find(name);
    const bool has_value = (it != spec.variables.end() && !it->second.empty()) || spec.secrets.contains(name);
    if (setting.required && complete && !has_value) table.wrong(table.get(name), name, "is missing: " + setting.help);
    table.get(name);
  }
  table.get("id_token_decryption_key");  // python-social-auth's; an encrypted id_token is refused
  spec.client_secret = base::Secret{table.text("client_secret")};
  for (const auto* name : {"client_id", "key_id"}) {
    if (auto value = table.text(name); !value.empty()) spec.variables[name] = std::move(value);
  }
  const auto raw = spec.values();
  Variables made;
  for (const auto& [name, from] : spec.derived) {
    if (auto value = from.evaluate(raw)) made[name] = std::move(*value);
  }
  for (auto& [name, value] : made) spec.variables[name] = std::move(value);
  if (spec.issuer && !spec.issuer->reads("i") && complete && !spec.issuer->evaluate(spec.values()))
    spec.issuer.reset();  // "{setting}", not set
  // RFC 7523 2.2: a file may say that a JWT which the operator was given stands for the secret (`client_assertion` in its settings).
  const bool asserts = spec.variables.contains("client_assertion") || spec.variables.contains("client_assertion_file");
  if (spec.client_secret.empty() && asserts) spec.client_auth = ClientAuth::assertion;
  spec.variables["scope"] = base::join(spec.authorize.scope, spec.authorize.separator);
}

/// The stanza's scopes come first, then those of the file that it does not name (wire.md A01).
void add_scope(Table& table, Spec& spec) {
  auto scope = table.list("scope");
  if (table.boolean("ignore_default_scope").value_or(false)) spec.authorize.scope.clear();
  for (auto& item : spec.authorize.scope) {
    if (std::find(scope.begin(), scope.end(), item) == scope.end()) scope.push_back(std::move(item));
  }
  spec.authorize.scope = std::move(scope);
}

/// For those who come from python-social-auth and have e-mail addresses or names for uids in their tables.
void choose_uid(Table& table, Spec& spec) {
  constexpr std::string_view kEmail = "email";
  spec.psa_uid = table.one_of("psa_uid", {std::string{kEmail}, "username", "other"});
  const auto wanted = table.one_of("uid", {std::string{kEmail}, "username"});
  if (wanted.empty()) return;
  spec.chosen_uid = wanted;
  spec.uid_is_email = wanted == kEmail;
  const auto& from = spec.uid_is_email ? spec.map.email : spec.map.username;
  if (!from) return table.wrong(table.get("uid"), "uid", "this provider tells no " + wanted);
  spec.map.uid = from;
}

}  // namespace

base::Result<Spec> read_spec(const config::Node& node, const std::string& name, bool complete) {
  std::optional<base::Error> mistake;
  Table table{&node, name, mistake};
  Spec spec;
  spec.protocol = table.one_of("protocol", protocols());
  if (spec.protocol.empty()) table.wrong(nullptr, "protocol", "is missing; allowed: " + base::join(protocols(), ", "));
  const auto* engine = find_engine(spec.protocol);
  spec.id_tokens = engine != nullptr && engine->id_tokens;
  spec.title = table.text("title");
  spec.docs = table.text("docs");
  spec.register_at = table.text("register");
  read_status(table.table("status"), spec);
  // Told before anything that is missing: whoever gives such a provider a client should not do so in vain.
  if (complete && spec.status.is == ServiceStatus::Is::refused) table.wrong(nullptr, "", "cannot be enabled: " + spec.status.why);
  for (const auto* key : {"kind", "enabled", "client_secret_file"}) table.get(key);  // read by whoever chose this file
  read_settings(table.table("settings"), spec, mistake);
  spec.issuer = read_template(table, "issuer");
  spec.other_issuers = table.list("other_issuers");
  read_discovery(table.table("discovery"), spec);
  spec.pkce = table.one_of("pkce", {"S256", "none"}) != "none";
  read_authorize(table.table("authorize"), spec);
  read_token(table.table("token"), spec);
  if (const auto own = read_client_auth(table); own != ClientAuth::automatic) spec.client_auth = own;
  read_user(table, spec, mistake);
  read_map(table.table("map"), spec);
  if (engine != nullptr && engine->read != nullptr) engine->read(table, spec);
  if (!spec.map.uid) table.wrong(table.get("map"), "map.uid", "is missing: say where the user's id stands, such as uid = \"u:/id\"");
  read_native(table, spec);
  choose_uid(table, spec);
  read_named(table.table("extra"), spec.extra);
  read_require(table, spec, mistake);
  spec.allowed_domains = table.list("allowed_domains");
  spec.allowed_emails = table.list("allowed_emails");
  spec.verified_emails_only = table.boolean("verified_emails_only").value_or(false);
  auto failure = table.table("failure");
  spec.failure = {read_expression(failure, "when"), read_expression(failure, "text")};
  failure.done();
  read_id_token(table.table("id_token"), spec);
  read_access_token_jwt(table.table("access_token_jwt"), spec);
  read_signed_secret(table.table("signed_secret"), spec);
  read_later(table.table("refresh"), spec.refresh);
  read_later(table.table("revoke"), spec.revoke);
  if (table.given("end_session")) spec.end_session = read_end_session(table.table("end_session"));
  if (table.given("events")) spec.events = read_event_rules(table.table("events"));
  read_named(table.table("derived"), spec.derived);
  add_scope(table, spec);
  read_client_keys(table, spec);
  read_variables(table, spec, complete);
  table.done();
  if (!mistake) check_spec(spec, table, complete);
  if (mistake) return *mistake;
  return spec;
}

}  // namespace providers
