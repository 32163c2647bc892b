// oauth1.cc: a request token, the user's consent, an access token for both (RFC 5849 2), and requests signed with that.
#include "providers/oauth1.h"

#include <algorithm>

#include "base/encode.h"
#include "base/text.h"
#include "base/url.h"
#include "crypto/digest.h"
#include "json/writer.h"
#include "providers/answer.h"
#include "providers/callback_error.h"
#include "providers/exchange.h"
#include "providers/profile.h"

namespace providers::oauth1 {
namespace {

constexpr std::size_t kMostToken = 2048;

/// What a login is told of its return.
struct Return {
  std::string callback;  // oauth_callback
  std::string address;   // where the browser comes back to, the state in it
};

Return return_of(const Tables& own, const Values& values, const Start& start) {
  const auto wanted = own.request_token.callback ? own.request_token.callback->evaluate(values).value_or("") : std::string{};
  const bool fixed = wanted == kOutOfBand;
  Return out{{}, wanted.empty() || fixed ? start.redirect_uri : wanted};
  base::append_query(out.address, "state", start.state);
  out.callback = fixed ? wanted : out.address;
  return out;
}

/// The token in an answer, and its secret. Some call it access_token, as OAuth 2 does, and leave out the secret: it is empty then (RFC 5849
/// 3.4.2). One that fits neither a URL nor a header is none.
std::optional<Token> token_in(json::Value answer, std::string_view otherwise = {}) {
  auto token = answer["oauth_token"].string();
  if (!token && !otherwise.empty()) token = answer[otherwise].string();
  const auto secret = answer["oauth_token_secret"].string();
  if (!token || token->empty() || token->size() > kMostToken || (!secret && otherwise.empty())) return std::nullopt;
  if (secret && secret->size() > kMostToken) return std::nullopt;
  return Token{std::string{*token}, std::string{secret.value_or("")}};
}

/// The OAuth Problem Reporting extension, in callbacks and answers.
std::optional<base::Error> problem(std::string_view word) {
  if (word.empty()) return std::nullopt;
  return word == "user_refused" || word == "permission_denied" ? refusal("access_denied", "User refused the access") : refusal(word, {});
}

std::optional<base::Error> told_problem(const Login& login) {
  const auto answer = login.values.token;
  if (auto told = problem(answer["oauth_problem"].string().value_or(""))) return told;
  return told_failure(login.provider.spec, login.values, answer);
}

base::Result<net::Response> send(net::Request request, World& world, std::string_view step) {
  request.max_response = kMostAnswer;
  auto response = world.client.send(request);
  if (!response) return no_answer(response.error(), step);
  return response;
}

// ---- the request token --------------------------------------------------------------------------------------------------

base::Result<Token> ask_request_token(Provider& provider, const std::string& callback, const Values& values, World& world) {
  const auto& own = tables_of(provider.spec);
  net::Request request{.method = own.request_token.method,
                       .url = own.request_token.url->evaluate(values, Expression::Escape::url).value_or("")};
  auto params = evaluated(own.request_token.params, values);
  if (const auto scope = provider.variable("scope"); !scope.empty()) params.emplace_back("scope", scope);
  append_to_query(request.url, params);
  auto done = sign(request, client_of(provider), {}, {{"oauth_callback", callback}}, stamp(world));
  if (!done) return done.error();
  auto response = send(std::move(request), world, "request token");
  if (!response) return response.error();
  if (response->status < 200 || response->status > 299) return status_failure(*response, "request token");
  auto answer = read_answer(response->body, AnswerKind::form);
  if (!answer) return answer.error();
  auto token = token_in(answer->root());
  if (!token) return unreadable("request token: the answer holds none");
  const auto confirmed = answer->root()["oauth_callback_confirmed"].string().value_or("");
  if (own.request_token.unconfirmed.empty() && !base::equal_no_case(confirmed, "true")) {
    return base::Error{base::Code::upstream, "request token: oauth_callback_confirmed is missing (OAuth 1.0: session fixation)",
                       "Token error: the provider does not confirm the callback"};
  }
  return std::move(*token);
}

std::string kept_of(const Token& token) {
  json::Writer w;
  return w.object().member("token", token.token).member("secret", token.secret).end_object().take();
}

std::optional<Token> token_of(const std::string& kept) {
  const auto document = json::Document::parse(kept, {.bytes = 16 << 10, .depth = 2});
  if (!document) return std::nullopt;
  const auto token = document->root()["token"].string(), secret = document->root()["secret"].string();
  if (!token || !secret || token->empty()) return std::nullopt;
  return Token{std::string{*token}, std::string{*secret}};
}

/// In python-social-auth's order: the file's own parameters, scope, oauth_token, the return address.
std::string authorization_url(const Spec& spec, std::string url, const Values& values, const Token& token, const Return& back) {
  auto params = evaluated(spec.authorize.params, values);
  for (const auto& name : spec.authorize.pass) {
    const auto passed = values.request[name].text().value_or("");
    if (passed.empty()) continue;
    params.erase(std::remove_if(params.begin(), params.end(), [&](const auto& param) { return param.first == name; }), params.end());
    params.emplace_back(name, passed);
  }
  if (const auto& scope = spec.variables.at("scope"); !scope.empty()) params.emplace_back("scope", scope);
  params.emplace_back("oauth_token", token.token);
  params.emplace_back("redirect_uri", back.address);
  std::erase_if(params, [&](const auto& param) {
    return std::find(spec.authorize.omit.begin(), spec.authorize.omit.end(), param.first) != spec.authorize.omit.end();
  });
  for (auto& [name, value] : params) {
    if (const auto it = spec.authorize.rename.find(name); it != spec.authorize.rename.end()) name = it->second;
  }
  append_to_query(url, params);
  return url;
}

// ---- the access token ---------------------------------------------------------------------------------------------------

/// RFC 5849 3.2: 400 and 401 are all that the protocol knows; which of them means that the user said no, only the file can tell.
base::Error refused(const net::Response& response, const Tables& own) {
  if (response.status == own.denied_status || response.status == 400)
    return {base::Code::denied, "token: HTTP " + std::to_string(response.status), "Authentication process canceled"};
  if (response.status == 401) return {base::Code::denied, "token: HTTP 401", "Your credentials aren't allowed"};
  return status_failure(response, "token");
}

base::Result<Token> redeem(Login& login, const Token& request_token) {
  const auto& spec = login.provider.spec;
  net::Request request{
      .method = spec.token.method, .url = login.provider.token_url, .headers = headers_of(spec.token.headers, login.values)};
  append_to_query(request.url, evaluated(spec.token.query, login.values));
  const auto params = evaluated(spec.token.params, login.values);
  if (request.method == "GET") append_to_query(request.url, params);
  if (request.method != "GET" && !params.empty()) set_form(request, params);
  Pairs more;
  if (const auto verifier = login.param("oauth_verifier"); !verifier.empty()) more.emplace_back("oauth_verifier", verifier);
  auto done = sign(request, client_of(login.provider), request_token, more, stamp(login.world));
  if (!done) return done.error();
  auto response = send(std::move(request), login.world, "token");
  if (!response) return response.error();
  if (response->status < 200 || response->status > 299) return refused(*response, tables_of(spec));
  auto answer = read_answer(response->body, spec.token.answer == AnswerKind::form ? AnswerKind::form : AnswerKind::either);
  if (!answer) return answer.error();
  login.values.token = login.keep(std::move(*answer));
  if (auto told = told_problem(login)) return std::move(*told);
  auto token = token_in(login.values.token, "access_token");
  if (!token) return token_error("Missing oauth_token in token response");
  login.variables["access_token"] = token->token;
  return std::move(*token);
}

}  // namespace

Client client_of(const Provider& provider) noexcept {
  return {tables_of(provider.spec).method, provider.client_id, provider.spec.client_secret, provider.key ? &*provider.key : nullptr};
}

Stamp stamp(World& world) { return {base::hex(base::random_bytes(world.random, 16)), world.clock.now()}; }

base::Result<Begun> begin(Provider& provider, const Start& start, World& world) {
  const auto asked = document_of(start.params);
  auto values = provider.values();
  values.request = asked.root();
  const auto back = return_of(tables_of(provider.spec), values, start);
  auto url = provider.spec.authorize.url->evaluate(values, Expression::Escape::url);
  if (!url) {
    return base::Error{base::Code::bad_request, "the request lacks a parameter that the provider needs",
                       "Missing needed parameter " + provider.spec.authorize.url->first_member('r')};
  }
  auto token = ask_request_token(provider, back.callback, values, world);
  if (!token) return token.error();
  return Begun{authorization_url(provider.spec, std::move(*url), values, *token, back), kept_of(*token)};
}

Callback look(const Provider& provider, const Params& params) {
  auto refused = problem(last(params, "oauth_problem"));
  if (!last(params, "denied").empty()) refused = refusal("denied", {});  // its value is the request token, and is not shown
  if (!refused) refused = callback_error(params);
  // Without a verifier anybody could finish somebody else's login (RFC 5849 2.2).
  const bool verified = !last(params, "oauth_verifier").empty() || !tables_of(provider.spec).request_token.unconfirmed.empty();
  return {{}, std::move(refused), verified && !last(params, "oauth_token").empty()};
}

base::Result<Identity> finish(Provider& provider, const Finish& finish, World& world) {
  Login login{provider, finish, world};
  const auto request_token = token_of(finish.kept);
  if (!request_token || !look(provider, finish.params).whole) return token_error("Missing unauthorized token");
  if (!crypto::equal(login.param("oauth_token"), request_token->token))
    return token_error("Incorrect tokens", "oauth_token is not the one of this login");
  const auto token = redeem(login, *request_token);
  if (!token) return token.error();
  login.sign = [&](net::Request& request) { return sign(request, client_of(provider), *token, {}, stamp(world)); };
  if (tables_of(provider.spec).identity.url) {
    auto claims = ask_identity(login, *token);
    if (!claims) return claims.error();
    login.values.id_token = login.keep(std::move(*claims));
  }
  if (provider.spec.user) {
    if (auto done = ask_user(login, *provider.spec.user, nullptr); !done) return done.error();
  }
  auto who = make_identity(provider.spec, login.values, provider.name, provider.own_issuer());
  if (who) who->tokens = {.access = token->token, .type = "oauth1", .secret = token->secret};
  return who;
}

base::Status check(Provider&, World&) { return base::ok; }  // nothing that could be asked without a login

}  // namespace providers::oauth1
