// cookie_fuzz.cc: the Cookie headers of a request and what stands in ours: a session's cookie, a browser's, a flow's state. What
// is read is what was written, and nothing but its one spelling is read.
#include "fake/clock.h"
#include "fake/random.h"
#include "fuzz.h"
#include "http/request.h"
#include "http/response.h"
#include "token/session_cookie.h"
#include "token/state.h"

namespace {

struct Fixture {
  fake::Clock clock;
  fake::Random random;
  token::Master master = *token::Master::from_text(token::Master::make_text(random));
  std::string browser = token::make_browser(clock, random, master).text;
};

void read_all(const std::string& value, const Fixture& f) {
  if (const auto session = token::read_session_cookie(value)) HOLDS(value.size() == 54 && session->hash.size() == 32);
  if (const auto state = token::read_state(value, f.master)) HOLDS(state->text == value && state->seed.size() == 32);
  if (const auto browser = token::read_browser(value, f.master))
    HOLDS(browser->text == value && value == f.browser);  // nobody forges a MAC
  HOLDS(!token::proves(value, value));
  if (token::is_verifier(value)) HOLDS(value.size() >= 43 && value.size() <= 128);
  token::is_challenge(value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Fixture f;
  fuzz::Lines lines{fuzz::view(data, size)};
  http::Request request;
  while (!lines.empty() && request.headers.size() < 8) request.headers.emplace_back("cookie", lines.next());
  for (const auto* name : {"__Host-latchstring", "latchstring-flow", "a", ""}) {
    const auto value = request.cookie(name);
    HOLDS(value.find(';') == std::string::npos && value.find(", ") == std::string::npos);
    read_all(value, f);
  }
  read_all(std::string{fuzz::view(data, size)}, f);
  // Ours among whatever else a browser sends before it: still found, where nobody else took the name.
  http::Request more = request;
  more.headers.emplace_back("cookie", "x=1; latchstring-ours=" + f.browser + "; y=2");
  const auto before = request.cookie("latchstring-ours");
  const auto after = more.cookie("latchstring-ours");
  HOLDS(after == before || (before.empty() && after == f.browser));
  return 0;
}
