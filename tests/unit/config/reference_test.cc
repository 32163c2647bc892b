// The annotated configuration says what the table of keys says, and is a configuration itself.
#include <boost/test/unit_test.hpp>
#include <sstream>

#include "config/keys.h"

namespace {

// The reference with every commented key taken in: "#key = ..." and "#[table]".
std::string uncommented(const std::string& text) {
  std::istringstream in{text};
  std::string out, line;
  while (std::getline(in, line)) out += (line.size() > 1 && line[0] == '#' && line[1] != ' ' ? line.substr(1) : line) + '\n';
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(config_reference)

BOOST_AUTO_TEST_CASE(it_parses_as_it_stands) {
  const auto root = config::parse_toml(config::reference(), "reference");
  BOOST_REQUIRE_MESSAGE(root, (root ? "" : root.error().say));
  BOOST_TEST(*root->get("public_url")->string() == "https://app.example/auth");
}

BOOST_AUTO_TEST_CASE(every_key_is_in_it_with_a_value_of_its_type) {
  const auto root = config::parse_toml(uncommented(config::reference()), "reference");
  BOOST_REQUIRE_MESSAGE(root, (root ? "" : root.error().say));
  config::Draft draft;
  for (const auto& key : config::keys()) {
    const auto section = std::string{config::section_of(key)};
    const auto* table = section.empty() ? &*root : root->get(section);
    BOOST_REQUIRE_MESSAGE(table, key.path);
    const auto* node = table->get(key.path.substr(key.path.rfind('.') + 1));
    BOOST_REQUIRE_MESSAGE(node, key.path);
    BOOST_TEST(static_cast<bool>(config::take(key, *node, draft)), key.path);
  }
}

BOOST_AUTO_TEST_CASE(every_default_is_within_its_own_range) {
  for (const auto& key : config::keys()) {
    config::Draft draft;
    const auto node = config::parse_toml("v = " + config::value_of(key, draft), "default");
    BOOST_REQUIRE_MESSAGE(node, key.path);
    BOOST_TEST(static_cast<bool>(config::take(key, *node->get("v"), draft)), key.path);
  }
}

BOOST_AUTO_TEST_CASE(values_that_are_given_stand_uncommented) {
  const auto text = config::reference({{"public_url", "\"http://localhost\""}, {"demo.enabled", "true"}}, "[providers.github]\n");
  BOOST_TEST(text.find("\npublic_url = \"http://localhost\"\n") != std::string::npos);
  BOOST_TEST(text.find("\nenabled = true\n") != std::string::npos);
  BOOST_TEST(text.find("\n#redirect_uris = ") != std::string::npos);
  BOOST_TEST(text.ends_with("\n[providers.github]\n"));
}

BOOST_AUTO_TEST_SUITE_END()
