#include "providers/saml_response.h"

#include <algorithm>
#include <array>

#include "base/encode.h"
#include "base/text.h"
#include "json/writer.h"
#include "providers/saml_claims.h"
#include "providers/saml_names.h"
#include "providers/text.h"
#include "xml/document.h"
#include "xml/encryption.h"
#include "xml/signature.h"

namespace providers::saml {
namespace {

/// `why` for the log; people read that it is not valid. What exactly is wrong with a ciphertext or a signature helps an attacker alone.
base::Error invalid(std::string why) {
  return {base::Code::denied, "saml: " + std::move(why), "Authentication failed: SAML login failed: invalid response"};
}

base::Result<xml::Document> decode(std::string_view saml_response) {
  std::string packed;
  for (const char c : saml_response) {
    if (c != '\r' && c != '\n' && c != ' ' && c != '\t') packed += c;  // RFC 2045 6.8 breaks lines
  }
  const auto text = base::base64_decode(packed);
  if (!text) return invalid("SAMLResponse is no base64");
  auto document = xml::Document::parse(*text, {.nodes = 5000});
  if (!document) return invalid(document.error().detail);
  return document;
}

/// saml-core 3.2.2.2. A refusal need not be signed: it lets nobody in.
std::optional<base::Error> refusal_in(const xml::Element& response) {
  constexpr std::string_view prefix = "urn:oasis:names:tc:SAML:2.0:status:";
  constexpr std::array<std::string_view, 6> known{"AuthnFailed",    "NoPassive",           "RequestDenied",
                                                  "NoAuthnContext", "InvalidNameIDPolicy", "UnknownPrincipal"};
  const auto status = response.child("Status", kProtocol);
  const auto code = status.child("StatusCode", kProtocol);
  const auto value = code.attribute("Value").value_or("");
  if (value == std::string{prefix} + "Success") return std::nullopt;
  auto second = code.child("StatusCode", kProtocol).attribute("Value").value_or("");
  if (second.starts_with(prefix)) second.erase(0, prefix.size());
  const bool familiar = std::find(known.begin(), known.end(), second) != known.end();
  base::Error error{base::Code::denied, "saml: status " + clean(value, 100) + ' ' + clean(second, 60)};
  if (const auto message = clean(status.child("StatusMessage", kProtocol).text(), 200); !message.empty()) error.detail += ": " + message;
  error.say = "Authentication failed: the identity provider refused" + (familiar ? " (" + second + ")" : "");
  return error;
}

/// saml-core 2.2.5: an issuer is an entity unless it says otherwise.
bool is_issued_by(const xml::Element& issuer, const std::string& entity_id) {
  return issuer.leaf() && issuer.text() == entity_id && issuer.attribute("Format").value_or(std::string{kEntity}) == kEntity;
}

/// The envelope. What of it is not signed proves nothing, but must not contradict.
base::Status check_envelope(const xml::Element& response, bool is_signed, const Expected& e) {
  if (response.attribute("Version") != "2.0") return invalid("not SAML 2.0");
  // saml-bindings 3.5.5.2: Destination is where the message was sent to, and must be there where it is signed.
  const auto destination = response.attribute("Destination");
  if ((destination || is_signed) && destination != e.redirect_uri) return invalid("Destination is not the redirect_uri");
  if (response.attribute("InResponseTo") != e.request_id) {  // saml-core 3.2.2; unsolicited answers have none
    return base::Error{base::Code::denied, "saml: Response: InResponseTo is not our request",
                       "Authentication failed: SAML login failed: invalid InResponseTo"};
  }
  if (const auto issuer = response.child("Issuer", kAssertion); issuer && !is_issued_by(issuer, e.idp.entity_id))
    return invalid("Response: another issuer");
  return base::ok;
}

/// An assertion and the documents that it stands in.
struct Found {
  std::optional<xml::Document> signed_response, decrypted, signed_assertion;
  xml::Element assertion;
};

/// The one assertion, out of its wrappings: only what a configured key has signed, as the response or by itself, comes out.
base::Result<Found> unwrap(const xml::Document& document, const Expected& e) {
  const xml::SignatureRules rules{e.setup.allow_sha1};
  Found out;
  auto response = document.root();
  const bool whole = xml::is_signed(response);
  if (whole) {
    auto content = xml::verified(response, e.idp.keys, rules);
    if (!content) return invalid("Response: " + content.error().detail);
    out.signed_response = std::move(*content);
    response = out.signed_response->root();
  }
  if (e.setup.want_messages_signed && !whole) return invalid("Response is not signed");
  if (auto good = check_envelope(response, whole, e); !good) return good.error();
  const auto plain = response.children("Assertion", kAssertion), hidden = response.children("EncryptedAssertion", kAssertion);
  if (plain.size() + hidden.size() != 1) return invalid("not exactly one assertion");
  if (e.setup.want_assertions_encrypted && hidden.empty()) return invalid("the assertion is not encrypted");
  out.assertion = plain.empty() ? xml::Element{} : plain[0];
  if (plain.empty()) {
    if (!e.setup.key) return invalid("an encrypted assertion, and there is no sp_private_key");
    auto opened = xml::decrypted(hidden[0], *e.setup.key);
    if (!opened) return invalid(opened.error().detail);
    out.decrypted = std::move(opened->document);
    out.assertion = opened->element;
    if (!out.assertion.is("Assertion", kAssertion)) return invalid("what was encrypted is no assertion");
  }
  const bool itself = xml::is_signed(out.assertion);
  if (itself) {
    auto content = xml::verified(out.assertion, e.idp.keys, rules);
    if (!content) return invalid("Assertion: " + content.error().detail);
    out.signed_assertion = std::move(*content);
    out.assertion = out.signed_assertion->root();
  }
  if (!itself && (!whole || e.setup.want_assertions_signed)) return invalid("the assertion is not signed");
  return out;
}

}  // namespace

base::Result<json::Document> read_response(std::string_view saml_response, const Expected& expected) {
  auto document = decode(saml_response);
  if (!document) return document.error();
  const auto response = document->root();
  if (!response.is("Response", kProtocol)) return invalid("no Response");
  if (auto refused = refusal_in(response)) return *refused;
  auto found = unwrap(*document, expected);
  if (!found) return found.error();
  const auto& assertion = found->assertion;
  if (assertion.attribute("Version") != "2.0") return invalid("Assertion: not SAML 2.0");
  if (!is_issued_by(assertion.child("Issuer", kAssertion), expected.idp.entity_id)) return invalid("Assertion: another issuer");
  if (auto good = check_assertion(assertion, expected); !good) return good.error();
  return claims_of(assertion, expected);
}

}  // namespace providers::saml
