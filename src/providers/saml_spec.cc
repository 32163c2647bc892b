#include "providers/saml_spec.h"

#include <algorithm>
#include <deque>

#include "base/encode.h"
#include "base/text.h"
#include "base/url.h"
#include "config/files.h"
#include "json/value.h"
#include "providers/saml_metadata.h"

namespace providers::saml {
namespace {

config::Node node_of(json::Value value, const std::string& where) {
  config::Node out;
  out.where = where;
  if (value.is_object()) {
    config::Node::Table table;
    for (const auto& [name, member] : value.members()) table.emplace(std::string{name}, node_of(member, where));
    out.v = std::move(table);
  } else if (value.is_array()) {
    config::Node::Array items;
    for (std::size_t i = 0; i < value.size(); ++i) items.push_back(node_of(value.at(i), where));
    out.v = std::move(items);
  } else if (const auto flag = value.boolean()) {
    out.v = *flag;
  } else if (const auto whole = value.integer()) {
    out.v = *whole;
  } else {
    out.v = value.text().value_or("");
  }
  return out;
}

/// The certificate's base64, out of PEM or as it stands.
std::string bare(std::string_view text) {
  if (const auto begin = text.find("-----BEGIN CERTIFICATE-----"); begin != std::string_view::npos) {
    text.remove_prefix(begin + 27);
    text = text.substr(0, text.find("-----END"));
  }
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') out += c;
  }
  return out;
}

bool is_name(std::string_view s) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  return !s.empty() && s.size() <= 64 && std::all_of(s.begin(), s.end(), good);
}

class Reader {
  Table& table_;
  std::deque<config::Node> from_json_;  // tables point into it
  Setup out_;

  void wrong(std::string_view key, std::string what) { table_.wrong(table_.get(key), key, std::move(what)); }

  /// A table, or a JSON object in a text.
  Table inner(std::string_view key) {
    const auto* node = table_.get(key);
    const auto* text = node == nullptr ? nullptr : node->string();
    if (text == nullptr) return table_.inside(key, node);
    const auto json = json::Document::parse(*text);
    if (!json || !json->root().is_object()) {
      wrong(key, "is no JSON object");
      return table_.inside(key, nullptr);
    }
    from_json_.push_back(node_of(json->root(), node->where));
    return table_.inside(key, &from_json_.back());
  }

  /// `key`, or what stands in the file that KEY_file names.
  base::Secret text_or_file(const std::string& key) {
    base::Secret text{table_.text(key)};
    const auto file = table_.text(key + "_file");
    if (file.empty()) return text;
    if (!text.empty()) wrong(key, "stands beside " + key + "_file: keep one of the two");
    auto read = config::read_file(file);
    if (read) return std::move(*read);
    wrong(key + "_file", read.error().say);
    return {};
  }

  static void add_key(Idp& idp, std::string_view text, Table& at, std::string_view key) {
    auto read = xml::PeerKey::read(text);
    if (read) idp.keys.push_back(std::move(*read));
    if (!read) at.wrong(nullptr, key, read.error().say);
  }

  static void own_names(Table& from, Idp& idp) {
    for (const auto field : kFields) {
      if (auto name = from.text("attr_" + std::string{field}); !name.empty()) idp.attributes[std::string{field}] = std::move(name);
    }
  }

  static void check_idp(const Idp& idp, Table& at, std::string_view entity_key, std::string_view url_key) {
    // saml-core 8.3.6: at most 1024 characters.
    if (idp.entity_id.empty() || idp.entity_id.size() > 1024)
      at.wrong(nullptr, entity_key, "is missing: the identity provider's entity id");
    const auto url = base::parse_url(idp.sso_url);
    if (idp.sso_url.empty()) return at.wrong(nullptr, url_key, "is missing: where people are sent");
    if (!url || !base::is_secure_or_loopback(*url) || url->has_userinfo || url->has_fragment)
      at.wrong(nullptr, url_key, "must be an https address (http only for this machine)");
  }

  /// One entry of enabled_idps. python-social-auth lets one be without a certificate until somebody uses it, so it is no mistake here.
  void enabled_idp(const std::string& name, Table from) {
    if (!is_name(name)) from.wrong(nullptr, "", "its name stands before every uid: letters, digits, \"-\", \"_\" and \".\"");
    Idp idp;
    idp.name = name;
    idp.entity_id = from.text("entity_id");
    idp.sso_url = from.text("url");
    idp.post = from.one_of("binding", {"redirect", "post"}) == "post";
    if (const auto text = from.text("x509cert"); !bare(text).empty()) add_key(idp, text, from, "x509cert");
    auto several = from.table("x509certMulti");
    for (const auto& text : several.list("signing")) add_key(idp, text, from, "x509certMulti.signing");
    several.list("encryption");  // would be for what we encrypt for it, which is nothing
    several.done();
    from.text("slo_url");  // logout is ours alone
    own_names(from, idp);
    from.done();
    check_idp(idp, from, "entity_id", "url");
    out_.idps.push_back(std::move(idp));
  }

