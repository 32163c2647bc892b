#include "providers/bound_call.h"

#include "base/text.h"
#include "providers/client_auth.h"

namespace providers {
namespace {

/// RFC 9449 7.1: a bound token travels under its own scheme.
void change_scheme(std::vector<net::Header>& headers) {
  constexpr std::string_view kBearer = "Bearer ";
  for (auto& [name, value] : headers) {
    if (base::equal_no_case(name, "authorization") && base::equal_no_case(value.substr(0, kBearer.size()), kBearer))
      value = "DPoP " + value.substr(kBearer.size());
  }
}

base::Status add_proof(Provider& provider, World& world, net::Request& request, std::string_view nonce, std::string_view access_token) {
  const auto metadata = provider.metadata.known();
  const auto alg = signing_alg(provider, metadata ? metadata->dpop_algs : std::vector<crypto::Alg>{});
  if (!alg) return alg.error();
  auto proof = make_proof(*provider.key, *alg, {request.method, request.url, nonce, access_token}, world.clock, world.random);
  if (!proof) return proof.error();
  if (!access_token.empty()) change_scheme(request.headers);
  request.headers.emplace_back("DPoP", std::move(*proof));
  return base::ok;
}

}  // namespace

base::Result<net::Response> send_bound(Provider& provider, World& world, Proves proves, const MakeRequest& make,
                                       std::string_view access_token) {
  const bool proof = provider.spec.token.dpop && proves != Proves::client;
  for (bool again = false;; again = true) {
    auto request = make();
    if (!request) return request.error();
    request->certificate = provider.spec.certificate;
    if (!proof) return world.client.send(*request);
    const auto nonce = provider.nonces.of(request->url);
    if (auto added = add_proof(provider, world, *request, nonce, access_token); !added) return added.error();
    auto response = world.client.send(*request);
    if (!response) return response;
    const bool another = provider.nonces.learn(request->url, *response, nonce);
    if (again || !another || !wants_nonce(*response)) return response;
  }
}

}  // namespace providers
