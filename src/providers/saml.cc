#include "providers/saml.h"

#include "base/encode.h"
#include "base/url.h"
#include "providers/profile.h"
#include "providers/saml_metadata.h"
#include "providers/saml_request.h"
#include "providers/saml_response.h"

namespace providers::saml {
namespace {

const Setup& setup_of(const Spec& spec) { return *static_cast<const Setup*>(spec.own.get()); }

/// Ours. By custom the address of the metadata page.
std::string entity_id(const Provider& provider) {
  const auto& own = setup_of(provider.spec).entity_id;
  return own.empty() ? provider.pages + "/metadata" : own;
}

/// Which one: the parameter `idp`, as python-social-auth has it; where there is one alone, that one.
base::Result<const Idp*> choose(const Setup& setup, const Params& params) {
  const auto name = last(params, "idp");
  if (name.empty() && setup.idps.size() > 1) return base::Error{base::Code::bad_request, "saml: no idp", "Missing needed parameter idp"};
  const Idp* idp = name.empty() ? &setup.idps.front() : setup.find(name);
  if (idp == nullptr) return base::Error{base::Code::bad_request, "saml: unknown idp", "Invalid parameter idp"};
  if (idp->keys.empty())
    return base::Error{base::Code::bad_request, "saml: idp " + idp->name + " has no x509cert",
                       "This identity provider is not ready for use"};
  return idp;
}

/// Where the login is begun again once the browser comes to us: the page that posts.
std::string post_address(const Provider& provider, const Idp& idp, const std::string& field, const std::string& state) {
  auto url = provider.pages + "/post";
  if (!idp.name.empty()) base::append_query(url, "idp", idp.name);
  base::append_query(url, "SAMLRequest", field);
  base::append_query(url, "RelayState", state);
  return url;
}

}  // namespace

base::Result<Begun> begin(Provider& provider, const Start& start, World& world) {
  const auto& setup = setup_of(provider.spec);
  auto idp = choose(setup, start.params);
  if (!idp) return idp.error();
  // saml-core 1.3.4: at least 128 random bits; an NCName, which begins with no digit.
  const auto id = "_" + base::hex(base::random_bytes(world.random, 20));
  const Request request{setup, **idp, entity_id(provider), id, start.redirect_uri, start.state, world.clock.now()};
  auto sent = (*idp)->post ? post_field(request) : redirect_url(request);
  if (!sent) return sent.error();
  return Begun{(*idp)->post ? post_address(provider, **idp, *sent, start.state) : std::move(*sent), id + ' ' + (*idp)->name};
}

base::Result<Identity> finish(Provider& provider, const Finish& finish, World& world) {
  const auto& setup = setup_of(provider.spec);
  const auto space = finish.kept.find(' ');
  const auto* idp = space == std::string::npos ? nullptr : setup.find(std::string_view{finish.kept}.substr(space + 1));
  if (idp == nullptr) return base::Error{base::Code::internal, "saml: the flow's identity provider is not configured any more"};
  const Expected expected{setup, *idp, entity_id(provider), finish.redirect_uri, finish.kept.substr(0, space), world.clock.now()};
  auto claims = read_response(last(finish.params, "SAMLResponse"), expected);
  if (!claims) return claims.error();
  auto values = provider.values();
  values.id_token = claims->root();
  return make_identity(provider.spec, values, provider.name, idp->entity_id);
}

Callback look(const Provider&, const Params& params) {
  return {std::string{last(params, "RelayState")}, std::nullopt, !last(params, "SAMLResponse").empty()};
}

base::Status check(Provider& provider, World&) {
  for (const auto& idp : setup_of(provider.spec).idps) {
    if (idp.keys.empty())
      return base::Error{base::Code::bad_request, {}, "identity provider " + idp.name + " has no x509cert: nobody comes in from it"};
  }
  return base::ok;
}

/// Of several identity providers each stands before the uid, as python-social-auth has it.
base::Result<std::string> issuer(Provider& provider, std::string_view uid, World&) {
  const auto colon = uid.find(':');
  const auto* idp = colon == uid.npos ? nullptr : setup_of(provider.spec).find(uid.substr(0, colon));
  if (idp != nullptr) return idp->entity_id;
  return base::Error{base::Code::denied, "no such identity provider", "enabled_idps names no identity provider that the uid begins with"};
}

void read(Table& table, Spec& spec) { spec.own = read_setup(table); }

void examine(const Spec& spec, bool complete, const Wrong& wrong) {
  if (complete && setup_of(spec).idps.empty())
    wrong("idp_metadata_file", "is missing (or idp_entity_id, idp_sso_url and idp_cert, or enabled_idps)");
}

base::Result<Page> page(const Provider& provider, const PageRequest& request) {
  const auto& setup = setup_of(provider.spec);
  if (request.name == "metadata")
    return Page{"application/samlmetadata+xml", write_sp_metadata(setup, entity_id(provider), request.redirect_uris), {}};
  if (request.name != "post") return base::Error{base::Code::not_found, "no such page", "Not found."};
  auto idp = choose(setup, request.params);
  if (!idp) return idp.error();
  if (!(*idp)->post) return base::Error{base::Code::not_found, "this identity provider takes requests by redirect", "Not found."};
  auto made = post_page((*idp)->sso_url, std::string{last(request.params, "SAMLRequest")}, std::string{last(request.params, "RelayState")});
  if (!made) return made.error();
  return Page{"text/html; charset=utf-8", std::move(made->html), std::move(made->policy)};
}

}  // namespace providers::saml
