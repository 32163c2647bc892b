// spec_fuzz.cc: a provider's file (conf/providers/*.toml), alone and as an enabled provider. What is taken can begin a login, and
// its addresses are https whatever the request says; a mistake is told with its place.
#include "base/url.h"
#include "fuzz.h"
#include "providers/layers.h"
#include "providers/provider.h"
#include "unit/providers/world.h"

namespace {

constexpr std::string_view kClient = "\nclient_id = \"client\"\nclient_secret = \"a secret of more than thirty-two bytes\"\n";

void begin(world::World& w, config::Node node) {
  config::Config config;
  config.public_url = "https://app.example/auth";
  config.providers.emplace("forge", std::move(node));
  w.net.asked.clear();
  auto broker = providers::Broker::open(config, {w.net, w.cache, w.clock, w.random});
  if (!broker) {
    HOLDS(!broker.error().say.empty());
    return;
  }
  auto start = w.start();
  start.params = {{"shop", "evil.example/x?"}, {"tenant", "../.."}, {"api_domain", "evil.example"}};
  const auto begun = broker->begin("forge", start);
  if (begun) HOLDS(begun->authorization_url.starts_with("https://") || begun->authorization_url.starts_with("http://"));
  const auto back = w.finish({{"shop", "evil.example#"}, {"oauth_token", "t"}, {"id_token", "a.b.c"}});
  const auto who = broker->finish("forge", back);
  HOLDS(!who || !who->uid.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static world::World w;
  const auto text = fuzz::view(data, size);
  const auto file = config::parse_toml(text, "forge.toml");
  if (!file) {
    HOLDS(file.error().say.find('\n') == std::string::npos && file.error().say.starts_with("forge.toml"));
    return 0;
  }
  const auto spec = providers::read_spec(*file, "providers.forge", false);
  if (!spec) HOLDS(!spec.error().say.empty());
  const auto with_client = config::parse_toml(std::string{kClient} + std::string{text}, "forge.toml");
  begin(w, with_client ? *with_client : *file);  // (not where the file has a client itself)
  return 0;
}
