// The real client against providers that misbehave. Loopback only; each row is over in a moment, the slow ones after their 200 ms.
#include "net/curl_client.h"

#include <atomic>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <future>
#include <latch>
#include <ostream>

#include "fake/clock.h"
#include "unit/net/server.h"

using namespace std::chrono_literals;
using namespace net_test;
using namespace std::string_literals;

namespace {

std::unique_ptr<net::CurlClient> client(net::CurlOptions options = {}) {
  auto made = net::CurlClient::open(std::move(options));
  BOOST_REQUIRE(made);
  return std::move(*made);
}
net::CurlOptions short_time() {
  net::CurlOptions o;
  o.timeout = 200ms;
  return o;
}
std::string sized(const std::string& body, const std::string& more = "") {
  return "HTTP/1.1 200 OK\r\n" + more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
std::string many(const std::string& s, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += s;
  return out;
}
/// "" or the detail of the failure.
std::string failure(const base::Result<net::Response>& r) { return r ? "" : r.error().detail; }

/// "hello" as gzip (RFC 1952).
const std::string gzip_hello = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00\x00"s;

struct Row {
  const char* why;
  Server::Script script;
  const char* detail;  // how the failure begins
};
std::ostream& operator<<(std::ostream& os, const Row& r) { return os << r.why; }

const Row faults[] = {
    {"a body above the limit, announced", once("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"), "too large: "},
    {"a body above the limit, chunked, never ending",
     [](Connection& c) {
       c.read_request();
       c.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
       while (c.write("400\r\n" + std::string(1024, 'x') + "\r\n")) {
       }
     },
     "too large: body"},
    {"a body above the limit, until close", once("HTTP/1.1 200 OK\r\n\r\n" + std::string(5000, 'x')), "too large: body"},
    {"one header line above 64 KiB", once("HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n"), "too large: headers"},
    {"many headers above 64 KiB", once("HTTP/1.1 200 OK\r\n" + many("X-Fill: " + std::string(1000, 'x') + "\r\n", 70) + "\r\n"),
     "too large: headers"},
    {"interim answers without end", once(many("HTTP/1.1 103 Early Hints\r\nLink: " + std::string(1000, 'x') + "\r\n\r\n", 70)),
     "too large: headers"},
    {"trailers above 64 KiB",
     once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + many("X: " + std::string(1000, 'x') + "\r\n", 70) + "\r\n"),
     "too large: headers"},
    {"an answer that stops half-way", once("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), "protocol: "},
    {"headers that stop half-way", once("HTTP/1.1 200 OK\r\nContent-Le"), "protocol: "},
    {"a chunked body without its last chunk", once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"), "protocol: "},
    {"a chunk size that is none", once("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf\r\n"), "protocol: "},
    {"a length that is none", once("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhalf"), "protocol: "},
    {"no HTTP at all", once("SSH-2.0-OpenSSH_9.2\r\n"), "protocol: "},
    {"HTTP/0.9", once("hello"), "protocol: "},
    {"nothing", once(""), "protocol: "},
    {"a coding that was not asked for", once("HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-Length: 4\r\n\r\nabcd"),
     "protocol: content coding"},
    {"codings on top of each other", once("HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: 4\r\n\r\nabcd"),
     "protocol: content coding"},
    {"gzip that is none", once("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"), "protocol: "},
    {"no answer",
     [](Connection& c) {
       c.read_request();
       c.readable(5000);
     },
     "timeout: "},
    {"headers, then no body",
     [](Connection& c) {
       c.read_request();
       c.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
       c.readable(5000);
     },
     "timeout: "},
    {"a byte now and then for ever",
     [](Connection& c) {
       c.read_request();
       c.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
       while (!c.readable(20) && c.write("x")) {
       }
     },
     "timeout: "},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(net_curl_client)

BOOST_DATA_TEST_CASE(an_answer_that_is_not_right_is_an_upstream_error, boost::unit_test::data::make(faults), row) {
  Server server{row.script};
  auto options = short_time();
  if (!std::string_view{row.detail}.starts_with("timeout")) options.timeout = 5s;
  options.max_response = 4096;
  const auto answer = client(options)->send({.url = server.url("/token?code=s3cret")});
  BOOST_REQUIRE(!answer);
  BOOST_TEST((answer.error().code == base::Code::upstream));
  BOOST_TEST(failure(answer).starts_with(row.detail), failure(answer));
  BOOST_TEST(failure(answer).ends_with(", 127.0.0.1"), failure(answer));
  BOOST_TEST(failure(answer).find("s3cret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_answer_comes_as_it_was_sent) {
  Server server{
      always("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 418 Teapot\r\nContent-Type: text/plain\r\nX-Two:  a \r\nX-Two: "
             "b\r\nContent-Length: 5\r\n\r\nhello")};
  const auto answer = client()->send({.url = server.url()});
  BOOST_REQUIRE(answer);
  BOOST_TEST(answer->status == 418);
  BOOST_TEST(answer->body == "hello");
  BOOST_TEST(answer->header("content-type") == "text/plain");
  BOOST_TEST(answer->header("x-two") == "a");
  BOOST_TEST(answer->header("x-early") == "");
}

BOOST_AUTO_TEST_CASE(the_request_goes_as_it_was_given) {
  std::promise<std::string> seen;
  Server server{[&](Connection& c) {
    seen.set_value(c.read_request());
    c.write(sized("{}"));
  }};
  BOOST_REQUIRE(client()->send({.method = "POST",
                                .url = server.url("/t?a=b"),
                                .headers = {{"Accept", "application/json"}, {"X-Empty", ""}},
                                .body = "code=1&x=\0"s}));
  const auto text = seen.get_future().get();
  BOOST_TEST(text.starts_with("POST /t?a=b HTTP/1.1\r\n"), text);
  BOOST_TEST(text.find("\r\nUser-Agent: latchstring/") != std::string::npos, text);
  BOOST_TEST(text.find("\r\nAccept: application/json\r\n") != std::string::npos, text);
  BOOST_TEST(text.find("\r\nX-Empty:\r\n") != std::string::npos, text);
  BOOST_TEST(text.find("Expect") == std::string::npos, text);
  BOOST_TEST(text.ends_with("\r\n\r\ncode=1&x=\0"s), text);
}

struct Method {
  const char *method, *body, *line;
};
std::ostream& operator<<(std::ostream& os, const Method& m) { return os << m.method << " with '" << m.body << "'"; }
const Method methods[] = {
    {"DELETE", "", "DELETE / HTTP"}, {"PUT", "x", "PUT / HTTP"}, {"HEAD", "", "HEAD / HTTP"}, {"POST", "", "POST / HTTP"}};
BOOST_DATA_TEST_CASE(every_method_is_sent_as_it_is, boost::unit_test::data::make(methods), row) {
  std::promise<std::string> seen;
  Server server{[&](Connection& c) {
    seen.set_value(c.read_request());
    c.write("HTTP/1.1 204 No Content\r\n\r\n");
  }};
  const auto answer = client()->send({.method = row.method, .url = server.url(), .body = row.body});
  BOOST_REQUIRE(answer);
  BOOST_TEST(answer->status == 204);
  BOOST_TEST(seen.get_future().get().starts_with(row.line));
}

BOOST_AUTO_TEST_CASE(trailers_are_no_headers) {
  Server server{always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Late\r\n\r\n2\r\nok\r\n0\r\nX-Late: 1\r\n\r\n")};
  const auto answer = client()->send({.url = server.url()});
  BOOST_REQUIRE(answer);
  BOOST_TEST(answer->body == "ok");
  BOOST_TEST(answer->header("x-late") == "");
}

BOOST_AUTO_TEST_CASE(a_compressed_answer_is_read) {
  Server server{always(sized(gzip_hello, "Content-Encoding: gzip\r\n"))};
  const auto answer = client()->send({.url = server.url()});
  BOOST_REQUIRE(answer);
  BOOST_TEST(answer->body == "hello");
}

BOOST_AUTO_TEST_CASE(decoded_bytes_are_what_counts) {
  Server server{always(sized(gzip_hello, "Content-Encoding: gzip\r\n"))};
  BOOST_TEST(failure(client()->send({.url = server.url(), .max_response = 4})).starts_with("too large"));
}

BOOST_AUTO_TEST_CASE(a_body_of_exactly_the_limit_passes) {
  Server server{always(sized(std::string(4096, 'x')))};
  const auto c = client();
  BOOST_TEST(failure(c->send({.url = server.url(), .max_response = 4096})) == "");
  BOOST_TEST(failure(c->send({.url = server.url(), .max_response = 4095})).starts_with("too large"));
}

BOOST_AUTO_TEST_CASE(the_clients_limit_goes_before_the_requests) {
  Server server{always(sized(std::string(4096, 'x')))};
  net::CurlOptions options;
  options.max_response = 4095;
  BOOST_TEST(failure(client(options)->send({.url = server.url(), .max_response = 1 << 20})).starts_with("too large"));
}

BOOST_AUTO_TEST_CASE(connections_are_kept) {
  Server server{always(sized("{}"))};
  const auto c = client();
  for (int i = 0; i < 5; ++i) BOOST_REQUIRE(c->send({.url = server.url()}));
  BOOST_TEST(server.connections() == 1);
}

BOOST_AUTO_TEST_CASE(a_kept_connection_that_died_is_replaced) {
  Server server{once(sized("{}"))};  // hangs up after each answer without saying so
  const auto c = client();
  for (int i = 0; i < 5; ++i) BOOST_TEST(failure(c->send({.method = "POST", .url = server.url(), .body = "a=b"})) == "");
}

BOOST_AUTO_TEST_CASE(a_redirect_is_an_answer_unless_asked_for) {
  Server server{always("HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1/x\r\nContent-Length: 0\r\n\r\n")};
  const auto answer = client()->send({.url = server.url()});
  BOOST_REQUIRE(answer);
  BOOST_TEST(answer->status == 302);
}

BOOST_AUTO_TEST_CASE(a_redirect_to_plain_http_is_refused) {
  Server server{always("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n")};  // even on loopback
  BOOST_TEST(failure(client()->send({.url = server.url(), .redirects = 3})) == "refused: redirect to http, 127.0.0.1");
}

BOOST_AUTO_TEST_CASE(a_redirect_to_another_host_may_not_be_private) {
  Server server{always("HTTP/1.1 302 Found\r\nLocation: https://10.0.0.1/x\r\nContent-Length: 0\r\n\r\n")};
  BOOST_TEST(failure(client()->send({.url = server.url(), .redirects = 1})) == "refused: private address, 10.0.0.1");
}

BOOST_AUTO_TEST_CASE(a_post_is_not_redirected) {
  Server server{always("HTTP/1.1 307 Again\r\nLocation: https://10.0.0.1/x\r\nContent-Length: 0\r\n\r\n")};
  const auto answer = client()->send({.method = "POST", .url = server.url(), .body = "code=1", .redirects = 3});
  BOOST_REQUIRE(answer);
  BOOST_TEST(answer->status == 307);
}

const std::string private_urls[] = {"https://10.1.2.3/",
                                    "https://192.168.0.1/",
                                    "https://169.254.169.254/latest",
                                    "https://[fd00::1]/",
                                    "https://[::ffff:10.0.0.1]/",
                                    "https://0.0.0.0/",
                                    "https://2130706433/",
                                    "https://0x7f.1/",
                                    "https://0177.0.0.1/"};
BOOST_DATA_TEST_CASE(a_private_address_out_of_a_document_is_refused, boost::unit_test::data::make(private_urls), url) {
  BOOST_TEST(failure(client()->send({.url = url, .private_addresses = false})).starts_with("refused: private address"), url);
}

BOOST_AUTO_TEST_CASE(a_connection_kept_by_a_trusted_call_is_no_way_around) {
  Server server{always(sized("{}"))};
  const auto c = client();
  const auto url = "http://127.0.0.1:" + std::to_string(server.port());
  BOOST_REQUIRE(c->send({.url = url}));
  BOOST_TEST(failure(c->send({.url = url, .private_addresses = false})).starts_with("refused: private address"));
}

BOOST_AUTO_TEST_CASE(nobody_listens) {
  std::uint16_t port = 0;
  { port = Server{always("")}.port(); }
  BOOST_TEST(failure(client()->send({.url = "http://127.0.0.1:" + std::to_string(port)})).starts_with("connect: "));
}

BOOST_AUTO_TEST_CASE(no_such_name) {
  BOOST_TEST(failure(client()->send({.url = "https://no-such-host.invalid/"})).starts_with("dns: "));  // RFC 6761 6.4
}

BOOST_AUTO_TEST_CASE(more_calls_than_allowed_are_busy) {
  std::latch held{1}, go{1};
  Server server{[&](Connection& c) {
    c.read_request();
    held.count_down();
    go.wait();
    c.write(sized("{}"));
  }};
  const fake::Clock clock;
  const base::Log log{-1, base::Level::error, clock};
  base::Metrics metrics;
  base::Limits limits{log, metrics, clock};
  net::CurlOptions options;
  options.max_in_flight = 1;
  options.limits = &limits;
  const auto c = client(options);
  auto first = std::async(std::launch::async, [&] { return failure(c->send({.url = server.url()})); });
  held.wait();
  const auto second = c->send({.url = server.url()});
  go.count_down();
  BOOST_REQUIRE(!second);
  BOOST_TEST((second.error().code == base::Code::busy));
  BOOST_TEST(metrics.render().find("latchstring_limit_hits_total{limit=\"upstream.max_calls\"} 1\n") != std::string::npos);
  BOOST_TEST(first.get() == "");
}

BOOST_AUTO_TEST_CASE(waiting_calls_end_with_the_client) {
  std::latch held{1};
  Server server{[&](Connection& c) {
    c.read_request();
    held.count_down();
    c.readable(10'000);
  }};
  auto c = client();
  auto* const raw = c.get();
  auto waiting = std::async(std::launch::async, [raw, url = server.url()] { return failure(raw->send({.url = url})); });
  held.wait();
  c.reset();
  BOOST_TEST(waiting.get() == "busy: shutting down");
}

BOOST_AUTO_TEST_CASE(threads_share_the_client) {
  Server one{always(sized("1"))}, two{always(sized("2"))};
  std::atomic<int> seen{0}, wrong{0};
  net::CurlOptions options;
  options.observe = [&](std::string_view host, std::string_view outcome, std::chrono::microseconds) {
    seen += host == "127.0.0.1" && outcome == "200";
  };
  {
    const auto c = client(options);
    std::vector<std::jthread> threads;
    for (int t = 0; t < 2; ++t)  // each server serves one connection at a time
      threads.emplace_back([&, t] {
        for (int i = 0; i < 50; ++i) {
          const auto answer = c->send({.url = (t ? two : one).url()});
          wrong += !answer || answer->body != (t ? "2" : "1");
        }
      });
  }
  BOOST_TEST(wrong == 0);
  BOOST_TEST(seen == 100);
}

BOOST_AUTO_TEST_CASE(the_environments_proxy_is_ignored) {
  Server server{always(sized("direct"))};
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  const auto answer = client()->send({.url = server.url()});
  unsetenv("http_proxy");
  BOOST_TEST(failure(answer) == "");
}

BOOST_AUTO_TEST_CASE(https_goes_through_the_proxy_by_connect) {
  std::promise<std::string> seen;
  Server proxy{[&](Connection& c) {
    seen.set_value(c.read_request());
    c.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  }};
  net::CurlOptions options;
  options.proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
  const auto answer = client(options)->send({.url = "https://provider.example/t", .headers = {{"Authorization", "Bearer s3cret"}}});
  const auto text = seen.get_future().get();
  BOOST_TEST(text.starts_with("CONNECT provider.example:443 HTTP/1.1\r\n"), text);
  BOOST_TEST(text.find("s3cret") == std::string::npos);
  BOOST_TEST(failure(answer) == "proxy: answered 403, provider.example");
}

BOOST_AUTO_TEST_CASE(literal_private_hosts_are_refused_before_the_proxy) {
  net::CurlOptions options;
  options.proxy = "http://127.0.0.1:1";
  for (const char* url : {"https://10.0.0.1/", "https://0x7f.1/", "https://2130706433/"})
    BOOST_TEST(failure(client(options)->send({.url = url, .private_addresses = false})).starts_with("refused: private address"), url);
}

struct Bad {
  const char* why;
  net::CurlOptions options;
};
std::ostream& operator<<(std::ostream& os, const Bad& b) { return os << b.why; }
const Bad bad[] = {
    {"no such file", {.ca_file = "/nonexistent/ca.pem"}},
    {"a file without a certificate", {.ca_file = "/dev/null"}},
    {"a proxy that speaks something else", {.proxy = "socks5://127.0.0.1:1080"}},
    {"a proxy that is no URL", {.proxy = "proxy:3128"}},
    {"a proxy with a path", {.proxy = "http://proxy:3128/x"}},
};
BOOST_DATA_TEST_CASE(a_wrong_option_stops_the_start, boost::unit_test::data::make(bad), row) {
  BOOST_TEST(!net::CurlClient::open(row.options));
}

BOOST_AUTO_TEST_SUITE_END()
