// multipart/form-data: text fields, files skipped, everything unusual refused.
#include "http/multipart.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>

namespace bdata = boost::unit_test::data;

namespace {

using Items = std::vector<std::pair<std::string, std::string>>;
constexpr const char* kType = "multipart/form-data; boundary=XX";
std::string part(const std::string& disposition, const std::string& value) {
  return "--XX\r\nContent-Disposition: " + disposition + "\r\n\r\n" + value + "\r\n";
}

struct GoodRow {
  const char* why;
  std::string type, body;
  Items items;
};
std::ostream& operator<<(std::ostream& os, const GoodRow& r) { return os << r.why; }
const GoodRow kGood[] = {
    {"two fields",
     kType,
     part("form-data; name=\"code\"", "c") + part("form-data; name=\"state\"", "s") + "--XX--\r\n",
     {{"code", "c"}, {"state", "s"}}},
    {"quoted boundary, other parameters, any case",
     "Multipart/Form-Data; charset=utf-8; Boundary=\"XX\"",
     part("form-data; name=\"a\"", "1") + "--XX--",
     {{"a", "1"}}},
    {"a name as a token", kType, part("form-data; name=a", "1") + "--XX--", {{"a", "1"}}},
    {"escaped quote in a name", kType, part("form-data; name=\"a\\\"b\"", "1") + "--XX--", {{"a\"b", "1"}}},
    {"name= inside another parameter's quotes is none", kType, part("form-data; x=\"; name=evil\"; name=a", "1") + "--XX--", {{"a", "1"}}},
    {"files are skipped",
     kType,
     part("form-data; name=\"f\"; filename=\"f.txt\"", "data") + part("form-data; name=\"a\"", "1") + "--XX--",
     {{"a", "1"}}},
    {"so are files with an encoded name", kType, part("form-data; name=\"f\"; filename*=utf-8''f", "data") + "--XX--", {}},
    {"line breaks and dashes in a value stay", kType, part("form-data; name=\"a\"", "1\r\n--X\r\n-") + "--XX--", {{"a", "1\r\n--X\r\n-"}}},
    {"empty value", kType, part("form-data; name=\"a\"", "") + "--XX--", {{"a", ""}}},
    {"a preamble and an epilogue", kType, "hello\r\n" + part("form-data; name=\"a\"", "1") + "--XX--\r\nbye", {{"a", "1"}}},
    {"padding after the boundary", kType, "--XX \t\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--XX--", {{"a", "1"}}},
    {"no parts at all", kType, "--XX--\r\n", {}},
    {"an identity encoding",
     kType,
     "--XX\r\nContent-Transfer-Encoding: 8bit\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--XX--",
     {{"a", "1"}}},
};

struct BadRow {
  const char* why;
  std::string type, body;
};
std::ostream& operator<<(std::ostream& os, const BadRow& r) { return os << r.why; }
const std::string kFine = part("form-data; name=\"a\"", "1") + "--XX--\r\n";
const BadRow kBad[] = {
    {"another type", "application/json", kFine},
    {"no boundary", "multipart/form-data", kFine},
    {"empty boundary", "multipart/form-data; boundary=", kFine},
    {"boundary with a line break", "multipart/form-data; boundary=\"X\r\nX\"", kFine},
    {"boundary over 70 characters (RFC 2046 5.1.1)", "multipart/form-data; boundary=" + std::string(71, 'X'),
     "--" + std::string(71, 'X') + "--"},
    {"an open quote", "multipart/form-data; boundary=\"XX", kFine},
    {"empty body", kType, ""},
    {"the boundary never comes", kType, "--YY--"},
    {"no closing delimiter: a truncated body", kType, part("form-data; name=\"a\"", "1")},
    {"cut within the headers", kType, "--XX\r\nContent-Disposition: form-data; name=a\r\n"},
    {"a longer boundary is not ours", kType, "--XXY\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--XXY--"},
    {"no name", kType, part("form-data", "1") + "--XX--"},
    {"not form-data", kType, part("attachment; name=\"a\"", "1") + "--XX--"},
    {"two dispositions", kType,
     "--XX\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; name=b\r\n\r\n1\r\n--XX--"},
    {"no disposition", kType, "--XX\r\nContent-Type: text/plain\r\n\r\n1\r\n--XX--"},
    {"a header line without a colon", kType, "--XX\r\nContent-Disposition\r\n\r\n1\r\n--XX--"},
    {"an encoded part (RFC 7578 4.7)", kType,
     "--XX\r\nContent-Disposition: form-data; name=a\r\nContent-Transfer-Encoding: base64\r\n\r\nMQ==\r\n--XX--"},
    {"text after a quoted name", kType, part("form-data; name=\"a\"b", "1") + "--XX--"},
    {"headers of a part over 2 KiB", kType,
     "--XX\r\nX: " + std::string(3000, 'x') + "\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--XX--"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(http_multipart)

BOOST_DATA_TEST_CASE(text_fields_are_found, bdata::make(kGood), row) {
  const auto form = http::parse_multipart(row.type, row.body);
  BOOST_REQUIRE(form.has_value());
  BOOST_TEST((form->items() == row.items));
}

BOOST_DATA_TEST_CASE(what_is_malformed_is_refused_whole, bdata::make(kBad), row) {
  BOOST_TEST(!http::parse_multipart(row.type, row.body).has_value());
}

BOOST_AUTO_TEST_CASE(a_hundred_parts_and_no_more) {
  std::string body;
  for (int i = 0; i < 100; ++i) body += part("form-data; name=\"a\"", "1");
  const auto fits = http::parse_multipart(kType, body + "--XX--");
  BOOST_REQUIRE(fits.has_value());
  BOOST_TEST(fits->items().size() == 100u);
  BOOST_TEST(!http::parse_multipart(kType, body + part("form-data; name=\"a\"", "1") + "--XX--").has_value());
}

BOOST_AUTO_TEST_CASE(every_truncation_is_refused) {
  const auto whole = part("form-data; name=\"code\"", "c") + "--XX--";
  BOOST_REQUIRE(http::parse_multipart(kType, whole).has_value());
  for (std::size_t n = 0; n < whole.size(); ++n) BOOST_TEST(!http::parse_multipart(kType, whole.substr(0, n)).has_value(), n);
}

BOOST_AUTO_TEST_SUITE_END()
