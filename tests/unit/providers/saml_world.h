// unit/providers/saml_world.h: an identity provider that says what a test wants it to say. Its messages are written in canonical form
// (unit/xml/forge.h), so that they can be signed as they stand.
#pragma once
#include <string>

#include "base/encode.h"
#include "providers/saml_request.h"
#include "unit/providers/world.h"
#include "unit/xml/forge.h"

namespace world {

inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  return text;
}

/// One answer. What is not touched is right.
struct Answer {
  std::string request_id, redirect_uri = "https://app.example/saml", audience = "https://app.example/sp";
  std::string issuer = "https://idp.example/saml";  // of both, unless response_issuer says otherwise
  std::string response_issuer = "-", destination = "-", status = "urn:oasis:names:tc:SAML:2.0:status:Success", status_more = {};
  std::string response_in_response_to = "-";
  std::string issued, not_before, until;
  std::string name_id = R"(<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">ann-1</saml:NameID>)";
  std::string confirmation = {}, conditions = {}, conditions_attributes = {}, login = {}, attributes = {};  // "" = the usual
  std::string signature = "@SIGNATURE@";                                                                    // of the assertion
  forge::Signing assertion_signing = {}, response_signing = {};
  bool sign_assertion = true, sign_response = false, encrypt = false;
  forge::Encrypting encrypting = {.to = &forge::other_rsa()};  // our own key, see SamlWorld

  static constexpr const char* kNs = R"( xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion")";

  std::string usual_confirmation() const {
    return R"(<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo=")" +
           request_id + "\" NotOnOrAfter=\"" + until + "\" Recipient=\"" + redirect_uri +
           "\"></saml:SubjectConfirmationData></saml:SubjectConfirmation>";
  }
  std::string usual_restriction() const {
    return "<saml:AudienceRestriction><saml:Audience>" + audience + "</saml:Audience></saml:AudienceRestriction>";
  }
  static std::string attribute(const std::string& name, const std::string& value) {
    return "<saml:Attribute Name=\"" + name + "\"><saml:AttributeValue>" + value + "</saml:AttributeValue></saml:Attribute>";
  }
  std::string unsigned_assertion(const std::string& id = "_a1") const {
    const auto times =
        conditions_attributes.empty() ? " NotBefore=\"" + not_before + "\" NotOnOrAfter=\"" + until + "\"" : conditions_attributes;
    return std::string{"<saml:Assertion"} + kNs + " ID=\"" + id + "\" IssueInstant=\"" + issued + "\" Version=\"2.0\"><saml:Issuer>" +
           issuer + "</saml:Issuer>" + signature + "<saml:Subject>" + name_id +
           (confirmation.empty() ? usual_confirmation() : confirmation) + "</saml:Subject><saml:Conditions" + times + ">" +
           (conditions.empty() ? usual_restriction() : conditions) + "</saml:Conditions>" +
           (login.empty()
                ? "<saml:AuthnStatement AuthnInstant=\"" + issued +
                      "\" SessionIndex=\"s1\"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:"
                      "Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>"
                : login) +
           "<saml:AttributeStatement>" +
           (attributes.empty() ? attribute("mail", "ann@idp.example") + attribute("urn:oid:2.5.4.3", "Ann Example") : attributes) +
           "</saml:AttributeStatement></saml:Assertion>";
  }
  std::string assertion(const std::string& id = "_a1") const {
    const auto text = unsigned_assertion(id);
    return sign_assertion ? forge::sign(text, id, assertion_signing) : replaced(text, "@SIGNATURE@", "");
  }
  /// The envelope around any content.
  std::string response(const std::string& content) const {
    const auto who = response_issuer == "-" ? issuer : response_issuer;
    const auto to = destination == "-" ? " Destination=\"" + redirect_uri + "\"" : destination;
    const auto answers = response_in_response_to == "-" ? " InResponseTo=\"" + request_id + "\"" : response_in_response_to;
    const auto text = "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"" + to + " ID=\"_r1\"" + answers +
                      " IssueInstant=\"" + issued + "\" Version=\"2.0\">" +
                      (who.empty() ? "" : std::string{"<saml:Issuer"} + kNs + ">" + who + "</saml:Issuer>") +
                      (sign_response ? "@SIGNATURE@" : "") + "<samlp:Status><samlp:StatusCode Value=\"" + status + "\">" + status_more +
                      "</samlp:StatusCode></samlp:Status>" + content + "</samlp:Response>";
    return sign_response ? forge::sign(text, "_r1", response_signing) : text;
  }
  std::string text() const {
    const auto inner = assertion();
    if (!encrypt) return response(inner);
    return response(std::string{"<saml:EncryptedAssertion"} + kNs + ">" + forge::encrypt(inner, encrypting) + "</saml:EncryptedAssertion>");
  }
};

/// A latchstring with one identity provider, "acme", and a login that has begun there.
struct SamlWorld : World {
  const std::string acs = "https://app.example/saml";
  static std::string stanza(const std::string& more = {}) {
    return "[providers.acme]\nkind = \"saml\"\nsp_entity_id = \"https://app.example/sp\"\nsp_private_key = \"\"\"" +
           forge::other_rsa().key_pem +
           "\"\"\"\nidp_entity_id = \"https://idp.example/saml\"\nidp_sso_url = \"https://idp.example/sso\"\nidp_cert = \"\"\"" +
           forge::rsa().certificate_pem + "\"\"\"\n" + more;
  }
  providers::Start begin_at(providers::Params params = {}) const { return {acs, std::string(54, 'S'), seed, std::move(params)}; }
  static std::string request_id(const providers::Begun& begun) { return begun.kept.substr(0, begun.kept.find(' ')); }
  Answer answer(const providers::Begun& begun) const {
    Answer out;
    out.request_id = request_id(begun);
    const auto now = clock.now();
    out.issued = out.not_before = providers::saml::utc(now);
    out.until = providers::saml::utc(now + std::chrono::seconds{300});
    return out;
  }
  base::Result<providers::Identity> finish_with(providers::Broker& broker, const providers::Begun& begun, const std::string& xml,
                                                const std::string& name = "acme") const {
    return broker.finish(
        name, {acs, std::string(54, 'S'), seed, begun.kept, {{"SAMLResponse", base::base64(xml)}, {"RelayState", std::string(54, 'S')}}});
  }
};

}  // namespace world
