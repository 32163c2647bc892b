#include "providers/spec_check.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"

namespace providers {
namespace {

class Check {
  const Spec& spec_;
  Table& table_;
  bool complete_;
  std::vector<std::string> names_{"client_id", "client_secret", "key_id", "scope"};

  /// In front of `key` stands the table that it is in: "map.uid".
  void wrong(std::string_view key, std::string what) { table_.wrong(table_.get(base::split(key, '.').front()), key, std::move(what)); }

  void variables(const Expression& expression, std::string_view key, bool after_token) {
    for (const auto& name : expression.variables()) {
      if (std::find(names_.begin(), names_.end(), name) != names_.end() || (after_token && name == "access_token")) continue;
      const auto near = base::nearest(name, names_);
      wrong(key, "there is no setting \"" + name + "\"" + (near ? "; did you mean " + *near + "?" : ""));
    }
  }
  void before_login(const std::optional<Expression>& expression, std::string_view key) {
    if (!expression) return;
    variables(*expression, key, false);
    if (expression->reads("tuic")) wrong(key, "nothing is known of the user yet: t:, u:, i: and c: cannot stand here");
  }
  /// What goes through the browser.
  void in_the_open(const std::optional<Expression>& expression, std::string_view key) {
    before_login(expression, key);
    if (!expression) return;
    const auto names = expression->variables();
    if (std::find(names.begin(), names.end(), "client_secret") != names.end()) wrong(key, "client_secret would be seen by everyone");
  }
  void after_login(const std::optional<Expression>& expression, std::string_view key) {
    if (!expression) return;
    variables(*expression, key, true);
    if (spec_.protocol != "oidc" && expression->reads("i")) wrong(key, "i: is for protocol oidc");
    const auto most = spec_.user ? spec_.user->size() : spec_.protocol == "oidc" ? 1 : 0;
    if (expression->user_answers() > most) wrong(key, "reads the answer of a [[user]] request that is not there");
  }

  /// Only https, or http on this machine (RFC 9700 2.6); host and scheme are the operator's alone.
  void address(const std::optional<Expression>& url, std::string_view key) {
    if (!url || !complete_) return;
    const auto values = spec_.values();
    const auto fixed = url->fixed_part(values);
    const auto parsed = base::parse_url(fixed);
    if (!parsed) return wrong(key, fixed.empty() ? "a setting that it needs has no value" : "\"" + fixed + "\" is no URL");
    if (!base::is_secure_or_loopback(*parsed)) return wrong(key, "\"" + fixed + "\" must be https (http only for this machine)");
    if (parsed->has_userinfo || parsed->has_fragment) return wrong(key, "no user name, password or # in a URL");
    if (url->reads("tuic") && parsed->path.empty()) return wrong(key, "a value from an answer cannot stand in the host");
  }

  void endpoints() {
    in_the_open(spec_.authorize.url, "authorize.url");
    before_login(spec_.token.url, "token.url");
    before_login(spec_.id_token.keys, "id_token.keys");
    address(spec_.issuer, "issuer");
    address(spec_.authorize.url, "authorize.url");
    address(spec_.token.url, "token.url");
    address(spec_.id_token.keys, "id_token.keys");
    for (const auto& parameter : spec_.authorize.params) in_the_open(parameter.value, "authorize.params");
    for (const auto& parameter : spec_.token.params) before_login(parameter.value, "token.params");
    for (const auto& parameter : spec_.token.headers) before_login(parameter.value, "token.headers");
    if (!spec_.user) return;
    for (const auto& request : *spec_.user) {
      after_login(request.url, "user.url");
      address(request.url, "user.url");
      after_login(request.when, "user.when");
      for (const auto& parameter : request.params) after_login(parameter.value, "user.params");
      for (const auto& parameter : request.headers) after_login(parameter.value, "user.headers");
    }
  }

  void map() {
    after_login(spec_.map.uid, "map.uid");
    after_login(spec_.map.username, "map.username");
    after_login(spec_.map.email, "map.email");
    after_login(spec_.map.email_verified, "map.email_verified");
    after_login(spec_.map.name, "map.name");
    after_login(spec_.map.first_name, "map.first_name");
    after_login(spec_.map.last_name, "map.last_name");
    after_login(spec_.map.picture, "map.picture");
  }

  void oauth2() {
    if (!spec_.authorize.url) wrong("authorize.url", "is missing: where the browser is sent");
    if (!spec_.token.url) wrong("token.url", "is missing: where the code is redeemed");
  }
  void oidc() {
    if (!spec_.issuer) return wrong("issuer", "is missing: the provider's issuer, such as \"https://login.example.com\"");
    variables(*spec_.issuer, "issuer", false);
    if (spec_.issuer->reads("tuc")) wrong("issuer", "only i: can stand here");
    const bool fixed = spec_.authorize.url && spec_.token.url && spec_.id_token.keys;
    if (spec_.issuer->reads("i") && !fixed)
      wrong("issuer", "without one issuer there is no discovery: authorize.url, token.url and id_token.keys are needed");
    const auto shared = [](crypto::Alg alg) { return crypto::fits(alg, crypto::Kind::oct); };
    const bool asks_for_hmac = std::any_of(spec_.id_token.algs.begin(), spec_.id_token.algs.end(), shared);
    // A secret that a person chose can be guessed from one token (RFC 8725 3.5; RFC 7518 3.2: at least as long as the hash).
    if (asks_for_hmac && complete_ && spec_.client_secret.reveal().size() < 32)
      wrong("id_token.algs", "HS256 needs a client_secret of 32 bytes or more");
  }

  std::string value(const std::string& name) const {
    const auto it = spec_.variables.find(name);
    return it == spec_.variables.end() ? std::string{} : it->second;
  }

  void client() {
    if (value("client_id").empty()) wrong("client_id", "is missing");
    if (spec_.client_auth == ClientAuth::private_key_jwt) {
      if (spec_.private_key.empty())
        wrong("private_key_file", "is missing: the key (PEM) that client_auth = \"private_key_jwt\" signs with");
    } else if (spec_.client_auth != ClientAuth::none && spec_.client_secret.empty()) {
      wrong("client_secret", "is missing (client_secret or client_secret_file; client_auth = \"none\" for a public client)");
    }
  }

  void signed_secret() {
    const auto& secret = spec_.signed_secret;
    before_login(secret.issuer, "signed_secret.issuer");
    before_login(secret.subject, "signed_secret.subject");
    before_login(secret.audience, "signed_secret.audience");
    before_login(secret.key_id, "signed_secret.key_id");
    if (spec_.client_auth == ClientAuth::signed_secret && (!secret.issuer || !secret.subject || !secret.audience)) {
      wrong("signed_secret", "issuer, subject and audience are needed");
    }
  }

 public:
  Check(const Spec& spec, Table& table, bool complete) : spec_(spec), table_(table), complete_(complete) {
    for (const auto& [name, setting] : spec.settings) names_.push_back(name);
    for (const auto& [name, from] : spec.derived) names_.push_back(name);
  }
  void all() {
    endpoints();
    map();
    signed_secret();
    for (const auto& [name, from] : spec_.derived) before_login(from, "derived");
    if (spec_.protocol == "oidc") {
      oidc();
    } else {
      oauth2();
    }
    if (complete_) client();
  }
};

}  // namespace

void check_spec(const Spec& spec, Table& table, bool complete) { Check{spec, table, complete}.all(); }

}  // namespace providers
