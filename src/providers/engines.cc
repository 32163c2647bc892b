// engines.cc: the protocols, in one array. A new one is two functions and a line here.
#include <algorithm>
#include <array>

#include "providers/cas.h"
#include "providers/engine.h"
#include "providers/oauth1.h"
#include "providers/oauth2.h"
#include "providers/oidc.h"
#include "providers/openid2.h"
#include "providers/saml.h"
#include "providers/signed.h"

namespace providers {
namespace {

constexpr std::array kEngines = {
    Engine{"oauth2", oauth2::begin, oauth2::finish, oauth2::look, oauth2::check, oauth2::examine},
    Engine{"oidc", oidc::begin, oidc::finish, oidc::look, oidc::check, oidc::examine},
    Engine{"oauth1", oauth1::begin, oauth1::finish, oauth1::look, oauth1::check, oauth1::examine, oauth1::read},
    Engine{"signed", signed_callback::begin, signed_callback::finish, signed_callback::look, signed_callback::check,
           signed_callback::examine, signed_callback::read, false, kBeginVariables, "ci"},
    Engine{"openid2", openid2::begin, openid2::finish, openid2::look, openid2::check, openid2::examine, openid2::read, false},
    Engine{"cas", cas::begin, cas::finish, cas::look, cas::check, cas::examine, cas::read, false},
    Engine{"saml", saml::begin, saml::finish, saml::look, saml::check, saml::examine, saml::read, false, {}, "c", true, saml::page},
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
