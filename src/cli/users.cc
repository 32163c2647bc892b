// users.cc: `latchstring users list [TEXT]`, `users show WHO`, `users disable|enable|delete ID`.
#include <cstdio>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/instance.h"
#include "cli/printable.h"
#include "json/writer.h"

namespace cli {
namespace {

int show_one(Instance& in, const store::User& u) {
  std::printf("id        %lld\nusername  %s\nemail     %s%s\nname      %s\nactive    %s\n", static_cast<long long>(u.id),
              printable(u.username).c_str(), printable(u.email).c_str(),
              u.email.empty()    ? "-"
              : u.email_verified ? " (verified)"
                                 : " (not verified)",
              printable(u.name).c_str(), u.active ? "yes" : "no");
  const auto identities = in.store.identities(u.id);
  if (!identities) return complain(identities.error());
  for (const auto& i : *identities) {
    std::printf("identity  %s  issuer %s  uid %s\n", printable(i.provider).c_str(), printable(i.issuer).c_str(), printable(i.uid).c_str());
  }
  return 0;
}

void print_line(const store::User& u) {
  std::printf("%-8lld %-30s %-40s %s\n", static_cast<long long>(u.id), printable(u.username).c_str(), printable(u.email).c_str(),
              u.active ? "" : "disabled");
}

std::string as_json(const std::vector<store::User>& users) {
  json::Writer w;
  w.array();
  for (const auto& u : users) {
    w.object().member("id", u.id).member("username", u.username).member("email", u.email).member("email_verified", u.email_verified);
    w.member("name", u.name).member("active", u.active).member("created", std::int64_t{u.created.time_since_epoch().count()}).end_object();
  }
  return w.end_array().take();
}

base::Error nobody(const std::string& who) { return {base::Code::not_found, "there is no user " + printable(who), ""}; }

}  // namespace

int run_users_list(const std::string& config_file, const std::string& text, std::int64_t limit, bool json) {
  const auto in = open_instance(config_file);
  if (!in) return complain(in.error());
  auto users = (*in)->store.search_users(text, limit + 1);
  if (!users) return complain(users.error());
  const bool more = static_cast<std::int64_t>(users->size()) > limit;
  if (more) users->pop_back();
  if (json) {
    std::puts(as_json(*users).c_str());
  } else {
    for (const auto& user : *users) print_line(user);
  }
  if (more) std::fprintf(stderr, "latchstring: there are more; name a part of username or e-mail, or a higher --limit\n");
  return 0;
}

int run_user_show(const std::string& config_file, const std::string& who) {
  const auto in = open_instance(config_file);
  if (!in) return complain(in.error());
  if (const auto id = base::parse_int(who)) {
    const auto user = (*in)->store.find_user(*id);
    if (!user) return complain(user.error());
    return *user ? show_one(**in, **user) : complain(nobody(who));
  }
  const auto found = (*in)->store.users_called(who);
  if (!found) return complain(found.error());
  if (found->empty()) return complain(nobody("\"" + who + "\""));
  if (found->size() == 1) return show_one(**in, found->front());
  for (const auto& user : *found) print_line(user);  // an address may stand with several
  return complain({base::Code::conflict, "more than one user is called so: show one by id", ""});
}

int run_user(const std::string& config_file, UserAct act, std::int64_t id) {
  const auto in = open_instance(config_file);
  if (!in) return complain(in.error());
  auto& store = (*in)->store;
  const auto done = act == UserAct::remove ? store.delete_user(id) : store.set_active(id, act == UserAct::enable);
  if (!done && done.error().code == base::Code::not_found) return complain(nobody(std::to_string(id)));
  if (!done) return complain(done.error());
  constexpr const char* kDone[] = {"disabled: all sessions have ended", "enabled", "deleted, with all data"};
  std::printf("user %lld: %s\n", static_cast<long long>(id), kDone[static_cast<int>(act)]);
  return 0;
}

}  // namespace cli
