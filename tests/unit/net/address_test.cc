// Which addresses a URL out of a document may reach. Blocks: RFC 6890 and the IANA special-purpose address registries.
#include "net/address.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>
#include <string>

namespace {

struct Row {
  const char* why;
  const char* address;
  bool is_public;
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why << ": " << r.address; }

const Row rows[] = {
    {"a public host", "8.8.8.8", true},
    {"a public host", "2606:4700::1111", true},
    {"this network (RFC 791)", "0.0.0.0", false},
    {"this network, not only its zero", "0.1.2.3", false},
    {"private (RFC 1918)", "10.0.0.1", false},
    {"below 172.16/12", "172.15.255.255", true},
    {"first of 172.16/12", "172.16.0.0", false},
    {"last of 172.16/12", "172.31.255.255", false},
    {"above 172.16/12", "172.32.0.0", true},
    {"private (RFC 1918)", "192.168.1.1", false},
    {"carrier NAT (RFC 6598), first", "100.64.0.0", false},
    {"carrier NAT, last", "100.127.255.255", false},
    {"above carrier NAT", "100.128.0.0", true},
    {"loopback", "127.0.0.1", false},
    {"loopback is the whole /8", "127.255.0.9", false},
    {"cloud metadata, link-local (RFC 3927)", "169.254.169.254", false},
    {"IETF assignments", "192.0.0.8", false},
    {"documentation (RFC 5737)", "192.0.2.1", false},
    {"documentation", "198.51.100.1", false},
    {"documentation", "203.0.113.1", false},
    {"6to4 relay (RFC 7526)", "192.88.99.1", false},
    {"benchmark (RFC 2544)", "198.19.0.1", false},
    {"multicast", "224.0.0.1", false},
    {"reserved", "240.0.0.1", false},
    {"broadcast", "255.255.255.255", false},
    {"unspecified", "::", false},
    {"loopback", "::1", false},
    {"mapped loopback", "::ffff:127.0.0.1", false},
    {"mapped private", "::ffff:10.1.1.1", false},
    {"mapped metadata", "::ffff:169.254.169.254", false},
    {"mapped public", "::ffff:8.8.8.8", true},
    {"IPv4-compatible, deprecated (RFC 4291 2.5.5.1)", "::127.0.0.1", false},
    {"NAT64 of a private address (RFC 6052)", "64:ff9b::10.0.0.1", false},
    {"NAT64 of a public address", "64:ff9b::8.8.8.8", true},
    {"local NAT64 (RFC 8215)", "64:ff9b:1::1", false},
    {"discard (RFC 6666)", "100::1", false},
    {"Teredo carries IPv4", "2001:0:7f00:1::1", false},
    {"above 2001::/23", "2001:200::1", true},
    {"documentation (RFC 3849)", "2001:db8::1", false},
    {"6to4 of a private address", "2002:a00:1::1", false},
    {"documentation (RFC 9637)", "3fff:fff::1", false},
    {"unique local (RFC 4193)", "fd00::1", false},
    {"unique local", "fc00::1", false},
    {"link-local", "fe80::1", false},
    {"site-local, deprecated (RFC 3879)", "fec0::1", false},
    {"multicast", "ff02::1", false},
    {"not an address", "provider.example", false},
    {"an address with a port", "8.8.8.8:80", false},
    {"nothing", "", false},
};

struct Loop {
  const char* address;
  bool loopback;
};
std::ostream& operator<<(std::ostream& os, const Loop& r) { return os << r.address; }
const Loop loops[] = {{"127.0.0.1", true}, {"127.8.9.10", true}, {"::1", true},  {"::ffff:127.0.0.1", true}, {"128.0.0.1", false},
                      {"10.0.0.1", false}, {"::", false},        {"::2", false}, {"::ffff:10.0.0.1", false}, {"localhost", false}};

}  // namespace

BOOST_AUTO_TEST_SUITE(net_address)

BOOST_DATA_TEST_CASE(only_what_is_globally_reachable_is_public, boost::unit_test::data::make(rows), row) {
  BOOST_TEST(net::allows(net::Reach::public_only, std::string{row.address}) == row.is_public);
}
BOOST_DATA_TEST_CASE(plain_http_stays_on_the_machine, boost::unit_test::data::make(loops), row) {
  BOOST_TEST(net::allows(net::Reach::loopback_only, std::string{row.address}) == row.loopback);
}
BOOST_AUTO_TEST_CASE(a_configured_host_may_be_anywhere) { BOOST_TEST(net::allows(net::Reach::any, std::string{"10.0.0.1"})); }
BOOST_AUTO_TEST_CASE(another_family_is_never_public) {
  sockaddr a{};
  a.sa_family = AF_UNIX;
  BOOST_TEST(!net::is_public(a));
  BOOST_TEST(!net::is_loopback(a));
}

BOOST_AUTO_TEST_SUITE_END()
