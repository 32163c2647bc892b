#include "pages/language.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

BOOST_AUTO_TEST_SUITE(pages_language)

struct Row {
  const char* why;
  std::string accept;
  std::string_view tag;
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }
const Row rows[] = {
    {"no header", "", "en"},
    {"one language", "de", "de"},
    {"its region does not matter", "de-AT", "de"},
    {"neither does case", "DE-at", "de"},
    {"what browsers send", "fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5", "fr"},
    {"the highest quality wins, wherever it stands", "en;q=0.5, pl;q=0.8", "pl"},
    {"of equals the first one", "es, pt", "es"},
    {"a language that we have not is passed over", "nl, sv;q=0.9, pt-BR;q=0.3", "pt"},
    {"only such", "nl, sv", "en"},
    {"anything", "*", "en"},
    {"anything, but rather Japanese", "*;q=0.1, ja", "ja"},
    {"not wanted (12.4.2)", "de;q=0, fr;q=0.1", "fr"},
    {"nothing wanted", "de;q=0", "en"},
    {"simplified Chinese", "zh-CN", "zh-Hans"},
    {"by its script", "zh-Hans-SG", "zh-Hans"},
    {"traditional Chinese is nearer to it than English", "zh-TW", "zh-Hans"},
    {"spaces", "  de ;q=0.3 ,\tja ; q=0.4 ", "ja"},
    {"a weight that is none counts as 0", "de;q=x, ja;q=0.1", "ja"},
    {"a weight above 1 is 1", "de;q=1.9", "de"},
    {"four digits are none", "de;q=0.1234, ja;q=0.1", "ja"},
    {"another parameter is none", "de;level=1, ja;q=0.1", "ja"},
    {"empty ranges", ",,;q=1,de", "de"},
    {"a prefix is not enough", "deu", "en"},
    {"nor the beginning of one", "d", "en"},
    {"the 33rd range is not read", std::string(64, ',') + "de", "en"},
    {"neither is the 1001st byte", std::string(1000, ' ') + "de", "en"},
};
BOOST_DATA_TEST_CASE(the_language_is_the_one_most_wanted, boost::unit_test::data::make(rows), row) {
  BOOST_TEST(pages::pick_language(row.accept).tag == row.tag);
}

BOOST_AUTO_TEST_CASE(every_language_has_the_same_texts_and_english_is_first) {
  const auto all = pages::languages();
  BOOST_TEST_REQUIRE(all.size() == 8u);
  BOOST_TEST(all.front().tag == "en");
  for (const auto& language : all) {
    BOOST_TEST_REQUIRE(language.texts.size() == all.front().texts.size());
    for (std::size_t i = 0; i < language.texts.size(); ++i) {
      const auto& [key, text] = language.texts[i];
      BOOST_TEST(key == all.front().texts[i].key);
      BOOST_TEST(pages::text_of(language, key) == text);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_text_that_is_not_there_is_empty) { BOOST_TEST(pages::text_of(pages::languages().front(), "no.text").empty()); }

struct Trouble {
  const char* why;
  const char* text;
  int status;
  std::string_view key;
};
std::ostream& operator<<(std::ostream& os, const Trouble& r) { return os << r.why; }
const Trouble troubles[] = {
    {"by its text", "Authentication process canceled", 400, "advice.refused"},
    {"whatever the case", "Missing STATE parameter", 400, "advice.state"},
    {"text before status", "User inactive or deleted.", 404, "advice.inactive"},
    {"by its status", "", 503, "advice.busy"},
    {"neither", "Something else", 418, "advice.other"},
};
BOOST_DATA_TEST_CASE(advice_is_by_text_then_by_status, boost::unit_test::data::make(troubles), row) {
  BOOST_TEST(pages::advice_for(row.text, row.status) == row.key);
}

BOOST_AUTO_TEST_SUITE_END()
