#include "providers/social_keys.h"

#include <algorithm>

#include "base/text.h"
#include "json/value.h"
#include "providers/engine.h"

namespace providers {
namespace {

using config::Node;

struct Alias {
  const char *name, *table, *key;  // table "" = the stanza itself
};
constexpr Alias kAliases[] = {{"authorization_url", "authorize", "url"},
                              {"access_token_url", "token", "url"},
                              {"refresh_token_url", "refresh", "url"},
                              {"revoke_token_url", "revoke", "url"},
                              {"auth_extra_arguments_override_allowlist", "authorize", "pass"},
                              {"jwks_uri", "id_token", "keys"},
                              {"jwt_algorithms", "id_token", "algs"},
                              {"token_endpoint_auth_method", "token", "client_auth"},
                              {"id_token_issuer", "", "issuer"},
                              {"whitelisted_domains", "", "allowed_domains"},
                              {"whitelisted_emails", "", "allowed_emails"}};
// They say what is done anyway, or concern what does not exist here.
constexpr const char* kDropped[] = {"redirect_is_https",          "use_unique_user_id", "extra_data",
                                    "pkce_code_challenge_method", "use_pkce",           "revoke_tokens_on_disconnect"};
// OIDC Core 3.1.2.1: a value for every login.
constexpr const char* kRequestParameters[] = {"acr_values", "login_hint", "ui_locales", "id_token_hint", "prompt", "display", "max_age"};

Node::Table& table_at(Node::Table& table, const std::string& key) {
  auto& node = table[key];
  if (node.table() == nullptr) node.v = Node::Table{};
  return std::get<Node::Table>(node.v);
}

/// As a template that gives the text, whatever stands in it: only an opening brace means something there.
std::string as_template(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '{' ? "{'{'}" : std::string{c};
  return out;
}

/// A table, or JSON from the environment: names and texts. Error.say: what is wrong.
base::Result<Node::Table> read_object(const Node& node) {
  Node::Table out;
  if (const auto* table = node.table()) {
    for (const auto& [name, value] : *table) {
      out[name] = value;
      if (const auto* text = value.string()) out[name].v = as_template(*text);
    }
    return out;
  }
  const auto document = json::Document::parse(node.string() != nullptr ? *node.string() : "", {.bytes = 16 << 10, .depth = 2});
  if (!document || !document->root().is_object()) return base::Error{base::Code::bad_request, {}, "want a table, or a JSON object"};
  for (const auto& [name, value] : document->root().members()) {
    const auto text = value.text();
    if (!text) return base::Error{base::Code::bad_request, {}, std::string{name} + ": want a text"};
    out[std::string{name}] = Node{as_template(*text), node.where};
  }
  return out;
}

class Keys {
  Node stanza_;
  const Node& below_;
  Node::Table& table_;

 public:
  Keys(Node stanza, const Node& below) : stanza_(std::move(stanza)), below_(below), table_(std::get<Node::Table>(stanza_.v)) {}

  /// Is it there, and meant as python-social-auth means it?
  bool theirs(const char* name) const {
    const auto* declared = below_.get("settings");
    return table_.contains(name) && (declared == nullptr || declared->get(name) == nullptr);
  }
  Node taken(const char* name) { return std::move(table_.extract(name).mapped()); }

  void rename() {
    for (const auto& [name, group, key] : kAliases) {
      if (!theirs(name)) continue;
      auto node = taken(name);
      constexpr std::string_view kMethod = "client_secret_";  // client_secret_basic -> basic (OIDC Core 9)
      if (const auto* text = node.string(); text != nullptr && text->starts_with(kMethod)) node.v = text->substr(kMethod.size());
      (*group == '\0' ? table_ : table_at(table_, group))[key] = std::move(node);
    }
    for (const auto* name : kDropped) {
      if (theirs(name)) table_.erase(name);
    }
  }

  /// OIDC_ENDPOINT is where the metadata is, USERINFO_URL what is asked with the token.
  void endpoints() {
    if (theirs("oidc_endpoint")) {
      auto node = taken("oidc_endpoint");
      if (const auto* text = node.string()) node.v = *text + (text->ends_with('/') ? "" : "/") + ".well-known/openid-configuration";
      table_at(table_, "discovery")["url"] = std::move(node);
    }
    if (!theirs("userinfo_url")) return;
    auto url = taken("userinfo_url");
    const auto where = url.where;
    Node::Table request{{"url", std::move(url)},
                        {"headers", Node{Node::Table{{"Authorization", Node{std::string{"Bearer {access_token}"}, where}}}, where}}};
    table_["user"] = Node{Node::Array{Node{std::move(request), where}}, where};
  }

  base::Status parameters() {
    if (theirs("auth_extra_arguments")) {
      auto extra = read_object(taken("auth_extra_arguments"));
      if (!extra) return base::Error{base::Code::bad_request, {}, "auth_extra_arguments: " + extra.error().say};
      for (auto& [name, value] : *extra) table_at(table_at(table_, "authorize"), "params")[name] = std::move(value);
    }
    const auto* protocol = below_.get("protocol");
    const auto* engine = protocol != nullptr && protocol->string() != nullptr ? find_engine(*protocol->string()) : nullptr;
    const bool oidc = engine != nullptr && engine->id_tokens;
    for (const auto* name : kRequestParameters) {
      if (!oidc || !theirs(name)) continue;
      auto node = taken(name);
      if (const auto* text = node.string()) node.v = as_template(*text);
      table_at(table_at(table_, "authorize"), "params")[name] = std::move(node);
    }
    return base::ok;
  }

  /// Added to the first request for user data (Facebook's `fields`).
  base::Status profile_parameters() {
    if (!theirs("profile_extra_params")) return base::ok;
    auto extra = read_object(taken("profile_extra_params"));
    if (!extra) return base::Error{base::Code::bad_request, {}, "profile_extra_params: " + extra.error().say};
    const auto own = table_.find("user");  // USERINFO_URL's, or what below_ has too
    const auto* user = own != table_.end() ? &own->second : below_.get("user");
    if (user == nullptr || user->array() == nullptr || user->array()->empty()) return base::ok;
    auto requests = *user->array();
    if (requests.front().table() == nullptr) return base::ok;
    auto& params = table_at(std::get<Node::Table>(requests.front().v), "params");
    for (auto& [name, value] : *extra) params[name] = std::move(value);
    auto where = user->where;
    table_["user"] = Node{std::move(requests), std::move(where)};
    return base::ok;
  }

  Node done() && { return std::move(stanza_); }
};

}  // namespace

base::Result<Node> with_our_keys(Node stanza, const Node& below) {
  Keys keys{std::move(stanza), below};
  keys.rename();
  keys.endpoints();
  if (auto read = keys.parameters(); !read) return read.error();
  if (auto read = keys.profile_parameters(); !read) return read.error();
  return std::move(keys).done();
}

}  // namespace providers
