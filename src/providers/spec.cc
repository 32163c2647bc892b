#include "providers/spec.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "config/files.h"
#include "providers/engine.h"
#include "providers/spec_check.h"
#include "providers/table.h"

namespace providers {
namespace {

using Compile = base::Result<Expression> (*)(std::string_view);

std::optional<Expression> compiled(Table& table, std::string_view key, Compile compile) {
  const auto* node = table.get(key);
  const auto text = node == nullptr ? std::string{} : table.text(key);
  if (text.empty()) return std::nullopt;
  auto expression = compile(text);
  if (expression) return std::move(*expression);
  table.wrong(node, key, expression.error().say);
  return std::nullopt;
}
std::optional<Expression> expression(Table& table, std::string_view key) { return compiled(table, key, Expression::parse); }
std::optional<Expression> pattern(Table& table, std::string_view key) { return compiled(table, key, Expression::parse_template); }

std::vector<Parameter> parameters(Table table) {
  std::vector<Parameter> out;
  for (const auto& [name, node] : table.rest()) {
    if (auto value = pattern(table, name)) out.push_back({name, std::move(*value)});
  }
  return out;
}

ClientAuth client_auth(Table& table) {
  const auto text = table.one_of("client_auth", {"post", "basic", "none", "private_key_jwt", "signed_secret"});
  if (text == "post") return ClientAuth::post;
  if (text == "basic") return ClientAuth::basic;
  if (text == "none") return ClientAuth::none;
  if (text == "private_key_jwt") return ClientAuth::private_key_jwt;
  if (text == "signed_secret") return ClientAuth::signed_secret;
  return ClientAuth::automatic;
}

void read_authorize(Table table, Spec& spec) {
  spec.authorize.url = pattern(table, "url");
  if (table.given("scope")) spec.authorize.scope = table.list("scope");
  if (!table.given("scope") && spec.protocol == "oidc") spec.authorize.scope = {"openid", "profile", "email"};
  table.get("scope");
  spec.authorize.separator = table.text("scope_separator", " ");
  spec.authorize.params = parameters(table.table("params"));
  spec.authorize.omit = table.list("omit");
  table.done();
}

void read_token(Table table, Spec& spec) {
  spec.token.url = pattern(table, "url");
  spec.token.method = table.one_of("method", {"POST", "GET"});
  if (spec.token.method.empty()) spec.token.method = "POST";
  spec.client_auth = client_auth(table);
  spec.token.params = parameters(table.table("params"));
  spec.token.headers = parameters(table.table("headers"));
  spec.token.omit = table.list("omit");
  spec.token.form = table.one_of("answer", {"json", "form"}) == "form";
  table.done();
}

std::optional<UserRequest> read_user_request(Table table) {
  UserRequest request;
  auto url = pattern(table, "url");
  if (!url) table.wrong(nullptr, "url", "is missing");
  const auto method = table.one_of("method", {"GET", "POST"});
  if (!method.empty()) request.method = method;
  request.params = parameters(table.table("params"));
  request.headers = parameters(table.table("headers"));
  request.optional = table.boolean("optional").value_or(false);
  request.gate = table.integer("gate").value_or(0);
  request.same_sub = table.boolean("same_sub").value_or(true);
  request.when = expression(table, "when");
  if (auto unless = expression(table, "unless")) {
    request.when = std::move(unless);
    request.unless = true;
  }
  table.done();
  if (!url) return std::nullopt;
  request.url = std::move(*url);
  return request;
}

void read_user(Table& table, Spec& spec, std::optional<base::Error>& mistake) {
  const auto* node = table.get("user");
  if (node == nullptr) return;
  spec.user.emplace();
  if (node->array() == nullptr) return table.wrong(node, "user", "want an array of tables: [[user]]");
  for (const auto& item : *node->array()) {
    if (auto request = read_user_request({&item, table.path() + ".user", mistake})) spec.user->push_back(std::move(*request));
  }
}

/// OIDC Core 5.1. Userinfo first, since a provider need not put them into the id_token (5.4).
void standard_claims(Spec& spec) {
  const auto fill = [](std::optional<Expression>& field, const char* text) {
    if (!field) field = *Expression::parse(text);
  };
  fill(spec.map.uid, "i:/sub");
  fill(spec.map.username, "u:/preferred_username | i:/preferred_username");
  if (!spec.map.email) {
    fill(spec.map.email, "u:/email | i:/email");
    fill(spec.map.email_verified, "u:/email_verified | i:/email_verified");
  }
  fill(spec.map.name, "u:/name | i:/name");
  fill(spec.map.first_name, "u:/given_name | i:/given_name");
  fill(spec.map.last_name, "u:/family_name | i:/family_name");
  fill(spec.map.picture, "u:/picture | i:/picture");
}

void read_map(Table table, Spec& spec) {
  spec.map = {
      expression(table, "uid"),  expression(table, "username"),   expression(table, "email"),     expression(table, "email_verified"),
      expression(table, "name"), expression(table, "first_name"), expression(table, "last_name"), expression(table, "picture")};
  table.done();
  if (spec.protocol == "oidc") standard_claims(spec);
  if (!spec.map.uid) table.wrong(nullptr, "uid", "is missing: say where the user's id stands, such as uid = \"u:/id\"");
}

void read_id_token(Table table, Spec& spec) {
  for (const auto& name : table.list("algs")) {
    const auto alg = crypto::alg_from(name);
    if (alg) spec.id_token.algs.push_back(*alg);
    if (!alg) table.wrong(table.get("algs"), "algs", "\"" + name + "\" is no signature algorithm; RS256, PS256, ES256, EdDSA are some");
  }
  spec.id_token.audiences = table.list("audiences");
  spec.id_token.keys = pattern(table, "keys");
  table.done();
}

void read_signed_secret(Table table, Spec& spec) {
  spec.signed_secret = {expression(table, "issuer"), expression(table, "subject"), expression(table, "audience"),
                        expression(table, "key_id")};
  table.done();
}

void read_settings(Table table, Spec& spec, std::optional<base::Error>& mistake) {
  for (const auto& [name, node] : table.rest()) {
    Table entry{node, table.path() + '.' + name, mistake};
    Setting setting;
    if (entry.given("default")) setting.otherwise = entry.text("default");
    entry.get("default");
    setting.required = entry.boolean("required").value_or(false);
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
    if (table.given(name)) {
      spec.variables[name] = setting_value(table, name);
    } else if (setting.otherwise) {
      spec.variables[name] = *setting.otherwise;
    } else if (setting.required && complete) {
      table.wrong(nullptr, name, "is missing: " + setting.help);
    }
    table.get(name);
  }
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
  spec.variables["scope"] = base::join(spec.authorize.scope, spec.authorize.separator);
}

/// The stanza's scopes come first, then those of the file that it does not name (wire.md A01).
void add_scope(Table& table, Spec& spec) {
  auto scope = table.list("scope");
  for (auto& item : spec.authorize.scope) {
    if (std::find(scope.begin(), scope.end(), item) == scope.end()) scope.push_back(std::move(item));
  }
  spec.authorize.scope = std::move(scope);
}

void read_key(Table& table, Spec& spec) {
  spec.private_key = base::Secret{table.text("private_key")};
  const auto file = table.text("private_key_file");
  if (file.empty()) return;
  auto text = config::read_file(file);
  if (!text) return table.wrong(table.get("private_key_file"), "private_key_file", text.error().say);
  spec.private_key = std::move(*text);
}

}  // namespace

base::Result<Spec> read_spec(const config::Node& node, const std::string& name, bool complete) {
  std::optional<base::Error> mistake;
  Table table{&node, name, mistake};
  Spec spec;
  spec.protocol = table.one_of("protocol", protocols());
  if (spec.protocol.empty()) table.wrong(nullptr, "protocol", "is missing; allowed: " + base::join(protocols(), ", "));
  spec.title = table.text("title");
  spec.docs = table.text("docs");
  for (const auto* key : {"kind", "enabled", "client_secret_file"}) table.get(key);  // read by whoever chose this file
  read_settings(table.table("settings"), spec, mistake);
  spec.issuer = pattern(table, "issuer");
  spec.other_issuers = table.list("other_issuers");
  spec.pkce = table.one_of("pkce", {"S256", "none"}) != "none";
  read_authorize(table.table("authorize"), spec);
  read_token(table.table("token"), spec);
  if (const auto own = client_auth(table); own != ClientAuth::automatic) spec.client_auth = own;
  read_user(table, spec, mistake);
  read_map(table.table("map"), spec);
  read_id_token(table.table("id_token"), spec);
  read_signed_secret(table.table("signed_secret"), spec);
  auto derived = table.table("derived");
  for (const auto& [variable, from] : derived.rest()) {
    if (auto value = expression(derived, variable)) spec.derived.emplace(variable, std::move(*value));
  }
  add_scope(table, spec);
  read_key(table, spec);
  read_variables(table, spec, complete);
  table.done();
  if (!mistake) check_spec(spec, table, complete);
  if (mistake) return *mistake;
  return spec;
}

}  // namespace providers
