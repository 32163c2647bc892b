#include "demo/people.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

namespace {

struct Row {
  const char* why;
  const char* form;
  const char* sub;  // "" = refused; "?" = any
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }

const std::string long_name = "person=other&name=" + std::string(101, 'n');
const std::string long_email = "person=other&name=n&email=a@" + std::string(253, 'e');
const Row rows[] = {
    {"of the list", "person=alva", "alva"},
    {"typed in", "person=other&name=Zoe&email=zoe@example.com", "?"},
    {"typed in, without an address", "person=other&name=Zoe", "?"},
    {"nobody", "", ""},
    {"not of the list", "person=root", ""},
    {"list entries are whole names", "person=alv", ""},
    {"no name", "person=other&name=&email=zoe@example.com", ""},
    {"blank name", "person=other&name=+++", ""},
    {"name too long", long_name.c_str(), ""},
    {"address too long", long_email.c_str(), ""},
    {"control character in the name", "person=other&name=a%0Ab", ""},
    {"control character in the address", "person=other&name=a&email=a%00@example.com", ""},
    {"not UTF-8", "person=other&name=%ff", ""},
    {"no @", "person=other&name=a&email=example.com", ""},
    {"two @", "person=other&name=a&email=a@b@example.com", ""},
    {"nothing before the @", "person=other&name=a&email=@example.com", ""},
    {"nothing after the @", "person=other&name=a&email=a@", ""},
    {"blank in the address", "person=other&name=a&email=a+b@example.com", ""},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(demo_people)

BOOST_DATA_TEST_CASE(only_sound_choices, boost::unit_test::data::make(rows), row) {
  const auto who = demo::chosen(http::parse_form(row.form));
  const std::string_view want = row.sub;
  BOOST_TEST(bool(who) == !want.empty());
  if (who && want != "?") BOOST_TEST(who->sub == want);
  if (!who) BOOST_TEST(!who.error().say.empty());
}

BOOST_AUTO_TEST_CASE(one_of_the_list_has_an_unverified_address) {
  int unverified = 0;
  for (const auto& p : demo::people()) unverified += p.verified ? 0 : 1;
  BOOST_TEST(unverified == 1);
}

BOOST_AUTO_TEST_SUITE_END()
