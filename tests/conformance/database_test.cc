// What the store asks of a driver: transactions, migrations, and honest errors when the lock, the disk or the process is gone.
#include <signal.h>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "conformance/world.h"

using namespace conformance;
using namespace std::chrono_literals;

namespace {

base::Status add_document(store::Tx& tx, const std::string& url) {
  const auto done = tx.run("INSERT INTO documents (url, body, fetched) VALUES ($1, $2, $3)", {url, store::Blob{"b"}, std::int64_t{1}});
  if (!done) return done.error();
  return base::ok;
}

const store::Migration kOne{1, "one", "CREATE TABLE one (n INTEGER);\nINSERT INTO one (n) VALUES (1);\n"};
const store::Migration kTwo{2, "two", "CREATE TABLE two (n INTEGER);\n"};
const store::Migration kBroken{2, "broken", "CREATE TABLE two (n INTEGER);\nINSERT INTO nowhere (n) VALUES (1);\n"};
constexpr int kOffset = 1000;  // behind the real ones, so that they run in any place

store::Migration late(store::Migration m) {
  m.number += kOffset;
  return m;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(conformance_database)

BOOST_DATA_TEST_CASE(work_that_fails_leaves_nothing, databases(), database) {
  FreshWorld f{database};
  const auto failed = f.w.flows->write([](store::Tx& tx) -> base::Status {
    if (auto done = add_document(tx, "u"); !done) return done;
    return base::Error{base::Code::denied, "no"};
  });
  BOOST_REQUIRE(!failed);
  BOOST_TEST((failed.error().code == base::Code::denied));
  BOOST_TEST(!f.w.store.cache_get("u")->has_value());
}

BOOST_DATA_TEST_CASE(work_that_throws_leaves_nothing_and_throws_to_its_caller, databases(), database) {
  FreshWorld f{database};
  const auto throwing = [](store::Tx& tx) -> base::Status {
    (void)add_document(tx, "u");
    throw std::runtime_error("accident");
  };
  BOOST_CHECK_THROW((void)f.w.flows->write(throwing), std::runtime_error);
  BOOST_CHECK_THROW((void)f.w.flows->read([](store::Tx&) -> base::Status { throw std::runtime_error("accident"); }), std::runtime_error);
  BOOST_TEST(!f.w.store.cache_get("u")->has_value());
  BOOST_TEST(bool{f.w.store.cache_put("u", "b")});
}

BOOST_DATA_TEST_CASE(neighbours_in_a_commit_succeed_or_fail_alone, databases(), database) {
  FreshWorld f{database};
  constexpr int kThreads = 8, kRounds = 40;
  std::atomic<int> wrong = 0;
  on_threads(kThreads, [&](int thread) {
    for (int i = 0; i < kRounds; ++i) {
      const auto url = std::to_string(thread) + "/" + std::to_string(i);
      const bool fails = (thread + i) % 3 == 0, throws = (thread + i) % 3 == 1;
      try {
        const auto done = f.w.flows->write([&](store::Tx& tx) -> base::Status {
          if (auto added = add_document(tx, url); !added) return added;
          if (throws) throw std::runtime_error(url);
          if (fails) return base::Error{base::Code::denied, url};
          return base::ok;
        });
        if (throws || bool{done} == fails || (fails && done.error().detail != url)) ++wrong;
      } catch (const std::runtime_error& e) {
        if (!throws || e.what() != url) ++wrong;
      }
      if (f.w.store.cache_get(url)->has_value() == (fails || throws)) ++wrong;
    }
  });
  BOOST_TEST(wrong == 0);
}

BOOST_DATA_TEST_CASE(a_read_sees_one_state, databases(), database) {
  FreshWorld f{database};
  std::int64_t before = -1, after = -1;
  const auto count = [](store::Tx& tx) { return tx.run("SELECT count(*) FROM documents", {})->rows.at(0).integer(0); };
  BOOST_REQUIRE(f.w.flows->read([&](store::Tx& tx) -> base::Status {
    before = count(tx);
    if (!f.w.store.cache_put("u", "b")) return base::Error{base::Code::internal, "put"};
    after = count(tx);
    return base::ok;
  }));
  BOOST_TEST(before == after);
  BOOST_TEST(f.w.store.cache_get("u")->has_value());
}

BOOST_DATA_TEST_CASE(a_read_cannot_write, databases(), database) {
  FreshWorld f{database};
  BOOST_TEST(!f.w.flows->read([](store::Tx& tx) { return add_document(tx, "u"); }));
  BOOST_TEST(!f.w.store.cache_get("u")->has_value());
}

BOOST_DATA_TEST_CASE(parameters_go_by_number_and_keep_their_type, databases(), database) {
  FreshWorld f{database};
  BOOST_REQUIRE(f.w.flows->write([](store::Tx& tx) -> base::Status {
    const auto put = tx.run("INSERT INTO documents (fetched, body, url) VALUES ($3, $2, $1)",
                            {"u", store::Blob{{"b\0b", 3}}, std::int64_t{-5}});
    if (!put) return put.error();
    const auto got = tx.run("SELECT url, body, fetched FROM documents WHERE url = $1 OR url = $1", {"u"});
    if (!got) return got.error();
    BOOST_TEST(got->rows.at(0).text(0) == "u");
    BOOST_TEST(got->rows.at(0).text(1) == std::string("b\0b", 3));
    BOOST_TEST(got->rows.at(0).integer(2) == -5);
    const auto empty = tx.run("SELECT $1 = '', $2 IS NULL, $3 IS NULL", {std::string_view{}, store::Blob{}, store::Param{}});
    if (!empty) return empty.error();
    BOOST_TEST(empty->rows.at(0).integer(0) == 1);  // an empty view is an empty text and no NULL, wherever it points
    BOOST_TEST(empty->rows.at(0).integer(1) == 0);
    BOOST_TEST(empty->rows.at(0).integer(2) == 1);
    return base::ok;
  }));
}

BOOST_DATA_TEST_CASE(errors_have_their_codes, databases(), database) {
  FreshWorld f{database};
  BOOST_REQUIRE(f.w.store.cache_put("u", "b"));
  const auto code = [&](std::string_view sql) {
    const auto done = f.w.flows->write([&](store::Tx& tx) -> base::Status {
      const auto r = tx.run(sql, {});
      if (!r) return r.error();
      return base::ok;
    });
    return done ? "none" : base::name_of(done.error().code);
  };
  BOOST_TEST(code("INSERT INTO documents (url, body, fetched) SELECT url, body, fetched FROM documents") == "conflict");
  BOOST_TEST(code("SELECT 1 FROM nowhere") == "not_found");
  BOOST_TEST(code("SELEKT") == "internal");
  BOOST_TEST(code("SELECT $1") == "internal");  // a parameter that nobody gave
  BOOST_TEST(code("SELECT 1") == "none");
}

BOOST_DATA_TEST_CASE(a_lock_that_is_not_given_back_is_busy, databases(), database) {
  const auto place = database.make();
  World holder{*place}, other{*place, 2, 50};
  bool busy = false;
  const auto began = std::chrono::steady_clock::now();
  BOOST_REQUIRE(holder.main->write([&](store::Tx& tx) -> base::Status {
    if (const auto wrote = tx.run("UPDATE users SET active = active", {}); !wrote) return wrote.error();
    std::thread waiting{[&] {
      const auto refused = other.store.sign_in(World::login("1", "a"));
      busy = !refused && refused.error().code == base::Code::busy;
    }};
    waiting.join();
    return base::ok;
  }));
  BOOST_TEST(busy);
  BOOST_TEST((std::chrono::steady_clock::now() - began < 4s));  // 50 ms, and a slow machine
  BOOST_TEST(bool{other.store.sign_in(World::login("1", "a"))});  // and later it goes on
}

BOOST_DATA_TEST_CASE(migrations_run_once_and_in_order, databases(), database) {
  FreshWorld f{database};
  const std::vector<store::Migration> one{late(kOne)}, both{late(kOne), late(kTwo)};
  BOOST_TEST(*store::pending(*f.w.main, one) == 1);
  BOOST_REQUIRE(store::migrate(*f.w.main, one));
  BOOST_TEST(*store::pending(*f.w.main, both) == 1);
  BOOST_REQUIRE(store::migrate(*f.w.main, both));
  BOOST_REQUIRE(store::migrate(*f.w.main, both));
  BOOST_TEST(*store::pending(*f.w.main, both) == 0);
  BOOST_TEST(f.w.number("SELECT count(*) FROM one") == 1);
  BOOST_TEST(f.w.number("SELECT count(*) FROM two") == 0);
}

BOOST_DATA_TEST_CASE(a_migration_that_fails_leaves_the_schema_before_it, databases(), database) {
  FreshWorld f{database};
  const std::vector<store::Migration> broken{late(kOne), late(kBroken)}, mended{late(kOne), late(kTwo)};
  const auto failed = store::migrate(*f.w.main, broken);
  BOOST_REQUIRE(!failed);
  BOOST_TEST(failed.error().detail.find("broken") != std::string::npos);
  BOOST_TEST(*store::pending(*f.w.main, broken) == 1);
  BOOST_REQUIRE(store::migrate(*f.w.main, mended));  // table two is not there, so it can be made
}

BOOST_DATA_TEST_CASE(a_newer_schema_is_refused_with_a_way_out, databases(), database) {
  FreshWorld f{database};
  const std::vector<store::Migration> newer{late(kOne), late(kTwo)}, older{late(kOne)};
  BOOST_REQUIRE(store::migrate(*f.w.main, newer));
  const auto refused = store::migrate(*f.w.main, older);
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == base::Code::conflict));
  BOOST_TEST(refused.error().say.find("newer latchstring") != std::string::npos);
  BOOST_TEST((store::pending(*f.w.main, older).error().code == base::Code::conflict));
}

