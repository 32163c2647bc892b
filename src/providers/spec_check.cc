#include "providers/spec_check.h"

#include <algorithm>

#include "base/text.h"
#include "base/url.h"
#include "providers/engine.h"

namespace providers {
namespace {

class Check {
  const Spec& spec_;
  Table& table_;
  bool complete_;
  const Engine& engine_;
  std::vector<std::string> unmade_;  // addresses that need a setting which has no value: told last, when it has not been told by its name
  std::vector<std::string> names_{"client_id", "client_secret", "key_id", "scope"};

  /// In front of `key` stands the table that it is in: "map.uid".
  void wrong(std::string_view key, std::string what) { table_.wrong(table_.get(base::split(key, '.').front()), key, std::move(what)); }

  void variables(const Expression& expression, std::string_view key, bool after_callback, bool at_begin = false) {
    const auto known = [&](const std::string& name) {
      const bool later = name == "access_token" || name == "code" || name == "redirect_uri";
      const bool begins = std::find(engine_.begins.begin(), engine_.begins.end(), name) != engine_.begins.end();
      return std::find(names_.begin(), names_.end(), name) != names_.end() || (after_callback && later) || (at_begin && begins);
    };
    for (const auto& name : expression.variables()) {
      if (known(name)) continue;
      const auto near = base::nearest(name, names_);
      wrong(key, "there is no setting \"" + name + "\"" + (near ? "; did you mean " + *near + "?" : ""));
    }
  }
  /// `known`: the documents that are there at that time.
  void before_login(const std::optional<Expression>& expression, std::string_view key, std::string_view known = {}) {
    if (!expression) return;
    variables(*expression, key, known.find('c') != std::string_view::npos, known.find('r') != std::string_view::npos);
    for (const char document : Expression::kDocuments) {
      if (known.find(document) == std::string_view::npos && expression->reads({&document, 1}))
        wrong(key, std::string{document} + ": is not known yet and cannot stand here");
    }
  }
  /// What goes through the browser.
  void in_the_open(const std::optional<Expression>& expression, std::string_view key) {
    before_login(expression, key, "r");
    if (!expression) return;
    for (const auto& name : expression->variables()) {
      const auto it = spec_.settings.find(name);
      if (name == "client_secret" || (it != spec_.settings.end() && it->second.secret)) wrong(key, name + " would be seen by everyone");
    }
  }
  /// Long after a login its tokens and the uid are all that is left of it.
  void afterwards(const LaterEndpoint& endpoint, const std::string& key) {
    const auto known = names_.size();
    names_.insert(names_.end(), {"access_token", "refresh_token", "uid"});
    before_login(endpoint.url, key + ".url");
    for (const auto& parameter : endpoint.params) before_login(parameter.value, key + ".params");
    for (const auto& parameter : endpoint.headers) before_login(parameter.value, key + ".headers");
    before_login(endpoint.refused, key + ".refused", "t");
    names_.resize(known);
  }
  /// The browser carries it to the provider.
  void at_logout(const EndSessionRules& page) {
    const auto known = names_.size();
    names_.insert(names_.end(), std::begin(kLogoutVariables), std::end(kLogoutVariables));
    in_the_open(page.url, "end_session.url");
    for (const auto& parameter : page.params) in_the_open(parameter.value, "end_session.params");
    names_.resize(known);
    address(page.url, "end_session.url");
  }
  void events() {
    before_login(spec_.events.keys, "events.keys");
    address(spec_.events.keys, "events.keys");
    if (spec_.events.given && !spec_.id_tokens && (!spec_.events.keys || spec_.events.issuer.empty()))
      wrong("events", "issuer and keys are needed: whose word is to be believed?");
  }
  /// Of a token that an app brought along. `known`: "i" where the proof has been answered.
  void of_token(const std::optional<Expression>& expression, std::string_view key, std::string_view known = {}) {
    const auto count = names_.size();
    names_.emplace_back("access_token");
    before_login(expression, key, known);
    names_.resize(count);
  }
  void native() {
    before_login(spec_.native_id_token.keys, "native_id_token.keys");
    address(spec_.native_id_token.keys, "native_id_token.keys");
    const auto& proof = spec_.access_token_proof;
    of_token(proof.url, "access_token_proof.url");
    address(proof.url, "access_token_proof.url");
    for (const auto* parameters : {&proof.params, &proof.form, &proof.json, &proof.headers}) {
      for (const auto& parameter : *parameters) of_token(parameter.value, "access_token_proof." + parameter.name);
    }
    of_token(proof.audience, "access_token_proof.audience", "i");
    of_token(proof.subject, "access_token_proof.subject", "i");
    of_token(proof.valid, "access_token_proof.valid", "i");
    of_token(proof.expires, "access_token_proof.expires", "i");
  }
  void after_login(const std::optional<Expression>& expression, std::string_view key) {
    if (!expression) return;
    variables(*expression, key, true);
    if (spec_.protocol == "oauth2" && !spec_.access_token_jwt.key && expression->reads("i"))
      wrong(key, "nothing is verified here that i: could read");
    if (expression->reads("r")) wrong(key, "r: is known only where a login begins");
    const auto most = spec_.user ? spec_.user->size() : spec_.id_tokens ? 1 : 0;
    if (expression->user_answers() > most) wrong(key, "reads the answer of a [[user]] request that is not there");
  }

