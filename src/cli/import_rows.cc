#include "cli/import_rows.h"

#include "store/rules.h"

namespace cli {
namespace {

constexpr std::size_t kMostUid = 1024, kMostEmail = 254, kMostName = 300;  // RFC 5321 4.5.3.1 for the address

// The words of `uid` and `psa_uid`.
constexpr std::string_view kEmail = "email", kUsername = "username", kOther = "other";

std::string numbered(const char* what, std::int64_t id) { return std::string{what} + " " + std::to_string(id); }

}  // namespace

std::string uid_trouble(std::string_view uid) {
  if (uid.empty() || uid.find_first_not_of(' ') == uid.npos) return "its uid is empty";
  // What python-social-auth writes when the provider's answer had no id: everybody of that provider was one account.
  if (uid == "None") return "its uid is \"None\": the provider had named nobody";
  if (uid.size() > kMostUid) return "its uid is longer than 1024 bytes";
  return store::is_plain(uid) ? "" : "its uid holds a control character or is no UTF-8";
}

std::string naming_trouble(const providers::Naming& naming, std::string_view uid) {
  const bool address = uid.find('@') != uid.npos;
  const auto set_it = [&](const std::string& what) {
    return "its uids are " + what + ", which python-social-auth takes and latchstring does not: set uid = \"" + naming.psa_uid +
           "\" in its stanza and import again";
  };
  if (naming.uid == kEmail) return address ? "" : "uid = \"email\" is set in its stanza, and these uids are no addresses";
  if (naming.uid == kUsername)
    return naming.psa_uid == kUsername ? "" : "uid = \"username\" is set in its stanza, and these uids are others";
  if (naming.psa_uid == kEmail) return address ? set_it("e-mail addresses") : "";
  if (naming.psa_uid == kUsername) return set_it("user names");
  if (naming.psa_uid == kOther)
    return "its uids are not those that latchstring takes: point map.uid in its stanza at what they are, and import again with --same-uid";
  return "";
}

bool ImportRows::place(store::ImportIdentity& identity) {
  auto& why = identity.verdict.why;
  why = uid_trouble(identity.uid);
  if (!why.empty()) return false;
  if (const auto it = unusable_.find(identity.provider); it != unusable_.end()) {
    why = it->second;
    return true;
  }
  auto naming = broker_.naming(identity.provider, identity.uid);
  if (naming) {
    identity.issuer = std::move(naming->issuer);
    if (!same_uid_.contains(identity.provider)) why = naming_trouble(*naming, identity.uid);
    return !why.empty();
  }
  const auto& error = naming.error();
  why = error.code == base::Code::not_found ? "it is not configured here: add its stanza and import again" : error.say;
  if (error.code != base::Code::denied) unusable_.emplace(identity.provider, why);
  return true;
}

store::ImportUser ImportRows::user_of(const store::DjangoUser& from) {
  store::ImportUser out;
  const auto fit = [&](const std::string& text, std::size_t most, const char* what) {
    if (store::is_plain(text)) return std::string{store::clip(text, most)};
    notes.push_back(numbered("user", from.id) + ": " + what + " left out: it holds a control character or is no UTF-8");
    return std::string{};
  };
  out.user.id = from.id;
  out.user.username = from.username;
  out.user.active = from.active;
  out.user.created = from.joined;
  out.user.first_name = fit(from.first_name, kMostName, "first name");
  out.user.last_name = fit(from.last_name, kMostName, "last name");
  out.user.name = out.user.first_name + (out.user.first_name.empty() || out.user.last_name.empty() ? "" : " ") + out.user.last_name;
  if (from.email.size() <= kMostEmail) {
    out.user.email = fit(from.email, kMostEmail, "e-mail address");
  } else {
    notes.push_back(numbered("user", from.id) + ": e-mail address left out: it is longer than 254 bytes");
  }
  if (deleted_.contains(from.id)) out.verdict.why = "was deleted here, and does not come back";
  return out;
}

std::vector<store::ImportUser> ImportRows::rows(store::DjangoSlice slice) {
  std::vector<store::ImportUser> out;
  std::map<std::int64_t, std::size_t> at;
  for (const auto& user : slice.users) {
    at.emplace(user.id, out.size());
    out.push_back(user_of(user));
  }
  for (auto& row : slice.identities) {
    store::ImportIdentity identity{row.id, std::move(row.provider), {}, std::move(row.uid), row.created, row.used, {}};
    const bool of_provider = place(identity);
    const auto it = at.find(row.user);
    if (of_provider) {
      ++by_provider[{identity.provider, identity.verdict.why}];
    } else if (it == at.end()) {  // a broken foreign key, or the wrong --user-table
      ownerless.push_back(identity.id);
    } else {
      out[it->second].identities.push_back(std::move(identity));
    }
  }
  return out;
}

}  // namespace cli
