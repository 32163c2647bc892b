// openid2.cc: the engine for OpenID 2.0. Begin: who speaks for the identifier (discovery), and a message to him by way of the browser.
// Finish: the positive assertion is checked, its signature verified, and, where the OP chose the identifier, the identifier asked whether
// that OP may speak for it. What is needed at the end travels in the sealed flow, so that any process can finish what another began.
#include "providers/openid2.h"

#include "base/encode.h"
#include "base/text.h"
#include "base/url.h"
#include "crypto/digest.h"
#include "providers/answer.h"
#include "providers/discovery.h"
#include "providers/exchange.h"
#include "providers/openid2_assertion.h"
#include "providers/openid2_claims.h"
#include "providers/openid2_discovery.h"
#include "providers/openid2_identifier.h"
#include "providers/openid2_request.h"
#include "providers/profile.h"
#include "providers/text.h"

namespace providers::openid2 {
namespace {

std::string anchor_of(const Provider& provider) { return settings_of(provider.spec).anchor(provider.values()); }

// ---- discovery --------------------------------------------------------------------------------------------------------------

/// 7.1: the user's own identifier, or the one of the file.
base::Result<std::string> identifier_of(const Provider& provider, const Params& params) {
  const auto& wanted = *settings_of(provider.spec).identifier;
  const auto request = document_of(params);
  auto values = provider.values();
  values.request = request.root();
  // Typed in whole it is an address; in a template it is a piece of one.
  const auto escape = wanted.fixed_part(values).empty() ? Expression::Escape::none : Expression::Escape::url;
  const auto text = wanted.evaluate(values, escape).value_or("");
  if (text.empty()) {
    const auto name = wanted.first_member('r');
    return base::Error{base::Code::bad_request, "no identifier", "Missing needed parameter " + name};
  }
  return normalise(text);
}

using Found = std::shared_ptr<const Discovered>;

/// The OP of the file is looked up once a day, and known to all processes.
base::Result<Found> find_op(Provider& provider, const std::string& identifier, World& world) {
  if (auto ready = provider.openid2.op.fresh(world.clock.now())) return ready;
  const auto fetch = [&](World& w) -> base::Result<std::string> {
    auto found = discover(w, identifier, anchor_of(provider));
    if (!found) return found.error();
    return to_text(*found);
  };
  auto found = provider.openid2.op.get(world, {"openid2 " + identifier, false, fetch}, from_text);
  if (found) return found;
  return base::Error{base::Code::upstream, found.error().detail, "The authentication provider could not be reached"};
}

base::Result<Found> find(Provider& provider, const Params& params, World& world) {
  const auto identifier = identifier_of(provider, params);
  if (!identifier) return identifier.error();
  if (settings_of(provider.spec).is_fixed()) return find_op(provider, *identifier, world);
  auto found = discover(world, *identifier, anchor_of(provider));
  if (found) return Found{std::make_shared<const Discovered>(std::move(*found))};
  // It was the user who named it, so it is the user's mistake.
  return base::Error{base::Code::bad_request, found.error().detail, "No OpenID provider was found for this identifier"};
}

// ---- the answer -------------------------------------------------------------------------------------------------------------

/// 11.4.2: the OP itself verifies the signature, once for each assertion.
base::Status ask_op(Provider& provider, const Kept& kept, const Assertion& assertion, World& world) {
  auto fields = assertion.fields;
  fields["mode"] = "check_authentication";
  net::Request request{.method = "POST",
                       .url = kept.endpoint,
                       .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                       .body = to_form(fields),
                       .private_addresses = private_addresses_allowed(kept.endpoint, anchor_of(provider)),
                       .max_response = 64 << 10};
  auto answer = world.client.send(request);
  if (!answer) return no_answer(answer.error(), "check_authentication");
  const auto said = parse_key_values(answer->body);
  if (!said) return said.error();
  const auto gone = field(*said, "invalidate_handle");
  if (!gone.empty()) provider.openid2.associations.forget(kept.endpoint, gone);
  if (answer->status == 200 && field(*said, "is_valid") == "true") return base::ok;
  return refused("check_authentication: HTTP " + std::to_string(answer->status) + ", not valid", "Server denied check_authentication");
}

/// 11.4.
base::Status verify(Provider& provider, const Kept& kept, const Assertion& assertion, World& world) {
  const auto* shared = kept.association.get();
  if (shared == nullptr || shared->handle != assertion.value("assoc_handle") || world.clock.now() >= shared->expires)
    return ask_op(provider, kept, assertion, world);
  const auto signature = base::base64_decode(field(assertion.fields, "sig"));
  const auto ours = mac_of(shared->mac, shared->key.reveal(), signed_text(assertion.fields, assertion.covered));
  if (!signature || !crypto::equal(*signature, ours)) return refused("the signature is wrong", "Bad signature");
  return base::ok;
}

/// 11.2: does this OP speak for that identifier? Looked up only after the signature is known to be good: a stranger's address is not
/// fetched because a browser says so.
base::Result<Subject> subject_of(Provider& provider, const Kept& kept, const Assertion& assertion, World& world) {
  const auto& settings = settings_of(provider.spec);
  const std::string claimed{assertion.value("claimed_id")};
  if (!settings.own.empty()) {
    if (auto id = fit(settings.own, claimed)) return Subject{claimed, std::move(*id)};
    if (settings.only_own) return refused("claimed_id is not the OP's own", "the provider named an identifier that is not its own");
  }
  const auto address = normalise(claimed);
  if (!address) return refused("claimed_id: " + address.error().detail, "the claimed identifier is no https address");
  const auto hash = claimed.find('#');
  Subject subject{*address + (hash == std::string::npos ? "" : claimed.substr(hash)), {}};
  if (*address == kept.claimed_id) {
    if (assertion.value("identity") == kept.local_id) return subject;
    return refused("identity is not the one that was asked for", "the provider does not speak for this identifier");
  }
  auto found = discover(world, *address, anchor_of(provider));
  if (!found)
    return base::Error{found.error().code, found.error().detail, "Authentication failed: the claimed identifier could not be verified"};
  for (const auto& service : found->services) {
    const bool same = !service.op_identifier && service.endpoint == kept.endpoint && service.local_id == assertion.value("identity");
    if (same && found->claimed_id == *address) return subject;
  }
  return refused("claimed_id names another OP", "the provider does not speak for this identifier");
}

/// Asked for, so it has to be there (PAPE 1.0 5.1): an OP that does not know the extension would let an old session pass.
base::Status check_age(const Settings& settings, const Assertion& assertion, base::Time now) {
  if (settings.max_age == 0) return base::ok;
  const auto time = auth_time_of(assertion);
  if (!time) return refused("no pape.auth_time", "the provider does not say when the user signed in");
  if (*time + std::chrono::seconds{settings.max_age} + std::chrono::minutes{5} < now)
    return refused("pape.auth_time is too long ago", "the user signed in too long ago");
  return base::ok;
}

}  // namespace

base::Result<Begun> begin(Provider& provider, const Start& start, World& world) {
  const auto page = base::parse_url(std::string_view{start.redirect_uri}.substr(0, start.redirect_uri.find('?')));
  if (!page || !page->scheme.starts_with("http"))
    return base::Error{base::Code::bad_request, "redirect_uri is no web address", "OpenID needs a redirect_uri with https"};
  auto found = find(provider, start.params, world);
  if (!found) return found.error();
  const auto& service = (*found)->services.front();
  Kept kept{service.endpoint, {}, {}, nullptr};
  if (!service.op_identifier) {
    kept.claimed_id = (*found)->claimed_id;
    kept.local_id = service.local_id;
  }
  if (settings_of(provider.spec).associates) {
    const bool near = private_addresses_allowed(service.endpoint, anchor_of(provider));
    kept.association = provider.openid2.associations.get(world, {service.endpoint, near});
  }
  const auto fields =
      request_fields(settings_of(provider.spec), service, kept, return_to(start.redirect_uri, start.state), base::origin_of(*page));
  return Begun{to_url(service.endpoint, fields), to_text(kept)};
}

base::Result<Identity> finish(Provider& provider, const Finish& finish, World& world) {
  const auto kept = read_kept(finish.kept);
  if (!kept) return kept.error();
  const auto assertion = check_assertion(finish.params, {return_to(finish.redirect_uri, finish.state), kept->endpoint, world.clock.now()});
  if (!assertion) return assertion.error();
  if (auto good = verify(provider, *kept, *assertion, world); !good) return good.error();
  if (auto good = check_age(settings_of(provider.spec), *assertion, world.clock.now()); !good) return good.error();
  const auto subject = subject_of(provider, *kept, *assertion, world);
  if (!subject) return subject.error();
  Login login{provider, finish, world};
  login.values.id_token = login.keep(claims_of(settings_of(provider.spec), *assertion, *subject));
  if (provider.spec.user) {
    if (auto done = ask_user(login, *provider.spec.user, nullptr); !done) return done.error();
  }
  return make_identity(provider.spec, login.values, provider.name, provider.name);
}

Callback look(const Provider&, const Params& params) {
  Callback out;
  const auto back = last(params, "openid.return_to");
  const auto mark = back.find('?');
  for (const auto& pair : base::split(mark == std::string_view::npos ? "" : back.substr(mark + 1), '&')) {
    if (pair.starts_with("state=")) out.state = base::percent_decode(pair.substr(6), true);
  }
  const auto mode = last(params, "openid.mode");
  if (mode == "id_res") {
    out.whole = !last(params, "openid.sig").empty();
  } else if (mode == "cancel" || mode == "setup_needed") {  // 10.2
    out.refused = base::Error{base::Code::denied, "openid.mode " + std::string{mode}, "Authentication process canceled"};
  } else if (mode == "error") {  // 5.2.3
    auto text = clean(last(params, "openid.error"), 300);
    if (text.empty()) text = "the provider gave no reason";
    out.refused = base::Error{base::Code::denied, "openid.mode error", "Authentication failed: " + text};
  } else if (!mode.empty() || (out.state.empty() && last(params, "state").empty())) {  // without a mode nothing was answered: wire.md T13
    const auto shown = mode.empty() ? "<No mode set>" : clean(mode, 60);
    out.refused = base::Error{base::Code::bad_request, "no openid.mode that we know",
                              "Authentication failed: Invalid openid.mode: '" + std::string{shown} + "'"};
  }
  return out;
}

base::Status check(Provider& provider, World& world) {
  if (!settings_of(provider.spec).is_fixed()) return base::ok;
  auto found = find(provider, {}, world);
  if (!found) return base::Error{found.error().code, found.error().detail, found.error().detail};
  return base::ok;
}

}  // namespace providers::openid2
