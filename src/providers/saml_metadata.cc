#include "providers/saml_metadata.h"

#include <array>

#include "base/markup.h"
#include "providers/saml_names.h"
#include "xml/document.h"

namespace providers::saml {
namespace {

base::Error refused(std::string why) { return {base::Code::bad_request, why, why}; }

/// The descriptor in question: the root, or one of a federation's.
xml::Element entity_of(const xml::Element& root, const std::string& entity_id) {
  if (root.is("EntityDescriptor", kMetadata)) {
    const bool wanted = entity_id.empty() || root.attribute("entityID") == entity_id;
    return wanted ? root : xml::Element{};
  }
  if (entity_id.empty()) return {};
  for (const auto& inner : root.children()) {
    if (auto found = entity_of(inner, entity_id)) return found;
  }
  return {};
}

/// saml-metadata 2.4.1.1: a key without `use` is for both.
void read_keys(const xml::Element& role, Idp& idp) {
  for (const auto& descriptor : role.children("KeyDescriptor", kMetadata)) {
    if (descriptor.attribute("use").value_or("signing") != "signing") continue;
    for (const auto& data : descriptor.child("KeyInfo", kDsig).children("X509Data", kDsig)) {
      for (const auto& certificate : data.children("X509Certificate", kDsig)) {
        if (auto key = xml::PeerKey::read(certificate.text())) idp.keys.push_back(std::move(*key));
      }
    }
  }
}

std::string location(const xml::Element& role, std::string_view binding) {
  for (const auto& service : role.children("SingleSignOnService", kMetadata)) {
    if (service.attribute("Binding") == binding) return service.attribute("Location").value_or("");
  }
  return {};
}

class Writer {
  std::string out_ = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

 public:
  void raw(std::string_view s) { out_ += s; }
  void leaf(const std::string& name, const std::string& text, const std::string& attributes = {}) {
    out_ += "<md:" + name + attributes + ">" + base::escape_markup(text) + "</md:" + name + ">";
  }
  std::string take() { return std::move(out_); }
};

void key(Writer& w, const Setup& setup, std::string_view use) {
  w.raw("<md:KeyDescriptor use=\"" + std::string{use} + "\"><ds:KeyInfo xmlns:ds=\"" + std::string{kDsig} +
        "\"><ds:X509Data><ds:X509Certificate>" + setup.certificate + "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>");
  constexpr std::array<std::string_view, 5> methods{
      "http://www.w3.org/2009/xmlenc11#aes256-gcm", "http://www.w3.org/2009/xmlenc11#aes128-gcm",
      "http://www.w3.org/2001/04/xmlenc#aes256-cbc", "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
      "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"};
  for (const auto method : methods) {
    if (use == "encryption") w.raw("<md:EncryptionMethod Algorithm=\"" + std::string{method} + "\"/>");
  }
  w.raw("</md:KeyDescriptor>");
}

void about_us(Writer& w, const Setup& setup) {
  if (!setup.organizations.empty()) {
    w.raw("<md:Organization>");
    const auto all = [&](const std::string& name, std::string Organization::*member) {
      for (const auto& org : setup.organizations) w.leaf(name, org.*member, " xml:lang=\"" + base::escape_markup(org.language) + "\"");
    };
    all("OrganizationName", &Organization::name);
    all("OrganizationDisplayName", &Organization::display_name);
    all("OrganizationURL", &Organization::url);
    w.raw("</md:Organization>");
  }
  for (const auto& contact : setup.contacts) {
    w.raw("<md:ContactPerson contactType=\"" + contact.type + "\">");
    if (!contact.given_name.empty()) w.leaf("GivenName", contact.given_name);
    if (!contact.email.empty()) w.leaf("EmailAddress", contact.email);
    w.raw("</md:ContactPerson>");
  }
}

std::string flag(bool on) { return on ? "\"true\"" : "\"false\""; }

}  // namespace

base::Result<Idp> read_idp_metadata(std::string_view text, const std::string& entity_id) {
  auto document = xml::Document::parse(text, {.bytes = 1 << 20, .nodes = 100000});
  if (!document) return refused(document.error().detail);
  const auto entity = entity_of(document->root(), entity_id);
  if (!entity)
    return refused(entity_id.empty() ? "is no EntityDescriptor; of several, idp_entity_id chooses one"
                                     : "has no entity named in idp_entity_id");
  const auto role = entity.child("IDPSSODescriptor", kMetadata);
  if (!role) return refused("describes no identity provider (IDPSSODescriptor)");
  Idp idp;
  idp.entity_id = entity.attribute("entityID").value_or("");
  idp.sso_url = location(role, kRedirect);
  if (idp.sso_url.empty()) {
    idp.sso_url = location(role, kPost);
    idp.post = true;
  }
  read_keys(role, idp);
  if (idp.keys.empty()) return refused("holds no certificate for signatures that can be used");
  return idp;
}

std::string write_sp_metadata(const Setup& setup, const std::string& entity_id, const std::vector<std::string>& consumers) {
  Writer w;
  w.raw("<md:EntityDescriptor xmlns:md=\"" + std::string{kMetadata} + "\" cacheDuration=\"P10D\" entityID=\"" +
        base::escape_markup(entity_id) + "\">");
  w.raw("<md:SPSSODescriptor AuthnRequestsSigned=" + flag(setup.sign_requests) +
        " WantAssertionsSigned=" + flag(setup.want_assertions_signed) + " protocolSupportEnumeration=\"" + std::string{kProtocol} + "\">");
  if (!setup.certificate.empty()) {
    key(w, setup, "signing");
    if (setup.key) key(w, setup, "encryption");
  }
  w.leaf("NameIDFormat", setup.name_id_format.empty() ? std::string{kUnspecified} : setup.name_id_format);
  for (std::size_t i = 0; i < consumers.size(); ++i) {
    w.raw("<md:AssertionConsumerService Binding=\"" + std::string{kPost} + "\" Location=\"" + base::escape_markup(consumers[i]) +
          "\" index=\"" + std::to_string(i + 1) + (i == 0 ? "\" isDefault=\"true\"/>" : "\"/>"));
  }
  w.raw("</md:SPSSODescriptor>");
  about_us(w, setup);
  w.raw("</md:EntityDescriptor>\n");
  return w.take();
}

}  // namespace providers::saml
