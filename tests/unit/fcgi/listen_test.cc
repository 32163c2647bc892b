// The listening socket: made with its mode, stale ones replaced, live ones and other files left alone.
#include "fcgi/listen.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <ostream>

namespace bdata = boost::unit_test::data;

namespace {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "latchstring-listen-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(name.data()));
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string socket() const { return (path / "s.sock").string(); }
};

struct BadRow {
  const char* why;
  std::string where, says;
};
std::ostream& operator<<(std::ostream& os, const BadRow& r) { return os << r.why; }
const BadRow kBad[] = {
    {"port 0", "127.0.0.1:0", "port"},
    {"no port", "127.0.0.1:", "port"},
    {"port out of range", "127.0.0.1:65536", "port"},
    {"port with text", "127.0.0.1:90x", "port"},
    {"a name would need the network", "example.org:9000", "numeric"},
    {"no such folder", "/nonexistent/latchstring.sock", "No such file"},
    {"longer than a socket's path may be", "/tmp/" + std::string(120, 'x'), "longer"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fcgi_listen)

BOOST_DATA_TEST_CASE(a_place_that_cannot_be_is_one_line, bdata::make(kBad), row) {
  const auto listener = fcgi::Listener::open(row.where, 0660);
  BOOST_REQUIRE(!listener);
  BOOST_TEST(listener.error().say.find(row.says) != std::string::npos, listener.error().say);
  BOOST_TEST(listener.error().say.find('\n') == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_socket_file_has_its_mode_and_goes_with_the_listener, Folder) {
  struct stat file {};
  {
    const auto listener = fcgi::Listener::open(socket(), 0640);
    BOOST_REQUIRE(listener);
    BOOST_REQUIRE(stat(socket().c_str(), &file) == 0);
    BOOST_TEST((file.st_mode & 0777) == 0640u);
    BOOST_TEST(!listener->exposed());
  }
  BOOST_TEST(stat(socket().c_str(), &file) != 0);
}

BOOST_FIXTURE_TEST_CASE(a_live_socket_is_left_alone, Folder) {
  const auto first = fcgi::Listener::open(socket(), 0660);
  BOOST_REQUIRE(first);
  const auto second = fcgi::Listener::open(socket(), 0660);
  BOOST_REQUIRE(!second);
  BOOST_TEST(second.error().say == "cannot listen on " + socket() + ": another server is listening there");
  BOOST_TEST(std::filesystem::exists(socket()));
}

BOOST_FIXTURE_TEST_CASE(a_stale_socket_is_replaced, Folder) {
  {
    const auto dead = fcgi::Listener::open(socket(), 0660);
    BOOST_REQUIRE(dead);
    std::filesystem::rename(socket(), path / "kept");  // so that its end does not take the file along
  }
  std::filesystem::rename(path / "kept", socket());
  BOOST_TEST(bool(fcgi::Listener::open(socket(), 0660)));
}

BOOST_FIXTURE_TEST_CASE(a_file_that_is_no_socket_is_left_alone, Folder) {
  std::ofstream{socket()} << "precious";
  BOOST_TEST(!fcgi::Listener::open(socket(), 0660));
  BOOST_TEST(std::filesystem::file_size(socket()) == 8u);
}

BOOST_FIXTURE_TEST_CASE(a_successors_socket_outlives_its_predecessor, Folder) {
  std::optional<fcgi::Listener> first;
  auto opened = fcgi::Listener::open(socket(), 0660);
  BOOST_REQUIRE(opened);
  first.emplace(std::move(*opened));
  std::filesystem::remove(socket());
  const auto second = fcgi::Listener::open(socket(), 0660);
  BOOST_REQUIRE(second);
  first.reset();
  BOOST_TEST(std::filesystem::exists(socket()));
}

BOOST_AUTO_TEST_CASE(only_addresses_of_this_machine_are_not_exposed) {
  const auto somewhere = [](const std::string& host) {  // any free port
    for (int port = 42000; port < 42200; ++port)
      if (auto listener = fcgi::Listener::open(host + ":" + std::to_string(port), 0)) return std::optional<bool>{listener->exposed()};
    return std::optional<bool>{};
  };
  BOOST_TEST((somewhere("127.0.0.1") == false));
  BOOST_TEST((somewhere("") == false));
  BOOST_TEST((somewhere("localhost") == false));
  BOOST_TEST((somewhere("0.0.0.0") == true));
}

BOOST_AUTO_TEST_SUITE_END()