  /// Has every setting that it needs a value? What a login brings is taken for granted.
  bool can_be_made(const Expression& url) const {
    Variables login{{"access_token", "x"}, {"code", "x"}, {"redirect_uri", "x"}, {"uid", "x"}};
    for (const auto name : engine_.begins) login.emplace(name, "x");
    auto values = spec_.values();
    values.more = &login;
    return url.evaluate(values).has_value();
  }

  /// Only https, or http on this machine (RFC 9700 2.6); host and scheme are the operator's alone.
  void address(const std::optional<Expression>& url, std::string_view key) {
    if (!url || !complete_) return;
    const auto values = spec_.values();
    const auto fixed = url->fixed_part(values);
    const bool reads = url->reads(Expression::kDocuments);
    if (!reads && !can_be_made(*url)) unmade_.emplace_back(key);
    if (fixed.empty()) return wrong(key, "a setting that it needs has no value");
    const auto parsed = base::parse_url(fixed);
    if (!parsed) return wrong(key, "\"" + fixed + "\" is no URL");
    if (!base::is_secure_or_loopback(*parsed)) return wrong(key, "\"" + fixed + "\" must be https (http only for this machine)");
    if (parsed->has_userinfo || parsed->has_fragment) return wrong(key, "no user name, password or # in a URL");
    if (reads && parsed->path.empty() && !parsed->has_query) return wrong(key, "a value from an answer cannot stand in the host");
    // label(x) guards what stands below a domain; it must not choose the domain.
    if (('.' + parsed->host).ends_with('.' + std::string{Expression::kGuardedLabel}))
      return wrong(key, "a value from an answer cannot be the end of a host");
  }

  /// RFC 6749 3.1: no parameter more than once. A second one of ours would be the request's word against the flow's.
  void passes() {
    constexpr std::string_view kOurs[] = {"client_id", "redirect_uri", "state",          "response_type",        "scope",
                                          "nonce",     "oauth_token",  "code_challenge", "code_challenge_method"};
    const auto& authorize = spec_.authorize;
    const auto is_ours = [&](const std::string& name) {
      if (std::any_of(authorize.rename.begin(), authorize.rename.end(), [&](const auto& pair) { return pair.second == name; })) return true;
      return std::find(std::begin(kOurs), std::end(kOurs), name) != std::end(kOurs) &&
             std::find(authorize.omit.begin(), authorize.omit.end(), name) == authorize.omit.end();
    };
    for (const auto& name : authorize.pass) {
      if (is_ours(name)) wrong("authorize.pass", name + " is latchstring's own");
    }
  }

