#include "providers/spec_read.h"

namespace providers {
namespace {

std::optional<ParameterSignature> read_sign(Table table) {
  ParameterSignature sign;
  sign.param = table.text("param");
  auto secret = read_template(table, "secret");
  sign.omit = table.list("omit");
  sign.equals = table.text("equals", "=");
  table.done();
  if (sign.param.empty() || !secret) table.wrong(nullptr, "", "param and secret are needed");
  if (!secret) return std::nullopt;
  sign.secret = std::move(*secret);
  return sign;
}

std::optional<UserRequest> read_user_request(Table table) {
  UserRequest request;
  auto url = read_template(table, "url");
  if (!url) table.wrong(nullptr, "url", "is missing");
  const auto method = table.one_of("method", {"GET", "POST"});
  if (!method.empty()) request.method = method;
  request.params = read_parameters(table.table("params"));
  request.form = read_parameters(table.table("form"));
  request.headers = read_parameters(table.table("headers"));
  if (table.given("sign")) request.sign = read_sign(table.table("sign"));
  request.answer = read_answer_kind(table);
  request.optional = table.boolean("optional").value_or(false);
  request.gate = table.integer("gate").value_or(0);
  request.same_sub = table.boolean("same_sub").value_or(true);
  if (request.gate != 0 && request.optional) table.wrong(table.get("gate"), "gate", "cannot be optional: it would keep nobody out");
  request.when = read_expression(table, "when");
  if (auto unless = read_expression(table, "unless")) {
    if (request.when) table.wrong(table.get("unless"), "unless", "one of when and unless");
    request.when = std::move(unless);
    request.unless = true;
  }
  table.done();
  if (!url) return std::nullopt;
  request.url = std::move(*url);
  return request;
}

/// OIDC Core 5.1. Userinfo first, since a provider need not put them into the id_token (5.4).
void standard_claims(Spec& spec) {
  const bool asks = !spec.user || !spec.user->empty();
  const auto fill = [asks](std::optional<Expression>& field, const std::string& claim) {
    if (!field) field = *Expression::parse((asks ? "u:/" + claim + " | " : "") + "i:/" + claim);
  };
  if (!spec.map.uid) spec.map.uid = *Expression::parse("i:/sub");
  fill(spec.map.username, "preferred_username");
  if (!spec.map.email) {
    fill(spec.map.email, "email");
    fill(spec.map.email_verified, "email_verified");
  }
  fill(spec.map.name, "name");
  fill(spec.map.first_name, "given_name");
  fill(spec.map.last_name, "family_name");
  fill(spec.map.picture, "picture");
}

/// What the provider calls a parameter of the standard.
std::map<std::string, std::string> read_rename(Table table) {
  std::map<std::string, std::string> out;
  for (const auto& [name, node] : table.rest()) out[name] = table.text(name);
  return out;
}

}  // namespace

void read_authorize(Table table, Spec& spec) {
  auto& authorize = spec.authorize;
  authorize.url = read_template(table, "url");
  if (table.given("scope")) authorize.scope = table.list("scope");
  if (!table.given("scope") && spec.id_tokens) authorize.scope = {"openid", "profile", "email"};
  table.get("scope");
  authorize.separator = table.text("scope_separator", " ");
  authorize.params = read_parameters(table.table("params"));
  authorize.omit = table.list("omit");
  authorize.rename = read_rename(table.table("rename"));
  authorize.pass = table.list("pass");
  authorize.fragment = table.text("fragment");
  authorize.widget = table.boolean("widget").value_or(false);
  const auto* pushed = table.get("pushed");  // true, or where to
  if (pushed != nullptr && pushed->string() != nullptr && pushed->string()->find("://") != std::string::npos) {
    authorize.pushed_url = read_template(table, "pushed");
  } else {
    authorize.pushed = table.boolean("pushed").value_or(false);
  }
  authorize.signed_request = table.boolean("signed_request").value_or(false);
  authorize.response_mode = table.one_of("response_mode", {"jwt", "query.jwt", "form_post.jwt"});
  table.done();
}

void read_token(Table table, Spec& spec) {
  auto& token = spec.token;
  token.url = read_template(table, "url");
  if (table.one_of("method", {"POST", "GET"}) == "GET") token.method = "GET";
  const auto encoding = table.one_of("encoding", {"form", "json", "query"});
  if (encoding == "json") token.encoding = decltype(token.encoding)::json;
  if (encoding == "query" || token.method == "GET") token.encoding = decltype(token.encoding)::query;
  spec.client_auth = read_client_auth(table);
  token.params = read_parameters(table.table("params"));
  token.query = read_parameters(table.table("query"));
  token.headers = read_parameters(table.table("headers"));
  token.omit = table.list("omit");
  token.rename = read_rename(table.table("rename"));
  token.answer = read_answer_kind(table);
  token.access_token = read_expression(table, "access_token");
  token.dpop = table.boolean("dpop").value_or(false);
  table.done();
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

void read_map(Table table, Spec& spec) {
  auto& map = spec.map;
  map.uid = read_expression(table, "uid");
  map.username = read_expression(table, "username");
  map.email = read_expression(table, "email");
  map.email_verified = read_expression(table, "email_verified");
  map.name = read_expression(table, "name");
  map.first_name = read_expression(table, "first_name");
  map.last_name = read_expression(table, "last_name");
  map.picture = read_expression(table, "picture");
  table.done();
  if (spec.id_tokens) standard_claims(spec);
}

void read_require(Table& table, Spec& spec, std::optional<base::Error>& mistake) {
  const auto* node = table.get("require");
  if (node == nullptr) return;
  if (node->array() == nullptr) return table.wrong(node, "require", "want an array of tables: [[require]]");
  for (const auto& item : *node->array()) {
    Table entry{&item, table.path() + ".require", mistake};
    auto value = read_expression(entry, "value");
    if (!value) entry.wrong(nullptr, "value", "is missing");
    const auto setting = entry.text("setting");
    if (setting.empty()) entry.wrong(nullptr, "setting", "is missing: the setting that lists what is wanted");
    const bool ignore_case = entry.boolean("ignore_case").value_or(false);
    entry.done();
    if (!value || setting.empty()) continue;
    auto one_of = table.list(setting);
    const auto declared = spec.settings.find(setting);
    if (!table.given(setting) && declared != spec.settings.end() && declared->second.otherwise) {
      const config::Node defaults{config::Node::Table{{setting, config::Node{*declared->second.otherwise, item.where}}}, item.where};
      one_of = Table{&defaults, table.path(), mistake}.list(setting);
    }
    spec.require.push_back({std::move(*value), std::move(one_of), ignore_case});
  }
}

}  // namespace providers
