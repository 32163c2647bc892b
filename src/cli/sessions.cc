// sessions.cc: `latchstring sessions list USER`, `end ID` and `end-all USER`: for the one who is called when a phone was stolen.
#include <cstdio>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/instance.h"
#include "cli/printable.h"

namespace cli {
namespace {

int print_sessions(Instance& in, std::int64_t user) {
  const auto found = in.store.sessions(user);
  if (!found) return complain(found.error());
  for (const auto& s : *found) {
    std::printf("%-8lld %-7s %-20s used %s  until %s  from %-15s %s\n", static_cast<long long>(s.id), s.by_cookie ? "browser" : "tokens",
                printable(s.provider).c_str(), readable(s.used).c_str(), readable(s.expires).c_str(), printable(s.remote_addr).c_str(),
                printable(s.user_agent).c_str());
  }
  if (found->empty()) std::printf("user %lld is not signed in anywhere\n", static_cast<long long>(user));
  return 0;
}

int end_one(Instance& in, std::int64_t session) {
  const auto found = in.store.find_session(session);
  if (!found) return complain(found.error());
  if (!*found || (*found)->ended)
    return complain({base::Code::not_found, "there is no session " + std::to_string(session) + ", or it has ended", ""});
  if (const auto done = in.store.end_session(session); !done) return complain(done.error());
  std::printf("session %lld of user %lld: ended\n", static_cast<long long>(session), static_cast<long long>((*found)->user));
  return 0;
}

int end_all(Instance& in, std::int64_t user) {
  const auto done = in.store.end_sessions(user);
  if (!done) return complain(done.error());
  std::printf("user %lld: %lld sessions ended\n", static_cast<long long>(user), static_cast<long long>(*done));
  return 0;
}

}  // namespace

int run_sessions(const std::string& config_file, SessionAct act, std::int64_t id) {
  const auto in = open_instance(config_file);
  if (!in) return complain(in.error());
  switch (act) {
    case SessionAct::list: return print_sessions(**in, id);
    case SessionAct::end: return end_one(**in, id);
    case SessionAct::end_all: return end_all(**in, id);
  }
  return 1;
}

}  // namespace cli
