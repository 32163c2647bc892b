// What is on record of a user: exported whole, deleted whole, found again. The lists are held against the schema itself, so that a table or
// a column that is added is not forgotten.
#include "store/export.h"

#include <algorithm>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>

#include "conformance/world.h"

using namespace conformance;

namespace {

/// Tables without anything of a user in them, and why.
const std::map<std::string, const char*> kOfNobody{{"signing_keys", "ours"},
                                                   {"outbox", "facts on their way, gone when they were taken"},
                                                   {"seen_tokens", "hashes of other servers' tokens"},
                                                   {"schema_migrations", "ours"}};

using Schema = std::map<std::string, std::set<std::string>>;  // table -> columns

std::vector<store::Row> rows(World& w, const std::string& sql) {
  std::vector<store::Row> out;
  BOOST_REQUIRE(w.main->read([&](store::Tx& tx) -> base::Status {
    auto found = tx.run(sql, {});
    if (!found) return found.error();
    out = std::move(found->rows);
    return base::ok;
  }));
  return out;
}

Schema schema(World& w) {
  Schema out;
  for (const auto& row : rows(w,
                              "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND "
                              "m.name NOT LIKE 'sqlite_%'"))
    out[row.text(0)].insert(row.text(1));
  return out;
}

void write(World& w, const std::string& sql) {
  const auto done = w.main->write([&](store::Tx& tx) -> base::Status {
    const auto r = tx.run(sql, {});
    if (!r) return r.error();
    return base::ok;
  });
  if (!done) BOOST_FAIL(done.error().detail);
}

const store::Exported* table(const std::vector<store::Exported>& all, std::string_view name) {
  const auto it = std::find_if(all.begin(), all.end(), [name](const auto& e) { return e.table.name == name; });
  return it == all.end() ? nullptr : &*it;
}

/// A user with something in every table.
std::int64_t full_user(World& w, const std::string& uid) {
  const auto done = w.store.sign_in(World::login(uid, "hash " + uid));
  BOOST_REQUIRE(done);
  write(w, "INSERT INTO provider_tokens (identity_id, sealed) VALUES (" + std::to_string(done->who.identity) + ", x'00')");
  return done->who.user.id;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(conformance_export)

BOOST_DATA_TEST_CASE(every_column_of_the_schema_is_exported_or_named_as_a_secret, databases(), database) {
  FreshWorld f{database};
  Schema known;
  for (const auto& exported : store::export_tables()) {
    auto& columns = known[exported.name];
    for (const auto& column : exported.columns) columns.emplace(column.name);
    for (const auto& column : exported.secret) columns.emplace(column);
  }
  for (const auto& [name, columns] : schema(f.w)) {
    if (kOfNobody.contains(name)) continue;
    BOOST_TEST_CONTEXT("table " << name << ": add it to export_tables(), or to kOfNobody") {
      BOOST_TEST(known[name] == columns, boost::test_tools::per_element());
    }
  }
}

BOOST_DATA_TEST_CASE(no_bytes_are_exported, databases(), database) {
  FreshWorld f{database};
  for (const auto& exported : store::export_tables()) {
    for (const auto& row : rows(f.w, "SELECT name FROM pragma_table_info('" + exported.name + "') WHERE type = 'BLOB'")) {
      const auto& secret = exported.secret;  // hashes and sealed values are the only blobs there are
      BOOST_TEST((std::find(secret.begin(), secret.end(), row.text(0)) != secret.end()), exported.name << "." << row.text(0));
    }
  }
}

BOOST_DATA_TEST_CASE(every_table_of_a_user_goes_with_the_user, databases(), database) {
  FreshWorld f{database};
  std::set<std::string> goes{"users", "audit"};  // audit rows are deleted by hand: delete_user
  for (bool more = true; more;) {
    const auto before = goes.size();
    for (const auto& row : rows(f.w,
                                "SELECT m.name, k.\"table\" FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) k "
                                "WHERE m.type = 'table' AND k.on_delete = 'CASCADE'"))
      if (goes.contains(row.text(1))) goes.insert(row.text(0));
    more = goes.size() > before;
  }
  for (const auto& [name, columns] : schema(f.w))
    BOOST_TEST((kOfNobody.contains(name) || goes.contains(name)), name << " has no ON DELETE CASCADE");
}

BOOST_DATA_TEST_CASE(after_a_deletion_nothing_is_left_and_others_keep_theirs, databases(), database) {
  FreshWorld f{database};
  const auto gone = full_user(f.w, "1"), stays = full_user(f.w, "2");
  BOOST_REQUIRE(f.w.store.audit({.event = "login_refused", .user = gone}));
  const auto whole = f.w.store.export_user(gone);
  for (const auto& exported : *whole) BOOST_TEST(!exported.rows.empty(), exported.table.name);
  BOOST_REQUIRE(f.w.store.delete_user(gone));
  BOOST_TEST((f.w.store.export_user(gone).error().code == base::Code::not_found));
  for (const auto& [name, columns] : schema(f.w)) {
    if (name == "audit" || kOfNobody.contains(name)) continue;
    BOOST_TEST(f.w.number("SELECT count(*) FROM " + name) == 1, name);  // that of the other
  }
  BOOST_TEST(f.w.number("SELECT count(*) FROM audit WHERE user_id = " + std::to_string(gone)) == 1);  // that it was deleted
  BOOST_TEST(f.w.number("SELECT count(*) FROM audit WHERE user_id = " + std::to_string(gone) + " AND event = 'user_deleted'") == 1);
  BOOST_TEST(bool{f.w.store.export_user(stays)});
}

BOOST_DATA_TEST_CASE(an_export_holds_that_user_alone, databases(), database) {
  FreshWorld f{database};
  const auto one = full_user(f.w, "1");
  full_user(f.w, "2");
  const auto all = f.w.store.export_user(one);
  BOOST_REQUIRE(all);
  BOOST_TEST(all->front().table.name == "users");
  for (const auto& exported : *all) BOOST_TEST(exported.rows.size() == 1, exported.table.name);
  BOOST_TEST(table(*all, "users")->rows[0].text(1) == "user-1");
  BOOST_TEST(table(*all, "audit")->rows[0].text(2) == "login");
}

BOOST_DATA_TEST_CASE(users_are_found_by_a_part_of_their_name_or_address, databases(), database) {
  FreshWorld f{database};
  for (const auto* name : {"anna", "Hannah", "bert", "10%_off"}) {
    auto login = World::login(name, name);
    login.profile.username = name;
    login.profile.email = std::string{name} + "@X.example";
    BOOST_REQUIRE(f.w.store.sign_in(login));
  }
  const auto found = [&](std::string_view text, std::int64_t most = 50) {
    std::string out;
    const auto users = f.w.store.search_users(text, most);
    for (const auto& user : *users) out += std::to_string(user.id);
    return out;
  };
  BOOST_TEST(found("") == "1234");
  BOOST_TEST(found("", 2) == "12");
  BOOST_TEST(found("NNA") == "12");
  BOOST_TEST(found("bert@x") == "3");
  BOOST_TEST(found("%") == "4");  // no pattern
  BOOST_TEST(found("_") == "4");
  BOOST_TEST(found("\\") == "");
  const auto called = [&](std::string_view text) { return f.w.store.users_called(text)->size(); };
  BOOST_TEST(called("Hannah") == 1);
  BOOST_TEST(called("hannah") == 0);
  BOOST_TEST(called("HANNAH@x.example") == 1);
  BOOST_TEST(called("") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
