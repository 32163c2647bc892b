// saml_claims_fuzz.cc: an assertion behind its signature: conditions, subject, statements; and the metadata of an identity
// provider.
#include "fuzz.h"
#include "providers/saml_claims.h"
#include "providers/saml_metadata.h"
#include "xml/document.h"

namespace {

constexpr base::Time kNow{std::chrono::seconds{1'700'000'000}};

struct Fixture {
  providers::saml::Setup setup;
  providers::saml::Idp idp;
  providers::saml::Expected expected{setup, idp, "https://app.example/sp", "https://app.example/saml", "_request", kNow};
  Fixture() {
    idp.name = "uni";
    idp.entity_id = "https://idp.example/saml";
    setup.attributes["email"] = {"mail", "urn:oid:0.9.2342.19200300.100.1.3"};
    setup.attributes["user_permanent_id"] = {"name_id"};
  }
};

void check_metadata(std::string_view text) {
  const auto idp = providers::saml::read_idp_metadata(text, "");
  if (idp) HOLDS(!idp->keys.empty());
  const auto named = providers::saml::read_idp_metadata(text, "https://idp.example/saml");
  HOLDS(!named || named->entity_id == "https://idp.example/saml");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Fixture f;
  const auto text = fuzz::view(data, size);
  providers::saml::parse_utc(text);
  check_metadata(text);
  const auto document = xml::Document::parse(text, {.nodes = 5000});
  if (!document) return 0;
  const auto root = document->root();
  const bool passes = bool{providers::saml::check_assertion(root, f.expected)};
  if (passes) {  // each of these words must have been there, whatever else was
    for (const auto* word : {"_request", "https://app.example/sp", "https://app.example/saml"}) {
      bool found =
          text.find(word) != text.npos || text.find("&#") != text.npos || text.find("<!") != text.npos || text.find("<?") != text.npos;
      HOLDS(found);
    }
    HOLDS(!root.child("AuthnStatement", "urn:oasis:names:tc:SAML:2.0:assertion").name().empty());
  }
  const auto claims = providers::saml::claims_of(root, f.expected);
  if (claims) HOLDS(claims->root()["attributes"].is_object() && claims->root()["issuer"].string() == "https://idp.example/saml");
  return 0;
}
