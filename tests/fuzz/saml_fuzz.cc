// saml_fuzz.cc: a SAML response from the browser to the identity. "@A@" in the input stands for ann's assertion, signed; "@R@"
// for her whole response, signed; "@S@" for the signature alone, "@C@" for what it was made of, "@E@" for the assertion,
// encrypted for us. So the fuzzer writes wrappings (XSW) around what is good. Whoever comes out is ann.
#include "base/text.h"
#include "fuzz.h"
#include "providers/broker.h"
#include "unit/providers/saml_world.h"

namespace {

struct Fixture : world::SamlWorld {
  providers::Broker broker = fuzz::must(open(stanza()));
  providers::Begun begun = fuzz::must(broker.begin("acme", begin_at()));
  std::map<std::string, std::string> pieces;

  Fixture() {
    auto whole = answer(begun), ciphered = answer(begun);
    pieces["@A@"] = whole.assertion();
    whole.sign_assertion = false;
    pieces["@C@"] = whole.assertion();
    whole.sign_response = true;
    pieces["@R@"] = whole.text();
    const auto& signed_one = pieces["@A@"];
    const auto at = signed_one.find("<ds:Signature "), end = signed_one.find("</ds:Signature>") + 15;
    pieces["@S@"] = signed_one.substr(at, end - at);
    pieces["@E@"] = std::string{"<saml:EncryptedAssertion"} + world::Answer::kNs + ">" +
                    forge::encrypt(signed_one, {.to = &forge::other_rsa()}) + "</saml:EncryptedAssertion>";
    pieces["@ID@"] = request_id(begun);
    pieces["@NOW@"] = whole.issued;
    pieces["@SOON@"] = whole.until;
  }

  /// At most ten pieces: an input must not grow out of all proportion.
  std::string filled(std::string_view text) const {
    std::string out;
    int left = 10;
    while (!text.empty()) {
      const auto* piece = text.front() == '@' && left > 0 ? find(text) : nullptr;
      out += piece ? piece->second : std::string{text.front()};
      left -= piece ? 1 : 0;
      text.remove_prefix(piece ? piece->first.size() : 1);
    }
    return out;
  }
  const std::pair<const std::string, std::string>* find(std::string_view text) const {
    for (const auto& piece : pieces)
      if (text.starts_with(piece.first)) return &piece;
    return nullptr;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Fixture f;
  const auto text = fuzz::view(data, size);
  const auto who =
      text.starts_with('<') || text.starts_with('@')
          ? f.finish_with(f.broker, f.begun, f.filled(text))
          : f.broker.finish("acme", {f.acs, std::string(54, 'S'), f.seed, f.begun.kept, {{"SAMLResponse", std::string{text}}}});
  if (!who) {
    HOLDS(!who.error().say.empty() && who.error().code != base::Code::internal);
    return 0;
  }
  HOLDS(who->uid == "ann-1" && (who->email.empty() || who->email == "ann@idp.example") && who->issuer == "https://idp.example/saml");
  return 0;
}
