// oauth1_fuzz.cc: OAuth 1.0a: the answers to the request token, the access token and the user request (a blank line between
// them), and the base string of a request to an address with any query.
#include "fuzz.h"
#include "providers/oauth1_sign.h"
#include "unit/providers/world.h"

namespace {

const char* kForge = R"([providers.forge]
kind = "oauth1"
client_id = "k&y"
client_secret = "s&+"
request_token = { url = "https://forge.example/request?x=1", params = { permission = "read it" } }
authorize = { url = "https://forge.example/authorize", scope = ["me", "mail"], params = { expiration = "never" } }
token = { url = "https://forge.example/token" }
user = [ { url = "https://forge.example/me", params = { fields = "id" } } ]
map = { uid = "u:/id", username = "t:/screen_name" }
)";

struct Fixture : world::World {
  providers::Broker broker = fuzz::must(open(kForge));
  void serve(const std::string& url, std::string body) { net.answers[url] = {net::Response{200, {}, std::move(body)}}; }
};

void check_base_string(std::string_view query) {
  const net::Request request{.method = "GET", .url = "https://a.example/x?" + std::string{query}};
  const auto text = providers::oauth1::base_string(request, {{"oauth_nonce", "n"}});
  if (!text) return;
  // Method, address and parameters: exactly two ampersands, since all else is encoded (RFC 5849 3.4.1.1).
  HOLDS(std::count(text->begin(), text->end(), '&') == 2 && text->starts_with("GET&https%3A%2F%2Fa.example%2Fx&"));
}

std::string part(std::string_view& rest) {
  const auto end = rest.find("\n\n");
  const std::string out{rest.substr(0, end)};
  rest.remove_prefix(end == rest.npos ? rest.size() : end + 2);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Fixture f;
  auto rest = fuzz::view(data, size);
  check_base_string(rest.substr(0, 200));
  f.net.asked.clear();
  f.serve("https://forge.example/request", part(rest));
  f.serve("https://forge.example/token", part(rest));
  f.serve("https://forge.example/me", part(rest));
  const auto begun = f.broker.begin("forge", f.start());
  if (!begun) {
    HOLDS(begun.error().code != base::Code::internal && !begun.error().say.empty());
    return 0;
  }
  HOLDS(begun->authorization_url.starts_with("https://forge.example/authorize?"));
  const auto kept = json::Document::parse(begun->kept);
  HOLDS(kept);
  const std::string token{kept->root()["token"].string().value()};
  HOLDS(
      !f.broker.finish("forge", {f.redirect_uri, "a state", f.seed, begun->kept, {{"oauth_token", token + "x"}, {"oauth_verifier", "v"}}}));
  const auto who =
      f.broker.finish("forge", {f.redirect_uri, "a state", f.seed, begun->kept, {{"oauth_token", token}, {"oauth_verifier", "v"}}});
  if (who) HOLDS(!who->uid.empty() && who->uid.size() <= 255 && who->issuer == "forge");
  for (const auto& request : f.net.asked) {
    for (const auto& [name, value] : request.headers) HOLDS(value.find_first_of("\r\n") == std::string::npos);
  }
  return 0;
}
