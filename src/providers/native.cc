#include "providers/native.h"

#include <algorithm>

#include "providers/answer.h"
#include "providers/oidc.h"
#include "providers/oidc_issuer.h"
#include "providers/profile.h"
#include "providers/text.h"

namespace providers {
namespace {

base::Error refused(std::string why, std::string say) { return {base::Code::bad_request, "native: " + std::move(why), std::move(say)}; }

/// A request that is there to keep people out tells nothing if it is not asked.
bool has_gate(const Spec& spec) {
  return spec.user && std::any_of(spec.user->begin(), spec.user->end(), [](const UserRequest& request) { return request.gate != 0; });
}

/// The file's own requests, or the metadata's userinfo endpoint; all of them must be about `sub`, where it is known.
base::Status ask(Login& login, const std::string& sub) {
  auto& provider = login.provider;
  if (provider.spec.id_tokens) {
    auto metadata = metadata_if_needed(provider, login.world);
    if (!metadata) return metadata.error();
    return oidc::read_user(login, metadata->get(), sub);
  }
  return provider.spec.user ? ask_user(login, *provider.spec.user, nullptr) : base::Status{base::ok};
}

/// Whom the answers name must be whom the token was issued for. The file's own uid counts, whatever the operator took for it.
bool same_user(const Login& login, const std::string& sub) {
  const auto& uid = login.provider.spec.access_token_proof.uid;
  return uid && uid->evaluate(login.values) == sub;
}

base::Result<Identity> identity_of(Login& login, std::string issuer) {
  auto who = make_identity(login.provider.spec, login.values, login.provider.name, std::move(issuer));
  if (!who) return who;
  who->tokens = login.tokens;
  return who;
}

base::Result<Identity> by_id_token(Login& login, const Native& native) {
  const auto& spec = login.provider.spec;
  const auto access = native.access_token.empty() ? std::nullopt : std::optional<std::string_view>{native.access_token};
  auto believed = believe(login.provider, login.world, native.id_token, access, Keys::public_only);
  if (!believed) return believed.error();
  const auto claims = login.keep(std::move(believed->claims));
  const std::string sub{*claims["sub"].string()};
  auto accepted = native.accept_nonce(claims["nonce"].string().value_or(""), spec.native.nonce_required);
  if (!accepted) return accepted.error();
  login.values.id_token = claims;
  // An access token that at_hash does not tie to the id_token could be anybody's: it is left alone.
  login.bound = access && claims["at_hash"].exists();
  if (login.bound) {
    login.variables["access_token"] = login.tokens.access = native.access_token;
    if (auto done = ask(login, sub); !done) return done.error();
    if (!spec.id_tokens && spec.user && !same_user(login, sub)) return token_error("Invalid UserInfo sub");
  } else if (has_gate(spec)) {
    return refused("a gate of [[user]] needs an access token",
                   "This provider's conditions need an access token that belongs to the id_token (at_hash).");
  } else if (!spec.id_tokens) {
    login.values.user = {claims};  // userinfo's names (OIDC Core 5.1)
  }
  auto who = identity_of(login, std::move(believed->issuer));
  if (!who) return who;
  if (const auto sid = claims["sid"].string().value_or(""); is_identifier(sid)) who->sid = sid;
  who->tokens.id_token = native.id_token;
  return who;
}

base::Result<Identity> by_access_token(Login& login, const Native& native) {
  auto& provider = login.provider;
  if (provider.spec.native.nonce_required)
    return refused("native_nonce is required", "This provider takes an id_token with a nonce of ours, and no access token.");
  // One issuer, or nobody knows whose user this is.
  std::string issuer = provider.issuer.empty() ? provider.name : provider.issuer;
  if (provider.spec.id_tokens) {
    auto metadata = metadata_if_needed(provider, login.world);
    if (!metadata) return metadata.error();
    issuer = issuer_of(provider, metadata->get());
    if (issuer.empty()) return refused("an issuer for each tenant", "This provider takes an id_token, and no access token.");
  }
  login.variables["access_token"] = login.tokens.access = native.access_token;
  auto subject = prove_access_token(login);
  if (!subject) return subject.error();
  if (auto done = ask(login, *subject); !done) return done.error();
  if (!subject->empty() && !same_user(login, *subject)) return token_error("Invalid UserInfo sub", "the proof names another user");
  return identity_of(login, std::move(issuer));
}

}  // namespace

base::Result<Identity> native_login(Provider& provider, const Native& native, World& world) {
  const auto& spec = provider.spec;
  if (!spec.native.enabled) return refused("switched off", "This provider does not take tokens of apps: begin with GET.");
  const Finish nothing{};
  Login login{provider, nothing, world};
  if (!native.id_token.empty()) {
    if (spec.id_tokens || provider.app_spec != nullptr) return by_id_token(login, native);
    return refused("no id_tokens", "This provider has no id_tokens: begin with GET.");
  }
  // RFC 9700 2.3; security: an access token is no proof of a login by itself. Whoever runs another application has thousands of them.
  if (!spec.access_token_proof.url)
    return refused("no proof of the audience",
                   "An access token of this provider does not prove whom it was issued to: send an id_token, or begin with GET.");
  return by_access_token(login, native);
}

}  // namespace providers
