// discovery_fuzz.cc: a metadata document: every address that comes out is https, its issuer the one that was asked for, its
// algorithms asymmetric.
#include "base/url.h"
#include "fuzz.h"
#include "providers/discovery.h"
#include "unit/providers/world.h"

namespace {

providers::Spec make_spec(const std::string& more) {
  const auto toml = "protocol = \"oidc\"\nclient_id = \"client\"\nclient_secret = \"s\"\n" + more;
  return fuzz::must(providers::read_spec(fuzz::must(config::parse_toml(toml, "f.toml")), "providers.op", true));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto named = make_spec("issuer = \"https://op.example\"\n");
  static const auto found = make_spec("discovery = { url = \"https://op.example/x/metadata\" }\n");
  const auto body = fuzz::view(data, size);
  for (const auto* spec : {&named, &found}) {
    const std::string issuer = spec == &named ? "https://op.example" : "";
    const auto metadata = providers::parse_metadata(body, *spec, issuer, "https://op.example/x/metadata");
    if (!metadata) continue;
    HOLDS(spec == &named ? metadata->issuer == issuer : base::origin_of(*base::parse_url(metadata->issuer)) == "https://op.example");
    for (const auto& url :
         {metadata->authorize, metadata->token, metadata->keys, metadata->userinfo, metadata->end_session, metadata->revocation}) {
      const auto parsed = base::parse_url(url);
      HOLDS(url.empty() || (parsed && parsed->scheme == "https" && !parsed->has_fragment && !parsed->has_userinfo));
      HOLDS(url.empty() || providers::private_addresses_allowed(url, "https://op.example") == (parsed->host == "op.example"));
    }
    HOLDS(!metadata->token.empty() && !metadata->keys.empty() && !metadata->authorize.empty());
    for (const auto alg : metadata->algs) HOLDS(!crypto::fits(alg, crypto::Kind::oct));
  }
  return 0;
}
