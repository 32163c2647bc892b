// login_fuzz.cc: the way back of an OpenID Connect login, all of it: the callback's form, where "@" stands for a signed answer (JARM) of
// the claims in the next line; the token answer, where "@" stands for an id_token of the claims in the line behind it ("~" in them for the
// nonce); and the user's data. Everything is signed here, so the fuzzer gets behind the signatures. Whoever comes out is whom the id_token
// names.
#include "fuzz.h"
#include "http/request.h"
#include "unit/providers/world.h"

namespace {

struct Fixture : world::OidcWorld {
  providers::Broker plain = fuzz::must(open(toml));
  providers::Broker jarm = fuzz::must(open(toml + "authorize = { response_mode = \"jwt\" }\n"));
  Fixture() {
    op.key = fuzz::must(crypto::SignKey::generate(crypto::Kind::ed25519));
    op.alg = crypto::Alg::EdDSA;
    op.metadata_more = R"(,"id_token_signing_alg_values_supported":["EdDSA"],"authorization_signing_alg_values_supported":["EdDSA"])";
  }
  std::string signed_text(std::string_view claims) const { return fuzz::must(token::sign(op.key, op.alg, op.kid, "JWT", claims)); }
};

std::string filled(std::string_view text, const std::string& piece, char mark = '@') {
  std::string out{text};
  if (const auto at = out.find(mark); at != out.npos) out.replace(at, 1, piece);
  return out;
}

void check(const providers::Identity& who, std::string_view id_token, std::string_view answer, bool with_jarm) {
  const auto claims = json::Document::parse(id_token), jarm = json::Document::parse(answer);
  HOLDS(claims && claims->root()["sub"].string() == who.uid && claims->root()["iss"].string() == who.issuer);
  HOLDS(who.issuer == "https://op.example" && !who.uid.empty() && who.uid.size() <= 255);
  HOLDS(!with_jarm || (jarm && jarm->root()["state"].string() == "a state" && jarm->root()["iss"].string() == "https://op.example"));
  for (const auto& text : {who.username, who.email, who.name, who.picture}) {
    HOLDS(base::is_utf8(text) && text.find_first_of(std::string_view{"\0\r\n\x7f", 4}) == std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Fixture f;
  fuzz::Lines lines{fuzz::view(data, size)};
  const auto form = lines.next(), answer = lines.next(), tokens = lines.next();
  const auto id_token = filled(lines.next(), providers::nonce_of(f.seed), '~');
  const auto params = http::parse_form(filled(form, f.signed_text(answer))).items();
  f.net.asked.clear();
  f.op.serve(filled(tokens, f.signed_text(id_token)), std::string{lines.rest()});
  const bool with_jarm = form.find("response=") != form.npos;
  auto& broker = with_jarm ? f.jarm : f.plain;
  const auto says = broker.look("op", params);
  HOLDS(says.state.size() <= size);
  const auto who = broker.finish("op", {f.redirect_uri, "a state", f.seed, {}, params, true});
  if (who) {
    check(*who, id_token, answer, with_jarm);
  } else {
    HOLDS(!who.error().say.empty() && who.error().code != base::Code::internal);
  }
  return 0;
}
