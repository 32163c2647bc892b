// Every file of conf/providers: read, checked, complete. They are not read at start, so that this is the place.
#include "providers/catalogue.h"

#include <algorithm>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "providers/layers.h"
#include "providers/spec.h"
#include "unit/providers/world.h"

namespace {

base::Result<providers::Spec> read(const std::string& name) {
  const auto layers = providers::Layers::open("");
  config::Node stanza;
  stanza.v = config::Node::Table{};
  auto node = layers->resolve(name, stanza);
  if (!node) return node.error();
  return providers::read_spec(*node, name, false);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(providers_catalogue, world::World)
BOOST_DATA_TEST_CASE(every_file_is_right_and_complete, boost::unit_test::data::make(providers::catalogue_names()), name) {
  const auto spec = read(name);
  BOOST_REQUIRE_MESSAGE(spec, (spec ? "" : spec.error().say));
  BOOST_TEST(!spec->title.empty());
  BOOST_TEST(!spec->docs.empty());
  const auto client = spec->variables.find("client_id");
  BOOST_TEST((client == spec->variables.end() || client->second == "anonymous"), "a file holds no client");
  for (const auto& [setting, says] : spec->settings) BOOST_TEST(!says.help.empty(), setting);
}
BOOST_AUTO_TEST_CASE(its_names_are_sorted) {
  const auto names = providers::catalogue_names();
  BOOST_TEST(names.size() > 5u);
  BOOST_TEST(std::is_sorted(names.begin(), names.end()));
}
BOOST_AUTO_TEST_CASE(every_name_of_python_social_auth_is_in_it) {
  std::ifstream file{std::filesystem::path{__FILE__}.parent_path() / "../../data/catalogue.json"};
  std::stringstream text;
  text << file.rdbuf();
  const auto facts = json::Document::parse(text.str(), {.bytes = 4 << 20});
  BOOST_REQUIRE(bool{facts});
  std::set<std::string_view> theirs;
  for (std::size_t i = 0; i < facts->root().size(); ++i) theirs.insert(facts->root().at(i)["name"].string().value_or(""));
  BOOST_TEST(theirs.size() == 217u);
  const auto ours = providers::catalogue_names();
  for (const auto name : theirs) BOOST_TEST(std::binary_search(ours.begin(), ours.end(), name), name);
}
BOOST_AUTO_TEST_CASE(a_folder_adds_to_the_catalogue_and_overrides_it) {
  const auto folder = std::filesystem::temp_directory_path() / "latchstring-providers-test";
  std::filesystem::create_directories(folder);
  std::ofstream{folder / "mine.toml"}
      << "title = \"Mine\"\nkind = \"gitlab\"\n[settings]\napi_url = { default = \"https://mine.example\", help = \"x\" }\n";
  std::ofstream{folder / "discord.toml"} << "title = \"Other\"\nkind = \"gitlab\"\n";
  std::ofstream{folder / "notes.txt"} << "no provider";
  auto broker =
      open("[providers.mine]\nclient_id = \"c\"\nclient_secret = \"s\"\n[providers.discord]\nclient_id = \"c\"\nclient_secret = \"s\"\n",
           folder.string());
  std::filesystem::remove_all(folder);
  BOOST_REQUIRE_MESSAGE(broker, (broker ? "" : broker.error().say));
  BOOST_TEST(broker->list()[0].title == "Other");
  BOOST_TEST(broker->begin("mine", start())->authorization_url.starts_with("https://mine.example/oauth/authorize?"));
}
BOOST_AUTO_TEST_CASE(a_folder_that_cannot_be_read_stops_the_start) {
  const auto broker = open("[providers.github]\nclient_id = \"c\"\nclient_secret = \"s\"\n", "/nonexistent/folder");
  BOOST_REQUIRE(!broker);
  BOOST_TEST(broker.error().say.find("providers_dir: /nonexistent/folder") != std::string::npos);
}
BOOST_AUTO_TEST_SUITE_END()
