// explain.cc: `latchstring explain STATE|REQUEST-ID`: what became of a login. The state is what stands in the address of the provider's
// page or of the callback; a request id is what an answer's X-Request-Id and the log line say.
#include <cstdio>

#include "cli/commands.h"
#include "cli/instance.h"
#include "cli/printable.h"
#include "token/state.h"

namespace cli {
namespace {

constexpr const char* kUnknown = "it is neither a state nor a request id: give what stands after state= in an address, or an X-Request-Id";

std::string bound_to(const store::Flow& flow) {
  if (!flow.challenge.empty()) return "the holder of its flow_verifier";
  return flow.browser_hash.empty() ? "nobody (flows.binding = \"none\")" : "the browser with its cookie";
}

const char* what_next(const store::Flow& flow, bool used, base::Time now) {
  if (used) return "finished: its state was used. If the login failed, the log line of that request says why";
  if (flow.expires <= now) return "expired: nobody came back in time (flows.ttl)";
  return "open: it waits for the browser to come back";
}

/// A flow's number begins with the microseconds since 1970 (token/state.h).
base::Time begun(std::int64_t id) { return base::Time{std::chrono::seconds{(id >> 11) / 1'000'000}}; }

int explain_flow(Instance& in, const token::State& state) {
  const auto found = in.store.look_at_flow(state.id, state.secret_hash);
  if (!found) return complain(found.error());
  if (!*found)
    return complain({base::Code::not_found, "no such flow: it was never begun here, or it is long gone (they are swept once expired)", ""});
  const auto& flow = (*found)->flow;
  std::printf("provider      %s\nmode          %s\nbegun         %s\ngood until    %s\nredirect_uri  %s\n",
              printable(flow.provider).c_str(), flow.mode.c_str(), readable(begun(flow.id)).c_str(), readable(flow.expires).c_str(),
              printable(flow.redirect_uri).c_str());
  if (!flow.next.empty()) std::printf("next          %s\n", printable(flow.next).c_str());
  if (flow.link_user != 0) std::printf("links to      user %lld\n", static_cast<long long>(flow.link_user));
  std::printf("finished by   %s\nnow           %s\n", bound_to(flow).c_str(), what_next(flow, (*found)->used, in.clock.now()));
  return 0;
}

int explain_request(Instance& in, const std::string& id) {
  const auto found = in.store.audited(id);
  if (!found) return complain(found.error());
  for (const auto& row : *found) {
    std::printf("%s  %s  %s  provider %s  user %lld  from %s  %s\n", readable(row.at).c_str(), row.entry.event.c_str(),
                row.entry.outcome.c_str(), printable(row.entry.provider).c_str(), static_cast<long long>(row.entry.user),
                printable(row.entry.remote_addr).c_str(), printable(row.entry.detail).c_str());
  }
  if (!found->empty()) return 0;
  return complain({base::Code::not_found,
                   "no entry of that request: only what signs in, links or ends something is written down; see the log for req=" + id, ""});
}

}  // namespace

int run_explain(const std::string& config_file, const std::string& what) {
  const auto in = open_instance(config_file);
  if (!in) return complain(in.error());
  if (const auto state = token::read_state(what, (*in)->master)) return explain_flow(**in, *state);
  const bool request = what.size() == 16 && what.find_first_not_of("0123456789abcdef") == std::string::npos;
  return request ? explain_request(**in, what) : complain({base::Code::bad_request, kUnknown, ""});
}

}  // namespace cli
