// store/import.h: users and identities brought along from elsewhere, with their ids. Nothing of what is here already is changed.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "store/records.h"

namespace store {

enum class Fate { added, same, refused };
struct Verdict {
  Fate fate = Fate::refused;
  std::string why;  // of a refusal: for the operator
};

struct ImportIdentity {
  std::int64_t id = 0;  // kept if it is free here; nobody refers to it
  std::string provider, issuer, uid;
  base::Time created{}, used{};
  Verdict verdict;
};

/// `user.created` and `user.id` together are how a second run knows a user again, who may have another name by then.
struct ImportUser {
  User user;
  std::vector<ImportIdentity> identities;
  Verdict verdict;
};

/// What a rehearsal would have written so far, and for whom.
struct Rehearsal {
  std::unordered_map<std::string, std::int64_t> usernames;
  std::map<std::pair<std::string, std::string>, std::int64_t> identities;  // issuer, uid
};

/// Sound UTF-8 without control characters.
bool is_plain(std::string_view text) noexcept;
/// A user name as Django may have let it in: kept to the byte if it is UTF-8 of 1 to 150 characters, none of them a control character.
/// Error.say otherwise.
base::Status importable_username(std::string_view username);

}  // namespace store