  /// The stanza's own identity provider.
  void single_idp() {
    Idp idp;
    own_names(table_, idp);
    const auto metadata = text_or_file("idp_metadata"), certificate = text_or_file("idp_cert");
    const auto entity_id = table_.text("idp_entity_id"), url = table_.text("idp_sso_url");
    const auto binding = table_.one_of("idp_binding", {"redirect", "post"});
    if (metadata.empty() && entity_id.empty() && url.empty() && certificate.empty()) return;
    if (!metadata.empty()) {
      auto read = read_idp_metadata(metadata.reveal(), entity_id);
      if (!read) return wrong("idp_metadata", read.error().say);
      read->attributes = std::move(idp.attributes);
      idp = std::move(*read);
    }
    if (!entity_id.empty()) idp.entity_id = entity_id;
    if (!url.empty()) idp.sso_url = url;
    if (!binding.empty()) idp.post = binding == "post";
    if (!certificate.empty()) add_key(idp, certificate.reveal(), table_, "idp_cert");
    check_idp(idp, table_, "idp_entity_id", "idp_sso_url");
    if (idp.keys.empty()) wrong("idp_cert", "is missing: the certificate that the identity provider signs with");
    out_.idps.push_back(std::move(idp));
  }

  void signer(const base::Secret& text) {
    for (const std::string label : {"", "PRIVATE KEY", "RSA PRIVATE KEY"}) {
      const base::Secret pem{label.empty() ? std::string{text.reveal()}
                                           : "-----BEGIN " + label + "-----\n" + bare(text.reveal()) + "\n-----END " + label + "-----\n"};
      if (auto key = crypto::SignKey::from_pem(pem)) out_.signer = std::move(*key);
      if (out_.signer) return;
    }
    wrong("sp_private_key", "cannot sign requests: RSA of 2048 bits or more, or EC");
  }

  void own_key() {
    out_.certificate = bare(text_or_file("sp_public_cert").reveal());
    if (!out_.certificate.empty() && !base::base64_decode(out_.certificate))
      wrong("sp_public_cert", "is no certificate (PEM, or its base64)");
    const auto text = text_or_file("sp_private_key");
    if (text.empty() && out_.sign_requests) return wrong("sp_private_key", "is missing: the key that requests are signed with");
    if (text.empty()) return;
    auto key = xml::OwnKey::read(text);
    if (!key) return wrong("sp_private_key", key.error().say);
    out_.key = std::move(*key);
    if (out_.sign_requests) signer(text);
  }

  void published() {
    for (auto info = inner("org_info"); const auto& [language, node] : info.rest()) {
      auto entry = info.inside(language, node);
      out_.organizations.push_back({language, entry.text("name"), entry.text("displayname"), entry.text("url")});
      entry.done();
    }
    for (const auto& [key, type] : {std::pair{"technical_contact", "technical"}, {"support_contact", "support"}}) {
      auto contact = inner(key);
      Contact who{type, contact.text("givenName"), contact.text("emailAddress")};
      contact.done();
      if (!who.given_name.empty() || !who.email.empty()) out_.contacts.push_back(std::move(who));
    }
  }

  /// python3-saml's names for what has names of our own, and what it knows besides and we do not need.
  void security() {
    auto from = inner("security_config");
    const auto take = [&](const char* key, bool& into) { into = from.boolean(key).value_or(into); };
    take("authnRequestsSigned", out_.sign_requests);
    take("wantAssertionsSigned", out_.want_assertions_signed);
    take("wantMessagesSigned", out_.want_messages_signed);
    take("wantAssertionsEncrypted", out_.want_assertions_encrypted);
    const auto* context = from.get("requestedAuthnContext");
    if (context != nullptr && context->boolean() != nullptr) {
      if (*context->boolean()) out_.authn_context = {"urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"};
    } else {
      out_.authn_context = from.list("requestedAuthnContext");
    }
    for (const auto* key : {"signatureAlgorithm", "digestAlgorithm", "rejectDeprecatedAlgorithm", "failOnAuthnContextMismatch",
                            "wantNameId", "wantAttributeStatement", "logoutRequestSigned", "logoutResponseSigned",
                            "allowRepeatAttributeName", "metadataValidUntil", "metadataCacheDuration"}) {
      from.get(key);
    }
    from.done();
  }

  void rules() {
    security();
    const auto take = [&](const char* key, bool& into) { into = table_.boolean(key).value_or(into); };
    take("sign_requests", out_.sign_requests);
    take("want_assertions_signed", out_.want_assertions_signed);
    take("want_messages_signed", out_.want_messages_signed);
    take("want_assertions_encrypted", out_.want_assertions_encrypted);
    take("allow_sha1", out_.allow_sha1);
    take("force_authn", out_.force_authn);
    if (table_.given("authn_context")) out_.authn_context = table_.list("authn_context");
    table_.get("authn_context");
    auto extra = inner("sp_extra");
    out_.name_id_format = table_.text("name_id_format", extra.text("NameIDFormat"));
    extra.done();
  }

  void fallbacks() {
    auto lists = table_.table("attributes");
    for (const auto field : kFields) out_.attributes[std::string{field}] = lists.list(field);
    lists.done();
  }

 public:
  explicit Reader(Table& table) : table_(table) {}

  Setup all() {
    out_.entity_id = table_.text("sp_entity_id");
    rules();
    own_key();
    published();
    fallbacks();
    for (auto idps = inner("enabled_idps"); const auto& [name, node] : idps.rest()) enabled_idp(name, idps.inside(name, node));
    single_idp();
    return std::move(out_);
  }
};

}  // namespace

const Idp* Setup::find(std::string_view name) const noexcept {
  const auto it = std::find_if(idps.begin(), idps.end(), [name](const Idp& idp) { return idp.name == name; });
  return it == idps.end() ? nullptr : &*it;
}

std::shared_ptr<const Setup> read_setup(Table& table) { return std::make_shared<const Setup>(Reader{table}.all()); }

}  // namespace providers::saml
