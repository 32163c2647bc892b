// told_fuzz.cc: what a provider sends unasked, behind its signature: logout tokens (Back-Channel Logout 1.0) and security events
// (RFC 8417). The first line is typ, the rest the claims; and the request as it comes, with "@" for a good token.
#include "fuzz.h"
#include "providers/logout_token.h"
#include "providers/provider.h"
#include "providers/security_event.h"
#include "unit/providers/world.h"

namespace {

struct Fixture : world::OidcWorld {
  std::unique_ptr<providers::Provider> provider;
  providers::Broker broker = fuzz::must(open(toml + "events = { algs = [\"ES256\"] }\n"));
  Fixture() {
    const auto* file = R"(protocol = "oidc"
issuer = "https://op.example"
client_id = "client"
client_secret = "s"
events = { audiences = ["friend"] }
)";
    auto spec = fuzz::must(providers::read_spec(fuzz::must(config::parse_toml(file, "f.toml")), "providers.op", true));
    provider = fuzz::must(providers::make_provider("op", std::move(spec)));
    op.serve("");
  }
};

void check_logout(const Fixture& f, const token::Jws& jws) {
  const auto out = providers::check_logout_claims(jws, {f.provider->spec, "https://op.example", "client", f.clock.now()});
  HOLDS(out || !out.error().say.empty());
  if (!out) return;
  const auto claims = *json::Document::parse(jws.payload);
  HOLDS(claims.root()["iss"].string() == "https://op.example" && !claims.root()["nonce"].exists());
  HOLDS(claims.root()["events"]["http://schemas.openid.net/event/backchannel-logout"].is_object());
  HOLDS(!(out->uid.empty() && out->sid.empty()) && !out->jti.empty() && out->issuer == "https://op.example");
}

void check_event(const Fixture& f, const token::Jws& jws) {
  const auto read = providers::check_event(jws, {*f.provider, "https://op.example", f.clock.now()});
  const auto* refused = std::get_if<providers::RefusedEvent>(&read);
  HOLDS(refused == nullptr || (!refused->err.empty() && !refused->why.say.empty()));
  if (refused != nullptr) return;
  const auto& event = std::get<providers::SecurityEvent>(read);
  const auto claims = *json::Document::parse(jws.payload);
  HOLDS(claims.root()["iss"].string() == "https://op.example" && !event.jti.empty() && event.issuer == "https://op.example");
  for (const auto& one : event.events) {
    HOLDS(!providers::name_of(one.fact).empty() && one.type.find_first_of("\r\n\x1b") == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Fixture f;
  static const auto good = f.op.id_token();
  fuzz::Lines lines{fuzz::view(data, size)};
  const std::string first{lines.next()};
  const token::Jws jws{crypto::Alg::ES256, "k1", first, "", "s", std::string{lines.rest()}};
  check_logout(f, jws);
  check_event(f, jws);
  f.net.asked.clear();
  std::string body{lines.rest().substr(0, 1024)};
  if (const auto at = body.find('@'); at != body.npos) body.replace(at, 1, good);
  const auto signed_claims = fuzz::must(token::sign(f.op.key, f.op.alg, f.op.kid, "secevent+jwt", lines.rest()));
  HOLDS(f.broker.event("op", "application/secevent+jwt", signed_claims));  // that of a stranger may be refused, and never fails
  const auto read = f.broker.event("op", first, body);
  HOLDS(!read || std::holds_alternative<providers::RefusedEvent>(*read));  // an id_token is no event
  HOLDS(!f.broker.logout_token("op", body));                               // an id_token is none, and nobody signs another
  return 0;
}
