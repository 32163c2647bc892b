// TLS: a provider is who its certificate says, by a CA that is trusted. The server is `openssl s_server` with a certificate made for the
// run.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>

#include "net/curl_client.h"
#include "unit/crypto/client_certificates.h"
#include "unit/net/server.h"

extern char** environ;

namespace {

struct Directory {
  std::string path;
  Directory() {
    char name[] = "/tmp/latchstring-tls.XXXXXX";
    if (!mkdtemp(name)) std::abort();
    path = name;
  }
  ~Directory() { std::filesystem::remove_all(path); }
};

/// A program whose standard output we read; ended and waited for when it goes.
class Program {
  pid_t pid_ = -1;
  int out_ = -1;

 public:
  explicit Program(std::vector<std::string> words) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, ends[1], 1);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    std::vector<char*> argv;
    for (auto& w : words) argv.push_back(w.data());
    argv.push_back(nullptr);
    if (posix_spawnp(&pid_, argv[0], &files, nullptr, argv.data(), environ) != 0) pid_ = -1;
    posix_spawn_file_actions_destroy(&files);
    close(ends[1]);
    out_ = ends[0];
  }
  ~Program() {
    close(out_);
    if (pid_ > 0) kill(pid_, SIGKILL);
    wait();
  }
  int wait() {
    int status = -1;
    if (pid_ > 0) waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }
  /// What follows `mark` up to the end of its line; "" if the program ends without saying it.
  std::string after(const std::string& mark) {
    std::string seen;
    char c = 0;
    while (read(out_, &c, 1) == 1) {
      seen += c;
      const auto at = seen.find(mark);
      if (c == '\n' && at != std::string::npos) return seen.substr(at + mark.size(), seen.size() - at - mark.size() - 1);
    }
    return {};
  }
};

/// A certificate for `name` that is its own CA: NAME.pem and NAME.key in `dir`.
std::string certificate(const Directory& dir, const std::string& name) {
  const auto base = dir.path + '/' + name;
  Program make{{"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=" + name, "-addext", "subjectAltName=DNS:" + name, "-keyout", base + ".key", "-out", base + ".pem"}};
  BOOST_REQUIRE(make.wait() == 0);
  return base;
}

struct Provider {
  Directory dir;
  std::string base = certificate(dir, "localhost"), stranger = certificate(dir, "stranger");
  Program server;
  std::string port;

