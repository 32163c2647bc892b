#include "flow/kept_tokens.h"

#include "json/writer.h"
#include "token/jws.h"
#include "token/sealed.h"

namespace flow {
namespace {

std::string json_of(const providers::Kept& kept) {
  const auto& tokens = kept.tokens;
  json::Writer w;
  w.object();
  for (const auto& [name, value] : {std::pair<const char*, const std::string&>{"access", tokens.access},
                                    {"refresh", tokens.refresh},
                                    {"type", tokens.type},
                                    {"scope", tokens.scope},
                                    {"secret", tokens.secret},
                                    {"iss", kept.issuer},
                                    {"sub", kept.sub}}) {
    if (!value.empty()) w.member(name, value);
  }
  return w.end_object().take();
}

SealedTokens sealed(Deps& deps, const std::string& context, const providers::Kept& kept) {
  SealedTokens out{deps.master.seal(json_of(kept), context, deps.random), std::nullopt};
  if (kept.tokens.expires_in) out.expires = deps.clock.now() + *kept.tokens.expires_in;
  return out;
}

/// Whose id_token it was, for comparing a later one with it. The token itself was believed at the login, and is not kept.
void read_person(const std::string& id_token, providers::Kept& kept) {
  const auto jws = id_token.empty() ? base::Result<token::Jws>{base::Error{}} : token::parse_jws(id_token);
  if (!jws) return;
  const auto claims = json::Document::parse(jws->payload, {.bytes = 64 << 10, .depth = 16});
  if (!claims) return;
  kept.issuer = claims->root()["iss"].string().value_or("");
  kept.sub = claims->root()["sub"].string().value_or("");
}

}  // namespace

base::Result<providers::Kept> open_tokens(const token::Master& master, const store::KeptTokens& row) {
  const auto text = master.open(row.sealed, token::tokens_context(row.issuer, row.uid));
  if (!text) return base::Error{base::Code::internal, "provider tokens: the master key does not open them"};
  const auto document = json::Document::parse(text->reveal());
  if (!document) return base::Error{base::Code::internal, "provider tokens: what was sealed is no JSON"};
  const auto member = [&](std::string_view name) { return std::string{document->root()[name].string().value_or("")}; };
  providers::Kept kept;
  kept.uid = row.uid;
  kept.issuer = member("iss");
  kept.sub = member("sub");
  kept.tokens.access = member("access");
  kept.tokens.refresh = member("refresh");
  kept.tokens.type = member("type");
  kept.tokens.scope = member("scope");
  kept.tokens.secret = member("secret");
  return kept;
}

SealedTokens seal_renewed(Deps& deps, const store::KeptTokens& row, const providers::Kept& old, const providers::ProviderTokens& fresh) {
  providers::Kept kept = old;
  kept.tokens = fresh;
  return sealed(deps, token::tokens_context(row.issuer, row.uid), kept);
}

base::Result<SealedTokens> seal_tokens(Call& call, const providers::Identity& who) {
  auto& deps = call.deps;
  if (!deps.config.accounts.keep_provider_tokens || who.tokens.access.empty()) return SealedTokens{};
  providers::Kept kept;
  kept.tokens = who.tokens;
  read_person(who.tokens.id_token, kept);
  if (kept.tokens.refresh.empty()) {
    const auto row = deps.store.provider_tokens_of(who.issuer, who.uid);
    if (!row) return row.error();
    if (*row) {
      const auto old = open_tokens(deps.master, **row);
      if (old) kept.tokens.refresh = old->tokens.refresh;
    }
  }
  return sealed(deps, token::tokens_context(who.issuer, who.uid), kept);
}

}  // namespace flow
