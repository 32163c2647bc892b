// cli/import_rows.h: from a Django project's rows to what the store imports: who a row's uid is here, and why some rows are not taken.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "providers/broker.h"
#include "store/django.h"
#include "store/import.h"

namespace cli {

/// What no provider calls a person. "" = fine.
std::string uid_trouble(std::string_view uid);
/// Why a row with this uid would never be met by a login: python-social-auth counts people otherwise. "" = fine.
std::string naming_trouble(const providers::Naming& naming, std::string_view uid);

class ImportRows {
  providers::Broker& broker_;
  std::set<std::string> same_uid_;
  std::set<std::int64_t> deleted_;
  std::map<std::string, std::string> unusable_;  // provider -> why, for as long as this run lasts

  /// Sets the issuer, or says in the verdict why not. True if the reason is the provider's, not the row's.
  bool place(store::ImportIdentity& identity);
  store::ImportUser user_of(const store::DjangoUser& from);

 public:
  /// `same_uid`: providers whose uids are known to be those that they have here. `deleted`: users who must not come back.
  ImportRows(providers::Broker& broker, std::set<std::string> same_uid, std::set<std::int64_t> deleted)
      : broker_(broker), same_uid_(std::move(same_uid)), deleted_(std::move(deleted)) {}

  /// What goes on. Rows that are refused for their provider's sake, or have no user, are in none of them.
  std::vector<store::ImportUser> rows(store::DjangoSlice slice);
  std::map<std::pair<std::string, std::string>, int> by_provider;  // (provider, why) -> rows refused
  std::vector<std::int64_t> ownerless;                             // ids of rows
  std::vector<std::string> notes;                                  // what was left out of a user that goes on, a line each
};

}  // namespace cli
