// id_token_fuzz.cc: the claims of a signed id_token, behind its signature. The first line is typ, the second the access token
// beside it, the rest the payload. Who passes is asked once more here, in other words.
#include <algorithm>

#include "fuzz.h"
#include "providers/id_token.h"
#include "unit/providers/world.h"

namespace {

constexpr base::Time kNow{std::chrono::seconds{1'700'000'000}};

providers::Spec make_spec(const char* more) {
  const auto toml = std::string{"protocol = \"oidc\"\nclient_id = \"client\"\nclient_secret = \"s\"\nissuer = "} + more;
  return fuzz::must(providers::read_spec(fuzz::must(config::parse_toml(toml, "f.toml")), "providers.op", true));
}

void check_passed(const json::Value& claims) {
  const auto ours = [](std::string_view one) { return one == "client" || one == "app"; };
  const auto all = providers::audiences(claims["aud"]);
  HOLDS(std::any_of(all.begin(), all.end(), ours));
  HOLDS(!claims["azp"].exists() || ours(claims["azp"].string().value_or("")));
  HOLDS(claims["exp"].number().value() > 1'700'000'000.0 && claims["iat"].number().value() <= 1'700'000'060.0);
  HOLDS(claims["nonce"].string() == "n0nce" && !claims["events"].exists());
  const auto sub = claims["sub"].string();
  HOLDS(sub && !sub->empty() && sub->size() <= 255 && sub->find_first_of(std::string_view{"\0\r\n", 3}) == sub->npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto one = make_spec("\"https://op.example\"\nid_token = { audiences = [\"friend\"] }\n");
  static const auto tenants = make_spec(
      "\"https://op.example/{i:/tid}\"\nauthorize = { url = \"https://op.example/a\" }\ntoken = { url = \"https://op.example/t\" "
      "}\nid_token = { keys = \"https://op.example/k\" }\n");
  static const std::vector<std::string> apps{"app"};
  fuzz::Lines lines{fuzz::view(data, size)};
  token::Jws jws{crypto::Alg::ES256, "", std::string{lines.next()}, "", "s", ""};
  const auto access_token = lines.next();
  jws.payload = lines.rest();
  for (const auto* spec : {&one, &tenants}) {
    providers::IdTokenRules rules{*spec, "https://op.example", "client", "n0nce", access_token, kNow, apps};
    const auto claims = providers::check_claims(jws, rules);
    if (!claims) {
      HOLDS(!claims.error().say.empty());
      continue;
    }
    check_passed(claims->root());
    const auto issuer = claims->root()["iss"].string().value();
    const auto tenant = claims->root()["tid"].text().value_or("");
    HOLDS(spec == &one ? issuer == "https://op.example" : issuer == "https://op.example/" + tenant && !tenant.empty());
    const auto hash = claims->root()["at_hash"];
    HOLDS(!hash.exists() || hash.string() == providers::at_hash(jws.alg, access_token));
  }
  return 0;
}
