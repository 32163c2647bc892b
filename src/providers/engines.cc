// engines.cc: the protocols, in one array. A new one is two functions and a line here.
#include <algorithm>
#include <array>

#include "providers/cas.h"
#include "providers/engine.h"
#include "providers/exchange.h"
#include "providers/native.h"
#include "providers/oauth1.h"
#include "providers/oauth2.h"
#include "providers/oidc.h"
#include "providers/openid2.h"
#include "providers/saml.h"
#include "providers/signed.h"

namespace providers {
namespace {

base::Result<std::string> own_issuer(Provider& provider, std::string_view, World&) { return provider.own_issuer(); }

constexpr std::array kEngines = {
    Engine{.protocol = "oauth2",
           .begin = oauth2::begin,
           .finish = oauth2::finish,
           .look = oauth2::look,
           .check = oauth2::check,
           .examine = oauth2::examine,
           .native = native_login,
           .refreshes_at = oauth2::refreshes_at,
           .issuer = own_issuer},
    Engine{.protocol = "oidc",
           .begin = oidc::begin,
           .finish = oidc::finish,
           .look = oidc::look,
           .check = oidc::check,
           .examine = oidc::examine,
           .id_tokens = true,
           .native = native_login,
           .refreshes_at = oidc::refreshes_at,
           .issuer = oidc::issuer},
    Engine{.protocol = "oauth1",
           .begin = oauth1::begin,
           .finish = oauth1::finish,
           .look = oauth1::look,
           .check = oauth1::check,
           .examine = oauth1::examine,
           .read = oauth1::read,
           .issuer = own_issuer},
    Engine{.protocol = "signed",
           .begin = signed_callback::begin,
           .finish = signed_callback::finish,
           .look = signed_callback::look,
           .check = signed_callback::check,
           .examine = signed_callback::examine,
           .read = signed_callback::read,
           .needs_client = false,
           .begins = kBeginVariables,
           .redeems_with = "ci",
           .needs = signed_callback::needs},
    Engine{.protocol = "openid2",
           .begin = openid2::begin,
           .finish = openid2::finish,
           .look = openid2::look,
           .check = openid2::check,
           .examine = openid2::examine,
           .read = openid2::read,
           .needs_client = false,
           .xml = true},
    Engine{.protocol = "cas",
           .begin = cas::begin,
           .finish = cas::finish,
           .look = cas::look,
           .check = cas::check,
           .examine = cas::examine,
           .read = cas::read,
           .needs_client = false,
           .xml = true},
    Engine{.protocol = "saml",
           .begin = saml::begin,
           .finish = saml::finish,
           .look = saml::look,
           .check = saml::check,
           .examine = saml::examine,
           .read = saml::read,
           .needs_client = false,
           .xml = true,
           .has_file = true,
           .page = saml::page,
           .issuer = saml::issuer},
};

}  // namespace

std::span<const Engine> engines() noexcept { return kEngines; }

const Engine* find_engine(std::string_view protocol) noexcept {
  const auto it = std::find_if(kEngines.begin(), kEngines.end(), [protocol](const Engine& e) { return e.protocol == protocol; });
  return it == kEngines.end() ? nullptr : &*it;
}

std::vector<std::string> protocols() {
  std::vector<std::string> out;
  out.reserve(kEngines.size());
  for (const auto& engine : kEngines) out.emplace_back(engine.protocol);
  return out;
}

}  // namespace providers
