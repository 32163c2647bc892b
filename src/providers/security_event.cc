#include "providers/security_event.h"

#include <algorithm>

#include "base/text.h"
#include "providers/id_token.h"
#include "providers/oidc_issuer.h"
#include "providers/security_subject.h"
#include "providers/text.h"

namespace providers {
namespace {

constexpr std::size_t kMostEvents = 16, kLongestBody = 32 << 10;
constexpr std::chrono::seconds kAhead{60};  // that another clock may be ahead of ours

RefusedEvent refused(std::string_view err, std::string why) {
  auto detail = "security event: " + why;
  return {err, {base::Code::bad_request, std::move(detail), std::move(why)}};
}
RefusedEvent invalid(std::string why) { return refused("invalid_request", std::move(why)); }

std::string media_type(std::string_view content_type) { return base::lower(base::trim(content_type.substr(0, content_type.find(';')))); }

/// RFC 8417 2.3, RFC 8725 3.11: a token of another kind is none, whoever signed it.
bool right_typ(std::string_view typ, bool required) {
  const auto type = base::lower(typ);
  if (type == "secevent+jwt" || type == "application/secevent+jwt") return true;
  return !required && (type.empty() || type == "jwt");
}

bool is_one_of(std::string_view one, const std::vector<std::string>& list) {
  return std::find(list.begin(), list.end(), one) != list.end();
}

bool right_audience(json::Value claims, const Provider& provider) {
  const auto all = audiences(claims["aud"]);
  const auto& more = provider.spec.events.audiences;
  return std::any_of(all.begin(), all.end(), [&](std::string_view one) {
    return one == provider.client_id || is_one_of(one, more) || is_one_of(one, provider.spec.native.client_ids);
  });
}

bool right_event_issuer(json::Value claims, const EventCheck& check) {
  const auto& named = check.provider.spec.events.issuer;
  if (!named.empty()) return claims["iss"].string() == named;
  return check.provider.spec.id_tokens && right_issuer(claims, check.provider.spec, check.issuer);
}

/// "" = in order. RFC 8417 2.2: iat is there, exp is not recommended, and counts where it is.
std::string wrong_time(json::Value claims, base::Time now_) {
  const auto now = static_cast<double>(now_.time_since_epoch().count());
  const auto iat = claims["iat"].number();
  if (!iat) return "iat is missing";
  if (*iat > now + static_cast<double>(kAhead.count())) return "iat is in the future";
  if (*iat < now - static_cast<double>(std::chrono::seconds{kEventAge}.count())) return "iat is more than a week ago";
  const auto exp = claims["exp"];
  return exp.exists() && exp.number().value_or(0) <= now ? "the token has expired" : "";
}

AccountEvent event_of(std::string_view type, json::Value event, json::Value claims, const SubjectRules& rules) {
  const auto subject = subject_of(event, claims, rules);
  AccountEvent out{fact_of(type), clean(type, 200), subject.uid, subject.sid, subject.email, false};
  // RISC 2.3 and CAEP 3.3: the reason, and what happened to the credential.
  out.hijacked = event["reason"].string() == "hijacking";
  if (out.fact == Fact::credential_revoked && event["change_type"].string() != "revoke" && event["change_type"].string() != "delete")
    out.fact = Fact::noted;
  return out;
}

/// RFC 8417 2.2: an object of URIs, each with an object of its own.
ReadEvent with_events(json::Value claims, json::Value events, const SubjectRules& rules, SecurityEvent out) {
  if (!events.is_object() || events.size() == 0) return invalid("events is missing");
  if (events.size() > kMostEvents) return invalid("events holds too many");
  for (const auto& [type, event] : events.members()) {
    if (!event.is_object()) return invalid("events holds something that is no object");
    out.events.push_back(event_of(type, event, claims, rules));
  }
  return out;
}

/// Apple: one event with its type and subject in it, as a text of JSON or as it is.
ReadEvent with_one_event(json::Value claims, const SubjectRules& rules, SecurityEvent out) {
  auto event = claims["events"];
  std::optional<json::Document> inner;
  if (const auto text = event.string()) {
    auto parsed = json::Document::parse(*text, {.bytes = 16 << 10, .depth = 8});
    if (!parsed) return invalid("events is no JSON");
    inner = std::move(*parsed);
    event = inner->root();
  }
  const auto type = event["type"].string().value_or("");
  if (!event.is_object() || type.empty()) return invalid("events has no type");
  out.events.push_back(event_of(type, event, claims, rules));
  return out;
}

/// The compact token within the request; "" = there is none.
std::string token_in(const EventRules& rules, std::string_view content_type, std::string_view body) {
  if (!rules.in_payload) return media_type(content_type) == "application/secevent+jwt" ? std::string{base::trim(body)} : std::string{};
  const auto document = json::Document::parse(body, {.bytes = kLongestBody, .depth = 8});
  return document ? std::string{document->root()["payload"].string().value_or("")} : std::string{};
}

Signer event_signer(Provider& provider, const Metadata* metadata) {
  auto signer = id_token_signer(provider, metadata);
  const auto& rules = provider.spec.events;
  // Events are signed with a key pair, whatever id_tokens are: a shared secret would let anybody who has it speak for the provider.
  if (!rules.algs.empty()) signer.algs = rules.algs;
  std::erase_if(signer.algs, [](crypto::Alg alg) { return crypto::fits(alg, crypto::Kind::oct); });
  if (rules.keys) return {provider.event_keys, {provider.event_keys_url, true}, std::move(signer.algs), signer.secret};
  return signer;
}

}  // namespace

bool tells_events(const Provider& provider) noexcept { return provider.spec.id_tokens || provider.spec.events.given; }

ReadEvent check_event(const token::Jws& jws, const EventCheck& check) {
  const auto& rules = check.provider.spec.events;
  const auto document = json::Document::parse(jws.payload, {.bytes = 16 << 10, .depth = 16});
  if (!document || !document->root().is_object()) return invalid("its claims are no JSON object");
  const auto claims = document->root();
  if (!right_event_issuer(claims, check)) return refused("invalid_issuer", "iss is another issuer");
  if (!right_audience(claims, check.provider)) return refused("invalid_audience", "aud does not name this client");
  if (auto wrong = wrong_time(claims, check.now); !wrong.empty()) return invalid(std::move(wrong));
  // RFC 8417 4.5, 4.6: what has these is an id_token or an access token that somebody wants to pass for an event.
  for (const auto* claim : {"nonce", "at_hash", "scope"}) {
    if (claims[claim].exists()) return invalid(std::string{claim} + " has no place in a security event");
  }
  const auto jti = claims["jti"].string().value_or("");
  if (!is_identifier(jti)) return invalid("jti is missing");
  SubjectRules subjects{check.provider, check.issuer, claims["iss"].string().value_or("")};
  SecurityEvent out{subjects.canonical(), std::string{jti}, {}, {}};
  out.good_until = base::Time{std::chrono::seconds{static_cast<std::int64_t>(*claims["iat"].number()) + 1}} + kEventAge;
  return rules.in_payload ? with_one_event(claims, subjects, std::move(out))
                          : with_events(claims, claims["events"], subjects, std::move(out));
}

ReadEvent read_event(Provider& provider, World& world, std::string_view content_type, std::string_view body) {
  const auto& rules = provider.spec.events;
  if (body.size() > kLongestBody) return invalid("the body is too long");
  const auto compact = token_in(rules, content_type, body);
  if (compact.empty()) {
    return invalid(rules.in_payload ? "want a JSON object with the token in \"payload\"" : "want Content-Type: application/secevent+jwt");
  }
  const auto jws = token::parse_jws(compact);
  if (!jws) return invalid("it is no signed JWT (" + jws.error().detail + ')');
  if (!right_typ(jws->typ, rules.typ_required)) return invalid("typ is not secevent+jwt");
  std::shared_ptr<const Metadata> metadata;
  // Where the file says who signs events and whose accounts they are about, nothing else is asked for.
  const bool told_all = rules.keys && !rules.issuer.empty() && !provider.issuer.empty();
  if (provider.spec.id_tokens && !told_all) {
    auto found = metadata_if_needed(provider, world);
    if (!found) return RefusedEvent{"", found.error()};
    metadata = *found;
  }
  const auto judged = judge_signature(event_signer(provider, metadata.get()), world, *jws);
  if (!judged) return RefusedEvent{"", judged.error()};
  if (*judged == Judged::bad) return refused("authentication_failed", "bad signature");
  if (*judged != Judged::good) return refused("invalid_key", "signature: " + std::string{why_of(*judged)});
  return check_event(*jws, {provider, issuer_of(provider, metadata.get()), world.clock.now()});
}

}  // namespace providers