  explicit Provider(std::vector<std::string> more = {}) : server(command(std::move(more))), port(server.after("ACCEPT 127.0.0.1:")) {
    BOOST_REQUIRE(!port.empty());
  }
  std::vector<std::string> command(std::vector<std::string> more) const {
    std::vector<std::string> words{"openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", base + ".pem", "-key", base + ".key", "-www"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  /// "" if the call went well, else why not.
  std::string call(const std::string& host, const std::string& ca) const {
    net::CurlOptions options;
    options.ca_file = ca;
    const auto client = net::CurlClient::open(std::move(options));
    BOOST_REQUIRE(client);
    const auto answer = (*client)->send({.url = "https://" + host + ":" + port + "/"});
    return answer ? "" : answer.error().detail;
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(net_tls)

BOOST_AUTO_TEST_CASE(a_provider_is_who_its_certificate_says) {
  const Provider p;
  BOOST_TEST(p.call("localhost", p.base + ".pem") == "");
  const auto other_name = p.call("127.0.0.1", p.base + ".pem");  // the certificate names localhost only (RFC 6125 6.4)
  BOOST_TEST(other_name.starts_with("tls: SSL: no alternative certificate subject name matches"), other_name);
  const auto other_ca = p.call("localhost", p.stranger + ".pem");
  BOOST_TEST(other_ca.starts_with("tls: SSL certificate problem"), other_ca);
  BOOST_TEST(other_ca.ends_with(", localhost"), other_ca);
  BOOST_TEST(p.call("localhost", "").starts_with("tls: SSL certificate problem"));  // the system's CAs
}

BOOST_AUTO_TEST_CASE(calls_that_waited_for_streams_go_on_where_there_are_none) {  // s_server speaks HTTP/1.0, one connection at a time
  const Provider p;
  net::CurlOptions options;
  options.ca_file = p.base + ".pem";
  const auto client = net::CurlClient::open(options);
  BOOST_REQUIRE(client);
  std::atomic<int> good{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 24; ++i)
      threads.emplace_back([&] { good += static_cast<bool>((*client)->send({.url = "https://localhost:" + p.port + "/"})); });
  }
  BOOST_TEST(good == 24);
}

std::shared_ptr<const net::ClientCertificate> certificate_of(const std::string& pem, const std::string& key) {
  return std::make_shared<const net::ClientCertificate>(net::ClientCertificate{base::Secret{pem}, base::Secret{key}});
}

/// Whose certificate the server has seen, by its page; "none", or why there is no page.
std::string seen(net::Client& client, const Provider& p, std::shared_ptr<const net::ClientCertificate> own) {
  const auto answer = client.send({.url = "https://localhost:" + p.port + "/", .certificate = std::move(own)});
  if (!answer) return answer.error().detail.substr(0, answer.error().detail.find(':'));
  for (const std::string name : {"client of the tests", "another of the tests"}) {
    if (answer->body.find("Subject: CN=" + name) != std::string::npos) return name;
  }
  return "none";
}

BOOST_AUTO_TEST_CASE(a_client_certificate_is_shown_with_the_call_that_has_it_and_no_other) {  // RFC 8705
  const Provider p{{"-verify", "1"}};                                                         // asks, and takes what comes
  net::CurlOptions options;
  options.ca_file = p.base + ".pem";
  const auto client = net::CurlClient::open(options);
  BOOST_REQUIRE(client);
  namespace own = client_certificates;
  const auto one = certificate_of(own::kCertificate, own::kKey), other = certificate_of(own::kOther, own::kOtherKey);
  for (int i = 0; i < 3; ++i) {  // sessions and handles of one call must not carry its certificate into the next
    BOOST_TEST(seen(**client, p, one) == "client of the tests");
    BOOST_TEST(seen(**client, p, other) == "another of the tests");
    BOOST_TEST(seen(**client, p, nullptr) == "none");
  }
  BOOST_TEST(seen(**client, p, certificate_of(own::kCertificate, own::kOtherKey)) == "tls");  // halves that do not fit
  BOOST_TEST(seen(**client, p, certificate_of("no PEM", own::kKey)) == "tls");
}

BOOST_AUTO_TEST_CASE(without_a_certificate_a_server_that_insists_hangs_up) {
  const Provider p{{"-Verify", "1"}};
  net::CurlOptions options;
  options.ca_file = p.base + ".pem";
  const auto client = net::CurlClient::open(options);
  BOOST_REQUIRE(client);
  BOOST_TEST(seen(**client, p, certificate_of(client_certificates::kCertificate, client_certificates::kKey)) == "client of the tests");
  const auto without = seen(**client, p, nullptr);
  BOOST_TEST((without == "tls" || without == "protocol"), without);  // TLS 1.3: the refusal comes after the handshake
}

BOOST_AUTO_TEST_CASE(old_tls_is_refused) {  // RFC 8996
  const Provider p{{"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"}};
  const auto why = p.call("localhost", p.base + ".pem");
  BOOST_TEST(why.starts_with("tls: "), why);
}

BOOST_AUTO_TEST_CASE(plain_text_is_no_tls) {
  net_test::Server server{[](net_test::Connection& c) { c.readable(5000) && c.write("HTTP/1.1 400 Bad Request\r\n\r\n"); }};
  const auto client = net::CurlClient::open({});
  BOOST_REQUIRE(client);
  const auto answer = (*client)->send({.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/"});
  BOOST_REQUIRE(!answer);
  BOOST_TEST(answer.error().detail.starts_with("tls: "), answer.error().detail);
}

BOOST_AUTO_TEST_SUITE_END()
