// What store/db.h asks of a driver, asked of PostgreSQL: a real server, started for this file.
#include "fake/postgres.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <thread>

#include "store/postgres/postgres_db.h"

namespace {

using store::Blob;
using store::Param;

struct Server {
  static inline std::unique_ptr<fake::Postgres> running;
  Server() {
    if (!running) running = std::make_unique<fake::Postgres>();
    BOOST_REQUIRE(!running->url().empty());
  }
  static std::unique_ptr<store::Db> open(bool read_only = false, int busy_ms = 5000) {
    auto db = store::postgres::open({.url = running->url(), .read_only = read_only, .busy_ms = busy_ms});
    if (!db) BOOST_FAIL(db.error().detail);
    return std::move(*db);
  }
};

/// Stops the server after the last case of this suite.
struct Stop {
  ~Stop() { Server::running.reset(); }
} const stop;

base::Result<store::Rows> write(store::Db& db, std::string_view sql, std::initializer_list<Param> params = {}) {
  base::Result<store::Rows> out = store::Rows{};
  const auto done = db.write([&](store::Tx& tx) -> base::Status {
    out = tx.run(sql, params);
    if (!out) return out.error();
    return base::ok;
  });
  if (!done) return done.error();
  return out;
}

store::Row first(store::Db& db, std::string_view sql, std::initializer_list<Param> params = {}) {
  store::Row row;
  const auto done = db.read([&](store::Tx& tx) -> base::Status {
    auto rows = tx.run(sql, params);
    if (!rows) return rows.error();
    row = rows->rows.at(0);
    return base::ok;
  });
  if (!done) BOOST_FAIL(done.error().detail);
  return row;
}

std::string code(const base::Result<store::Rows>& result) { return result ? "none" : base::name_of(result.error().code); }

struct Table : Server {
  std::unique_ptr<store::Db> db = open();
  Table() { BOOST_REQUIRE(write(*db, "CREATE TABLE t (url TEXT PRIMARY KEY, body BYTEA, n BIGINT, CHECK (n < 100))")); }
  ~Table() { (void)write(*db, "DROP TABLE t"); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(store_postgres)

BOOST_FIXTURE_TEST_CASE(parameters_go_by_number_and_keep_their_type, Table) {
  const auto put = write(*db, "INSERT INTO t (n, body, url) VALUES ($3, $2, $1)", {"ü", Blob{{"b\0\xff", 3}}, std::int64_t{-5}});
  BOOST_REQUIRE(put);
  BOOST_TEST(put->changes == 1);
  const auto got = first(*db, "SELECT url, body, n, n IS NULL, NULL, 1.5, count(*) OVER () FROM t WHERE url = $1 OR url = $1", {"ü"});
  BOOST_TEST(got.text(0) == "ü");
  BOOST_TEST(got.text(1) == std::string("b\0\xff", 3));
  BOOST_TEST(got.integer(2) == -5);
  BOOST_TEST(got.integer(3) == 0);  // a boolean is an integer, as in SQLite
  BOOST_TEST(!got.is_null(3));
  BOOST_TEST(got.is_null(4));
  BOOST_TEST(got.text(5) == "1.5");
  BOOST_TEST(got.integer(6) == 1);
  const auto empty =
      first(*db, "SELECT $1 = '', $2::bytea IS NULL, $3::text IS NULL, $4", {std::string_view{}, Blob{}, Param{}, INT64_MIN});
  BOOST_TEST(empty.integer(0) == 1);
  BOOST_TEST(empty.integer(1) == 0);
  BOOST_TEST(empty.integer(2) == 1);
  BOOST_TEST(empty.integer(3) == INT64_MIN);
}

BOOST_FIXTURE_TEST_CASE(errors_have_their_codes, Table) {
  BOOST_REQUIRE(write(*db, "INSERT INTO t (url) VALUES ('u')"));
  BOOST_TEST(code(write(*db, "INSERT INTO t (url) VALUES ('u')")) == "conflict");
  BOOST_TEST(code(write(*db, "SELECT 1 FROM nowhere")) == "not_found");
  BOOST_TEST(code(write(*db, "SELEKT")) == "internal");
  BOOST_TEST(code(write(*db, "SELECT $1")) == "internal");                                 // a parameter that nobody gave
  BOOST_TEST(code(write(*db, "SELECT $1", {std::string_view{"a\0b", 3}})) == "internal");  // never cut off
  BOOST_TEST(code(write(*db, "SELECT 1")) == "none");
  const auto failed = write(*db, "INSERT INTO t (url, n) VALUES ('secret', 100)");
  BOOST_TEST(code(failed) == "internal");
  BOOST_TEST(failed.error().detail.find("secret") == std::string::npos);  // no row's values in a log
}

BOOST_FIXTURE_TEST_CASE(work_that_fails_or_throws_leaves_nothing, Table) {
  const auto add = [](store::Tx& tx) { return bool{tx.run("INSERT INTO t (url) VALUES ('u')", {})}; };
  const auto failed = db->write([&](store::Tx& tx) -> base::Status {
    BOOST_TEST(add(tx));
    return base::Error{base::Code::denied, "no"};
  });
  BOOST_TEST((failed.error().code == base::Code::denied));
  BOOST_CHECK_THROW((void)db->write([&](store::Tx& tx) -> base::Status {
    BOOST_TEST(add(tx));
    throw std::runtime_error("accident");
  }),
                    std::runtime_error);
  // A statement failed and the work does not care: the server has rolled back, so this may not pass for a commit.
  BOOST_TEST(!db->write([&](store::Tx& tx) -> base::Status {
    BOOST_TEST(add(tx));
    BOOST_TEST(!add(tx));
    return base::ok;
  }));
  BOOST_TEST(first(*db, "SELECT count(*) FROM t").integer(0) == 0);
  BOOST_TEST(bool{write(*db, "INSERT INTO t (url) VALUES ('u')")});
}

BOOST_FIXTURE_TEST_CASE(a_read_sees_one_state_and_cannot_write, Table) {
  const auto count = [](store::Tx& tx) { return tx.run("SELECT count(*) FROM t", {})->rows.at(0).integer(0); };
  BOOST_REQUIRE(db->read([&](store::Tx& tx) -> base::Status {
    const auto before = count(tx);
    BOOST_TEST(bool{write(*db, "INSERT INTO t (url) VALUES ('u')")});  // on the other connection
    BOOST_TEST(count(tx) == before);
    return base::ok;
  }));
  BOOST_TEST(first(*db, "SELECT count(*) FROM t").integer(0) == 1);
  BOOST_TEST(!db->read([](store::Tx& tx) -> base::Status {
    const auto wrote = tx.run("DELETE FROM t", {});
    if (!wrote) return wrote.error();
    return base::ok;
  }));
  BOOST_TEST(first(*db, "SELECT count(*) FROM t").integer(0) == 1);
}

BOOST_FIXTURE_TEST_CASE(opened_for_reading_it_writes_nothing, Table) {
  const auto reader = open(true);
  BOOST_TEST((write(*reader, "DELETE FROM t").error().code == base::Code::denied));
  BOOST_TEST(first(*reader, "SHOW default_transaction_read_only").text(0) == "on");
}

BOOST_FIXTURE_TEST_CASE(a_lock_that_is_not_given_back_is_busy, Table) {
  const auto other = open(false, 50);
  BOOST_REQUIRE(write(*db, "INSERT INTO t (url, n) VALUES ('u', 1)"));
  BOOST_REQUIRE(db->write([&](store::Tx& tx) -> base::Status {
    if (const auto held = tx.run("UPDATE t SET n = 2", {}); !held) return held.error();
    BOOST_TEST(code(write(*other, "UPDATE t SET n = 3")) == "busy");
    return base::ok;
  }));
  BOOST_TEST(bool{write(*other, "UPDATE t SET n = 4")});
}

BOOST_FIXTURE_TEST_CASE(a_connection_that_the_server_dropped_is_made_anew, Table) {
  const auto pid = first(*db, "SELECT pg_backend_pid()").integer(0);
  BOOST_REQUIRE(write(*db, "SELECT pg_terminate_backend($1::int)", {pid}));
  (void)db->read([](store::Tx& tx) -> base::Status {  // notices at the latest here
    const auto rows = tx.run("SELECT 1", {});
    if (!rows) return rows.error();
    return base::ok;
  });
  BOOST_TEST(first(*db, "SELECT pg_backend_pid()").integer(0) != pid);
}

struct Url {
  const char* why;
  const char* url;
  const char* says;
};
std::ostream& operator<<(std::ostream& os, const Url& row) { return os << row.why; }
const Url urls[] = {{"another scheme", "mysql://root@localhost/db", "postgresql://user@host/database"},
                    {"no server", "postgresql://nobody@/db?host=/nonexistent", "No such file or directory"},
                    {"no such parameter", "postgresql://u@/db?pass-word=open-sesame", "%40"},
                    {"@ in the password", "postgresql://u:open@sesame@127.0.0.1/db", "%40"},
                    {"/ in the password: it would be the port", "postgresql://u:sesame/x@127.0.0.1/db", "%40"},
                    {"/ after digits: it would be in the database's name", "postgresql://u:1/sesame@127.0.0.1/db", "%40"},
                    {"% alone", "postgresql://u:sesame%@127.0.0.1/db", "%40"}};
BOOST_DATA_TEST_CASE(an_url_that_is_wrong_is_told_without_its_password, boost::unit_test::data::make(urls), row) {
  const auto db = store::postgres::open({.url = row.url});
  BOOST_REQUIRE(!db);
  BOOST_TEST(db.error().say.find(row.says) != std::string::npos, db.error().say);
  BOOST_TEST((db.error().say + db.error().detail).find("sesame") == std::string::npos, db.error().say);
  BOOST_TEST(db.error().say.find('\n') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(its_urls_are_known) {
  BOOST_TEST(store::postgres::is_url("postgresql://u@h/d"));
  BOOST_TEST(store::postgres::is_url("postgres://u@h/d"));
  BOOST_TEST(!store::postgres::is_url("sqlite:/x"));
  BOOST_TEST(!store::postgres::is_url("postgresql:x"));
}

BOOST_AUTO_TEST_SUITE_END()
