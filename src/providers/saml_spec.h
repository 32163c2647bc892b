// saml_spec.h: what a stanza of protocol "saml" says beyond what all providers have: who we are to identity providers, and which of them
// may send us people. Two ways lead here. python-social-auth's: sp_entity_id, sp_public_cert, sp_private_key, org_info, technical_contact,
// support_contact, enabled_idps and security_config, as TOML tables or as the JSON that the environment holds. And our own for a single
// identity provider: idp_metadata_file, or idp_entity_id, idp_sso_url and idp_cert.
#pragma once
#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/keys.h"
#include "providers/table.h"
#include "xml/keys.h"

namespace providers::saml {

/// What is looked for in an assertion's attributes. A stanza or an identity provider names its attribute for one of them by attr_FIELD;
/// else the lists [attributes] of the provider's file count. "name_id" as an attribute's name is the subject's NameID.
inline constexpr std::array<std::string_view, 6> kFields{"user_permanent_id", "username", "email", "full_name", "first_name", "last_name"};

/// An identity provider (IdP).
struct Idp {
  std::string name;  // stands before the uid, where there may be several; "" = the only one
  std::string entity_id, sso_url;
  bool post = false;               // requests go by HTTP-POST, since it knows no HTTP-Redirect
  std::vector<xml::PeerKey> keys;  // it may sign with any of them, so that it can change keys; none: nobody comes in from it
  std::map<std::string, std::string, std::less<>> attributes;  // field -> the attribute that it is in
};

struct Organization {
  std::string language, name, display_name, url;
};
struct Contact {
  std::string type, given_name, email;
};

struct Setup {
  std::string entity_id;                  // of us (the SP); "" = the address of our metadata page
  std::string certificate;                // ours, base64: only published
  std::optional<xml::OwnKey> key;         // decrypts assertions, signs requests
  std::optional<crypto::SignKey> signer;  // the same, for the redirect binding's signature over a query
  bool sign_requests = false;
  bool want_assertions_signed = false, want_messages_signed = false, want_assertions_encrypted = false;
  bool allow_sha1 = false, force_authn = false;
  std::string name_id_format;
  std::vector<std::string> authn_context;  // asked for, and then insisted on
  std::vector<Organization> organizations;
  std::vector<Contact> contacts;
  std::map<std::string, std::vector<std::string>, std::less<>> attributes;  // field -> attributes, the first one that is there counts
  std::vector<Idp> idps;

  const Idp* find(std::string_view name) const noexcept;
};

/// Asks `table` for the keys above; mistakes go to it. Whether there is an identity provider at all is not its question.
std::shared_ptr<const Setup> read_setup(Table& table);

}  // namespace providers::saml
