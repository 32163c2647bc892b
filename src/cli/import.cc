// import.cc: `latchstring import django SOURCE`: users and how they sign in, from a Django project with djoser. The source is opened for
// reading only; what is here already is not changed, so it can be run again.
#include <cstdio>

#include "cli/commands.h"
#include "cli/import_rows.h"
#include "cli/instance.h"
#include "cli/printable.h"
#include "cli/worker.h"
#include "store/postgres/postgres_db.h"
#include "store/sqlite/sqlite_db.h"

namespace cli {
namespace {

using store::Fate;

struct Tally {
  int added = 0, same = 0, refused = 0;
  void count(Fate fate) {
    if (fate == Fate::added) ++added;
    if (fate == Fate::same) ++same;
    if (fate == Fate::refused) ++refused;
  }
};

struct Source {
  std::unique_ptr<store::Db> db;
  store::Dialect dialect;
};

base::Result<Source> open_source(const std::string& name) {
  if (store::postgres::is_url(name)) {
    auto db = store::postgres::open({.url = name, .read_only = true});
    if (!db) return db.error();
    return Source{std::move(*db), store::Dialect::postgres};
  }
  if (name.find("://") != name.npos && !store::sqlite::path_of(name)) {
    const std::string line = "import reads a SQLite file or postgresql://..., no other database";
    return base::Error{base::Code::bad_request, line, line};
  }
  auto db = store::sqlite::open_foreign(store::sqlite::path_of(name).value_or(name));
  if (!db) return db.error();
  return Source{std::move(*db), store::Dialect::sqlite};
}

class Import {
  Instance& in_;
  store::Django& django_;
  ImportRows rows_;
  const bool dry_run_;
  store::Rehearsal rehearsal_;
  Tally users_, identities_;
  int keyless_ = 0;  // users who came without a way to sign in

  void refusal(const std::string& what, const std::string& why) {
    std::printf("refused  %s: %s\n", printable(what).c_str(), printable(why).c_str());
  }

  void count(const store::ImportUser& row) {
    const auto id = std::to_string(row.user.id);
    users_.count(row.verdict.fate);
    if (row.verdict.fate == Fate::refused) refusal("user " + id + " (" + row.user.username + ")", row.verdict.why);
    bool keyless = true;
    for (const auto& identity : row.identities) {
      identities_.count(identity.verdict.fate);
      if (identity.verdict.fate == Fate::refused)
        refusal("row " + std::to_string(identity.id) + " (" + identity.provider + ", user " + id + ")", identity.verdict.why);
      keyless = keyless && identity.verdict.fate == Fate::refused;
    }
    if (row.verdict.fate == Fate::added && keyless) ++keyless_;
  }

  void print(const char* what, const Tally& tally) const {
    std::printf("%-10s  %d %s, %d here already, %d refused\n", what, tally.added, dry_run_ ? "would be imported" : "imported", tally.same,
                tally.refused);
  }

 public:
  Import(Instance& in, store::Django& django, ImportRows rows, bool dry_run)
      : in_(in), django_(django), rows_(std::move(rows)), dry_run_(dry_run) {}

  base::Status run() {
    for (bool last = false; !last;) {
      auto slice = django_.next();
      if (!slice) return slice.error();
      last = slice->last;
      auto rows = rows_.rows(std::move(*slice));
      if (auto done = in_.store.import_users(rows, dry_run_ ? &rehearsal_ : nullptr); !done) return done;
      for (const auto& row : rows) count(row);
    }
    if (dry_run_) return base::ok;
    if (auto done = in_.store.reserve_user_ids(django_.highest_id()); !done) return done;
    if (users_.added + identities_.added == 0) return base::ok;
    return in_.store.audit(
        {.event = "import",
         .outcome = "ok",
         .detail = "django: users " + std::to_string(users_.added) + ", identities " + std::to_string(identities_.added)});
  }

  /// The exit status.
  int summary() {
    for (const auto id : rows_.ownerless) refusal("row " + std::to_string(id), "its user is not in table " + django_.users().name);
    for (const auto& [which, rows] : rows_.by_provider) {
      refusal(std::to_string(rows) + (rows == 1 ? " row of " : " rows of ") + which.first, which.second);
      identities_.refused += rows;
    }
    identities_.refused += static_cast<int>(rows_.ownerless.size());
    for (const auto& note : rows_.notes) std::printf("note     %s\n", printable(note).c_str());
    print("users", users_);
    print("identities", identities_);
    if (keyless_ > 0)
      std::printf("%d of the users cannot sign in by what came along: with a password only, or with refused rows\n", keyless_);
    std::puts(
        "left where they were: passwords, groups and permissions, the providers' tokens (extra_data); no e-mail address counts as "
        "verified");
    if (dry_run_) std::puts("nothing was written: --dry-run");
    return users_.refused + identities_.refused == 0 ? 0 : 2;
  }
};

int import_from(Instance& in, store::Django& django, const ImportOptions& options) {
  const auto& up = in.config.upstream;
  auto client = net::CurlClient::open(
      {.ca_file = up.ca_file, .proxy = up.proxy, .timeout = up.timeout, .max_response = up.max_response, .observe = {}});
  if (!client) return complain(client.error());
  StoreCache cache{in.store};
  auto broker = providers::Broker::open(in.config, {**client, cache, in.clock, in.random});
  if (!broker) return complain(broker.error());
  for (const auto& name : options.same_uid) {
    if (!broker->has(name))
      return complain({base::Code::bad_request, "--same-uid " + name + ": there is no such provider in the configuration", ""});
  }
  const auto deleted = in.store.deleted_users();
  if (!deleted) return complain(deleted.error());
  Import import{in, django, ImportRows{*broker, {options.same_uid.begin(), options.same_uid.end()}, {deleted->begin(), deleted->end()}},
                options.dry_run};
  if (auto done = import.run(); !done) {
    (void)import.summary();
    return complain(done.error());
  }
  return import.summary();
}

}  // namespace

int run_import_django(const ImportOptions& options) {
  auto source = open_source(options.source);
  if (!source) return complain(source.error());
  auto django = store::Django::open(*source->db, source->dialect, options.user_table);
  if (!django) return complain(django.error());
  const auto in = open_instance(options.config_file);
  if (!in) return complain(in.error());
  return import_from(**in, *django, options);
}

}  // namespace cli