BOOST_DATA_TEST_CASE(processes_that_migrate_at_once_do_each_step_once, databases(), database) {
  const auto place = database.make();
  const auto shared = shared_memory();
  BOOST_TEST(in_processes(4, *shared, [&](int i) {
    World w{*place, static_cast<std::uint64_t>(i)};  // migrates; a step done twice fails, since the table is there
    return bool{w.store.ping()};
  }));
  World w{*place};
  BOOST_TEST(*store::pending(*w.main, store::migrations(database.name, "main")) == 0);
  BOOST_TEST(bool{w.store.sign_in(World::login("1", "a"))});
}

BOOST_DATA_TEST_CASE(what_was_answered_survives_a_kill, databases(), database) {
  const auto place = database.make();
  { World w{*place}; }
  for (int round = 0; round < 5; ++round) {
    const auto shared = shared_memory();
    constexpr int kThreads = 4;
    const pid_t child = start_process([&] {
      World w{*place, static_cast<std::uint64_t>(round + 1) * 1'000'000};
      on_threads(kThreads, [&](int thread) {
        for (int i = 1;; ++i) {
          const auto uid = std::to_string(round) + "/" + std::to_string(thread) + "/" + std::to_string(i);
          if (w.store.sign_in(World::login(uid, uid))) shared->count[static_cast<std::size_t>(thread)] = i;
        }
      });
      return true;
    });
    const auto answered = [&] {
      std::int64_t n = 0;
      for (int t = 0; t < kThreads; ++t) n += shared->count[static_cast<std::size_t>(t)];
      return n;
    };
    while (answered() < 40 + 7 * round) std::this_thread::yield();
    kill(child, SIGKILL);
    int status = 0;
    BOOST_REQUIRE(waitpid(child, &status, 0) == child);
    BOOST_TEST(WIFSIGNALED(status));
    BOOST_TEST(place->check_main() == "ok");
    World w{*place, 5};
    for (int thread = 0; thread < kThreads; ++thread)
      for (int i = 1; i <= shared->count[static_cast<std::size_t>(thread)]; ++i) {
        const auto uid = std::to_string(round) + "/" + std::to_string(thread) + "/" + std::to_string(i);
        BOOST_TEST(w.store.find_refresh(uid, kFirstExpires)->has_value(), "lost: " << uid);
      }
    BOOST_TEST(w.number("SELECT count(*) FROM users") == w.number("SELECT count(*) FROM identities"));
    BOOST_TEST(w.number("SELECT count(*) FROM sessions") == w.number("SELECT count(*) FROM refresh_tokens"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
