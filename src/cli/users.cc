// users.cc: `latchstring users show|disable|enable|delete ID`.
#include <cstdio>

#include "cli/commands.h"
#include "cli/instance.h"
#include "cli/printable.h"

namespace cli {
namespace {

int show(Instance& in, std::int64_t id) {
  const auto user = in.store.find_user(id);
  if (!user) return complain(user.error());
  if (!*user) return complain({base::Code::not_found, "there is no user " + std::to_string(id), ""});
  const auto& u = **user;
  std::printf("id        %lld\nusername  %s\nemail     %s%s\nname      %s\nactive    %s\n", static_cast<long long>(u.id),
              printable(u.username).c_str(), printable(u.email).c_str(),
              u.email.empty()    ? "-"
              : u.email_verified ? " (verified)"
                                 : " (not verified)",
              printable(u.name).c_str(), u.active ? "yes" : "no");
  const auto identities = in.store.identities(id);
  if (!identities) return complain(identities.error());
  for (const auto& i : *identities) {
    std::printf("identity  %s  issuer %s  uid %s\n", printable(i.provider).c_str(), printable(i.issuer).c_str(), printable(i.uid).c_str());
  }
  return 0;
}

}  // namespace

int run_user(const std::string& config_file, UserAct act, std::int64_t id) {
  const auto in = open_instance(config_file);
  if (!in) return complain(in.error());
  auto& store = (*in)->store;
  if (act == UserAct::show) return show(**in, id);
  const auto done = act == UserAct::remove ? store.delete_user(id) : store.set_active(id, act == UserAct::enable);
  if (!done && done.error().code == base::Code::not_found)
    return complain({base::Code::not_found, "there is no user " + std::to_string(id), ""});
  if (!done) return complain(done.error());
  constexpr const char* kDone[] = {"", "disabled: all sessions have ended", "enabled", "deleted, with all data"};
  std::printf("user %lld: %s\n", static_cast<long long>(id), kDone[static_cast<int>(act)]);
  return 0;
}

}  // namespace cli
