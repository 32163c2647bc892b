// signed_fuzz.cc: callbacks that are signed themselves. The first line chooses the kind, the rest is a form. Where the input has
// "s=@" the right signature is put in, so that the fuzzer gets behind it. A signed text has one reading.
#include "base/encode.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "fuzz.h"
#include "providers/signed_text.h"
#include "providers/signed_verify.h"
#include "providers/table.h"
#include "unit/providers/world.h"

namespace {

using providers::Params;
using providers::SignedSpec;

constexpr base::Time kNow{std::chrono::seconds{1'700'000'000}};
const providers::Values kNone;

std::vector<SignedSpec> make_specs() {
  std::vector<SignedSpec> out;
  for (const std::string toml :
       {"method = \"hmac_sha256_pairs\"\nsignature = \"s\"\nkey = \"k\"\njoin = \"&\"\n",
        "method = \"hmac_sha256_pairs\"\nsignature = \"s\"\nkey = \"k\"\njoin = \"\\n\"\ntime = \"auth_date\"\n",
        "method = \"hmac_sha256_pairs\"\nsignature = \"s\"\nkey = \"k\"\njoin = \"&\"\nescape = true\n",
        "method = \"md5_concat\"\nsignature = \"s\"\nafter = \"k\"\nfields = [\"id\", \"session\"]\n",
        "method = \"md5_concat\"\nsignature = \"s\"\nafter = \"k\"\nnamed = true\nfields = [\"e\", \"m\"]\nexpires = \"e\"\n",
        "method = \"hmac_sha256_payload\"\nsignature = \"s\"\npayload = \"p\"\nkey = \"k\"\nnonce = \"nonce\"\n",
        "method = \"signed_request\"\npayload = \"p\"\nkey = \"k\"\ntime = \"issued_at\"\n",
        "method = \"jwt_hs256\"\npayload = \"p\"\nkey = \"k\"\n",
        "method = \"hmac_sha256_pairs\"\nsignature = \"s\"\nkey = \"k\"\njoin = \"\\n\"\nunpack = { param = \"u\", as = \"json\" "
        "}\n"}) {
    std::optional<base::Error> mistake;
    const auto node = *config::parse_toml(toml, "t");
    out.push_back(providers::read_signed({&node, "signed", mistake}));
    if (mistake) std::fprintf(stderr, "%s\n", mistake->say.c_str());
    HOLDS(!mistake);
  }
  return out;
}

void put(Params& params, const std::string& name, const std::string& value) {
  for (auto& [key, old] : params)
    if (key == name) old = value;
}

/// With the right signature, where one is asked for.
Params with_signature(const SignedSpec& spec, Params params) {
  using Method = SignedSpec::Method;
  const std::string payload{providers::last(params, "p")};
  if (spec.method == Method::hmac_sha256_payload && providers::last(params, "s") == "@") {
    put(params, "s", base::hex(crypto::hmac_sha256("k", payload)));
  } else if (spec.method == Method::signed_request && payload.starts_with("@.")) {
    put(params, "p", base::base64url(crypto::hmac_sha256("k", payload.substr(2))) + payload.substr(1));
  } else if (spec.method == Method::jwt_hs256 && payload.starts_with('{')) {
    const auto text = base::base64url(R"({"alg":"HS256"})") + '.' + base::base64url(payload);
    put(params, "p", text + '.' + base::base64url(crypto::hmac_sha256("k", text)));
  } else if (providers::last(params, "s") == "@") {
    const auto text = providers::signed_text(spec, params, kNone);
    if (text)
      put(params, "s", base::hex(spec.method == Method::md5_concat ? crypto::md5(text->text) : crypto::hmac_sha256("k", text->text)));
  }
  return params;
}

/// The text taken apart in every way that its joints allow gives no other parameters the same text.
void check_one_reading(const SignedSpec& spec, const providers::SignedText& text) {
  if (spec.method != SignedSpec::Method::hmac_sha256_pairs || spec.escape || text.text.size() > 200) return;
  Params other;
  for (const auto& line : base::split(text.text, spec.join[0]))
    other.emplace_back(line.substr(0, line.find('=')), line.find('=') == line.npos ? "" : line.substr(line.find('=') + 1));
  const auto again = providers::signed_text(spec, other, kNone);
  if (again && again->text == text.text) HOLDS(again->covered == text.covered);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto specs = make_specs();
  fuzz::Lines lines{fuzz::view(data, size)};
  const auto first = lines.next();
  const auto& spec = specs[(first.empty() ? 0u : static_cast<unsigned char>(first[0])) % specs.size()];
  const auto given = providers::parse_signed_form(lines.rest());
  if (!given) return 0;
  HOLDS(given->size() <= 100);
  const auto bare = providers::unpacked(spec, with_signature(spec, *given), kNone);
  if (!bare) return 0;
  const auto params = with_signature(spec, *bare);
  providers::claimed_state(spec, params);
  const auto text = providers::signed_text(spec, params, kNone);
  if (text) check_one_reading(spec, *text);
  const auto said = providers::verify_callback(spec, params, "STATE", kNone, kNow);
  if (!said) return 0;
  HOLDS(said->root().is_object() && said->root().size() > 0);
  HOLDS(*given != params || params != *bare || providers::last(params, "s") != "@");
  if (!spec.nonce.empty()) HOLDS(said->root()[spec.nonce].string() == "STATE");
  if (text && spec.method == SignedSpec::Method::hmac_sha256_pairs) {
    HOLDS(said->root().size() == text->covered.size());
    for (const auto& [name, value] : text->covered) HOLDS(said->root()[name].string() == value);
  }
  return 0;
}