  void endpoints() {
    in_the_open(spec_.authorize.url, "authorize.url");
    before_login(spec_.token.url, "token.url", engine_.redeems_with);
    before_login(spec_.discovery.url, "discovery.url");
    if (spec_.issuer) variables(*spec_.issuer, "issuer", false);
    before_login(spec_.id_token.keys, "id_token.keys");
    address(spec_.issuer, "issuer");
    address(spec_.authorize.url, "authorize.url");
    address(spec_.token.url, "token.url");
    before_login(spec_.authorize.pushed_url, "authorize.pushed");
    address(spec_.authorize.pushed_url, "authorize.pushed");
    address(spec_.discovery.url, "discovery.url");
    afterwards(spec_.refresh, "refresh");
    afterwards(spec_.revoke, "revoke");
    address(spec_.refresh.url, "refresh.url");
    address(spec_.revoke.url, "revoke.url");
    at_logout(spec_.end_session);
    events();
    address(spec_.id_token.keys, "id_token.keys");
    for (const auto& parameter : spec_.authorize.params) in_the_open(parameter.value, "authorize.params");
    for (const auto& parameter : spec_.token.params) before_login(parameter.value, "token.params", "c");
    for (const auto& parameter : spec_.token.query) before_login(parameter.value, "token.query", "c");
    for (const auto& parameter : spec_.token.headers) before_login(parameter.value, "token.headers", "c");
    after_login(spec_.token.access_token, "token.access_token");
    after_login(spec_.failure.when, "failure.when");
    after_login(spec_.failure.text, "failure.text");
    for (const auto& [key, url] : spec_.own_addresses) {
      before_login(url, key);
      address(url, key);
    }
    for (const auto& [key, text] : spec_.own_texts) in_the_open(text, key);
    for (const auto& [key, text] : spec_.own_keys) before_login(text, key);
    for (const auto& [key, text] : spec_.own_results) after_login(text, key);
    if (!spec_.user) return;
    for (const auto& request : *spec_.user) {
      after_login(request.url, "user.url");
      address(request.url, "user.url");
      after_login(request.when, "user.when");
      for (const auto& parameter : request.params) after_login(parameter.value, "user.params");
      for (const auto& parameter : request.form) after_login(parameter.value, "user.form");
      if (request.sign) after_login(request.sign->secret, "user.sign");
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
    for (const auto& [name, from] : spec_.extra) after_login(from, "extra");
    for (const auto& requirement : spec_.require) after_login(requirement.value, "require");
  }

  std::string value(const std::string& name) const {
    const auto it = spec_.variables.find(name);
    return it == spec_.variables.end() ? std::string{} : it->second;
  }

  void client() {
    if (value("client_id").empty()) wrong("client_id", "is missing");
    check_client(spec_, [this](std::string_view key, std::string what) { wrong(key, std::move(what)); });
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
  Check(const Spec& spec, Table& table, bool complete)
      : spec_(spec), table_(table), complete_(complete), engine_(*find_engine(spec.protocol)) {
    for (const auto& [name, setting] : spec.settings) names_.push_back(name);
    for (const auto& [name, from] : spec.derived) names_.push_back(name);
  }
  void all() {
    endpoints();
    passes();
    map();
    signed_secret();
    native();
    for (const auto& [name, from] : spec_.derived) before_login(from, "derived");
    engine_.examine(spec_, complete_, [this](std::string_view key, std::string what) { wrong(key, std::move(what)); });
    if (complete_ && engine_.needs_client) client();
    for (const auto& key : unmade_) wrong(key, "a setting that it needs has no value");
  }
};

}  // namespace

void check_spec(const Spec& spec, Table& table, bool complete) { Check{spec, table, complete}.all(); }

}  // namespace providers
