// What is SQLite's own: files and their modes, errors that name the way out, a broken flows file, a full disk. The use cases are in
// tests/conformance/.
#include "store/sqlite/sqlite_db.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "fake/clock.h"
#include "fake/random.h"
#include "store/migrate.h"
#include "store/store.h"

namespace fs = std::filesystem;

namespace {

struct Folder {
  std::string path;
  Folder() {
    char name[] = "/tmp/latchstring-sqlite-XXXXXX";
    BOOST_REQUIRE(mkdtemp(name));
    path = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  std::string file(const char* name = "db") const { return path + "/" + name; }
  void write(const char* name, const std::string& text) const { std::ofstream{file(name), std::ios::binary} << text; }
  unsigned mode(const char* name) const { return static_cast<unsigned>(fs::status(file(name)).permissions()); }
};

std::unique_ptr<store::Db> opened(const store::sqlite::Options& options) {
  auto db = store::sqlite::open(options);
  if (!db) BOOST_FAIL(db.error().detail);
  return std::move(*db);
}

std::string say_of(const store::sqlite::Options& options) {
  const auto db = store::sqlite::open(options);
  return db ? "opened" : db.error().say;
}

void run(store::Db& db, const std::string& sql) {
  const auto done = db.write([&](store::Tx& tx) -> base::Status {
    const auto rows = tx.run(sql, {});
    if (!rows) return rows.error();
    return base::ok;
  });
  if (!done) BOOST_FAIL(done.error().detail);
}

std::string ask(store::Db& db, const std::string& sql) {
  std::string answer;
  const auto done = db.read([&](store::Tx& tx) -> base::Status {
    const auto rows = tx.run(sql, {});
    if (!rows) return rows.error();
    const auto& cell = rows->rows.at(0).cells.at(0);
    answer = std::holds_alternative<std::int64_t>(cell) ? std::to_string(std::get<std::int64_t>(cell)) : rows->rows[0].text(0);
    return base::ok;
  });
  return done ? answer : done.error().detail;
}

/// What `work` says when the caller is no administrator: root may do what it likes with any file.
std::string as_nobody(const std::function<std::string()>& work) {
  int ends[2];
  BOOST_REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const bool dropped = geteuid() != 0 || setuid(65534) == 0;
    const auto said = dropped ? work() : std::string{"setuid failed"};
    _exit(write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size()) ? 0 : 1);
  }
  close(ends[1]);
  std::string said(4096, '\0');
  said.resize(static_cast<std::size_t>(std::max<ssize_t>(0, read(ends[0], said.data(), said.size()))));
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return said;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

BOOST_AUTO_TEST_SUITE(store_sqlite)

struct UrlRow {
  const char* why;
  std::string_view url;
  std::optional<std::string> path;
};
std::ostream& operator<<(std::ostream& os, const UrlRow& r) { return os << r.why; }
const UrlRow kUrls[] = {{"absolute", "sqlite:/var/lib/l.db", "/var/lib/l.db"},
                        {"with an empty host", "sqlite:///var/lib/l.db", "/var/lib/l.db"},
                        {"relative", "sqlite:l.db", "l.db"},
                        {"scheme in capitals (RFC 3986 3.1)", "SQLite:l.db", "l.db"},
                        {"a host: SQLite has none", "sqlite://host/l.db", std::nullopt},
                        {"no path", "sqlite:", std::nullopt},
                        {"a folder", "sqlite:/var/lib/", std::nullopt},
                        {"a zero byte would cut the name", std::string_view{"sqlite:/a\0b", 11}, std::nullopt},
                        {"another database", "postgresql://db/latchstring", std::nullopt},
                        {"no scheme", "/var/lib/l.db", std::nullopt}};

BOOST_DATA_TEST_CASE(a_url_names_a_path, boost::unit_test::data::make(kUrls), row) {
  BOOST_TEST((store::sqlite::path_of(row.url) == row.path));
}

BOOST_AUTO_TEST_CASE(files_are_for_their_owner_only) {
  const Folder f;
  const auto before = umask(0);
  const auto db = opened({.path = f.file(), .create = true});
  run(*db, "CREATE TABLE t (n INTEGER)");
  umask(before);
  for (const char* name : {"db", "db-wal", "db-shm"}) BOOST_TEST(f.mode(name) == 0600u);
}

BOOST_AUTO_TEST_CASE(a_database_is_opened_with_its_defences) {
  const Folder f;
  const auto db = opened({.path = f.file(), .create = true});
  BOOST_TEST(ask(*db, "PRAGMA journal_mode") == "wal");
  BOOST_TEST(ask(*db, "PRAGMA synchronous") == "2");
  BOOST_TEST(ask(*db, "PRAGMA foreign_keys") == "1");
  BOOST_TEST(ask(*db, "PRAGMA trusted_schema") == "0");
  BOOST_TEST(ask(*db, "PRAGMA query_only") == "1");
  BOOST_TEST(ask(*db, "PRAGMA secure_delete") == "1");
  run(*db, "CREATE TABLE t (n INTEGER)");
  const auto rewritten = db->write([](store::Tx& tx) -> base::Status {
    (void)tx.run("PRAGMA writable_schema = ON", {});
    const auto rows = tx.run("UPDATE sqlite_schema SET sql = 'x'", {});
    if (!rows) return rows.error();
    return base::ok;
  });
  BOOST_TEST(!rewritten);
  const auto flows = opened({.path = f.file("flows"), .durable = false, .create = true});
  BOOST_TEST(ask(*flows, "PRAGMA synchronous") == "0");
}

BOOST_AUTO_TEST_CASE(the_last_one_out_folds_the_log_into_the_file) {
  const Folder f;
  run(*opened({.path = f.file(), .create = true}), "CREATE TABLE t (n INTEGER)");
  BOOST_TEST(!fs::exists(f.file("db-wal")));
  BOOST_TEST(ask(*opened({.path = f.file()}), "SELECT count(*) FROM t") == "0");
}

/// SQLite answers "locked" at once, without asking its busy handler, where two connections turn a new file to WAL at the same time.
BOOST_AUTO_TEST_CASE(a_new_file_is_opened_by_many_at_once) {
  const Folder f;
  std::atomic<int> failed = 0;
  for (int round = 0; round < 100; ++round) {
    std::atomic<int> ready = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, path = f.file() + std::to_string(round)] {
        ++ready;
        while (ready < 4) std::this_thread::yield();
        if (!store::sqlite::open({.path = path, .create = true})) ++failed;
      });
    for (auto& t : threads) t.join();
  }
  BOOST_TEST(failed == 0);
}

BOOST_AUTO_TEST_CASE(a_missing_database_names_the_command_that_makes_it) {
  const Folder f;
  const auto said = say_of({.path = f.file()});
  BOOST_TEST(has(said, f.file()));
  BOOST_TEST(has(said, "latchstring init"));
  BOOST_TEST(!fs::exists(f.file()));  // and nothing is made by looking
}

BOOST_AUTO_TEST_CASE(a_missing_folder_is_named) {
  const Folder f;
  const auto said = say_of({.path = f.file("no/such/db"), .create = true});
  BOOST_TEST(has(said, f.file("no/such")));
  BOOST_TEST(has(said, "No such file"));
}

BOOST_AUTO_TEST_CASE(another_file_is_no_database_and_stays_as_it_is) {
  const Folder f;
  const std::string text(5000, 'x');
  f.write("db", text);
  const auto said = say_of({.path = f.file(), .create = true});
  BOOST_TEST(has(said, "no SQLite database"));
  BOOST_TEST(has(said, f.file()));
  BOOST_TEST(fs::file_size(f.file()) == text.size());
}

BOOST_AUTO_TEST_CASE(a_symbolic_link_is_not_followed_but_its_folder_may_be_one) {
  const Folder f;
  f.write("target", "");
  fs::create_symlink(f.file("target"), f.file("link"));
  BOOST_TEST(has(say_of({.path = f.file("link"), .create = true}), "symbolic link"));
  BOOST_TEST(has(say_of({.path = f.file("link")}), "symbolic link"));
  fs::create_directory(f.file("folder"));
  fs::create_directory_symlink(f.file("folder"), f.file("alias"));
  BOOST_TEST(say_of({.path = f.file("alias/db"), .create = true}) == "opened");
  BOOST_TEST(fs::exists(f.file("folder/db")));
}

BOOST_AUTO_TEST_CASE(a_folder_is_no_database) {
  const Folder f;
  fs::create_directory(f.file());
  BOOST_TEST(has(say_of({.path = f.file()}), "no regular file"));
}

BOOST_AUTO_TEST_CASE(what_may_not_be_written_is_named_with_the_user) {
  const Folder f;
  run(*opened({.path = f.file(), .create = true}), "CREATE TABLE t (n INTEGER)");
  fs::permissions(f.path, fs::perms{0777});
  fs::permissions(f.file(), fs::perms{0444});
  auto said = as_nobody([&] { return say_of({.path = f.file()}); });
  BOOST_TEST(has(said, "must be readable and writable for user id"));
  BOOST_TEST(has(said, f.file()));
  fs::permissions(f.file(), fs::perms{0666});
  fs::permissions(f.path, fs::perms{0555});
  said = as_nobody([&] { return say_of({.path = f.file()}); });
  BOOST_TEST(has(said, "the folder " + f.path));
  BOOST_TEST(has(said, "must be writable"));
  fs::permissions(f.path, fs::perms{0777});
  BOOST_TEST(as_nobody([&] { return say_of({.path = f.file()}); }) == "opened");
}

BOOST_AUTO_TEST_CASE(broken_flows_are_replaced_and_a_broken_main_never) {
  for (const bool durable : {false, true}) {
    const Folder f;
    f.write("db", std::string(8192, 'x'));
    f.write("db-wal", "rubbish");
    const auto db = store::sqlite::open({.path = f.file(), .durable = durable, .create = true});
    BOOST_TEST(bool{db} == !durable);
    if (!db) continue;
    BOOST_TEST(ask(**db, "SELECT count(*) FROM sqlite_schema") == "0");
    run(**db, "CREATE TABLE t (n INTEGER)");
    BOOST_TEST(f.mode("db") == 0600u);
  }
}

BOOST_AUTO_TEST_CASE(flows_damaged_by_a_crash_are_replaced_at_the_next_boot_and_sound_ones_kept) {
  const Folder f;
  const store::sqlite::Options options{.path = f.file(), .durable = false, .create = true};
  {
    const auto db = opened(options);
    run(*db, "CREATE TABLE t (s TEXT)");
    run(*db, "INSERT INTO t SELECT randomblob(3000) FROM (VALUES (1),(2),(3),(4),(5),(6))");
    run(*db, "PRAGMA user_version = 1");  // as if another boot had left it
  }
  BOOST_TEST(ask(*opened(options), "SELECT count(*) FROM t") == "6");
  run(*opened(options), "PRAGMA user_version = 1");
  {
    std::fstream file{f.file(), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(4096);
    file << std::string(8192, '\xff');
  }
  BOOST_TEST(ask(*opened(options), "SELECT count(*) FROM sqlite_schema") == "0");
}

BOOST_AUTO_TEST_CASE(a_full_disk_is_an_error_and_what_was_answered_stays) {
  const Folder f;
  fake::Clock clock;
  fake::Random random;
  const auto main = opened({.path = f.file(), .create = true}), flows = opened({.path = f.file("flows"), .durable = false, .create = true});
  const auto main_steps = store::migrations("sqlite", "main"), flow_steps = store::migrations("sqlite", "flows");
  BOOST_REQUIRE(store::migrate(*main, main_steps));
  BOOST_REQUIRE(store::migrate(*flows, flow_steps));
  store::Store store{*main, *flows, clock, random};
  const auto login = [&](int i) {
    store::LoginRecord r;
    r.profile.provider = r.profile.issuer = "github";
    r.profile.uid = std::to_string(i);
    r.profile.name = std::string(1000, 'n');
    r.session.refresh_hash = "hash " + r.profile.uid;
    r.session.expires = clock.now() + std::chrono::hours{1};
    return store.sign_in(r);
  };
  run(*main, "PRAGMA max_page_count = 60");
  // Threads, so that the disk is full in the middle of a commit that several logins share.
  std::atomic<int> next = 0, answered = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      while (next < 1000 && login(next++)) ++answered;
    });
  for (auto& t : threads) t.join();
  BOOST_TEST(answered > 0);
  BOOST_TEST(answered < 1000);
  const auto refused = login(2000);
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == base::Code::busy), "503 with Retry-After: it may be tried again");
  BOOST_TEST(has(refused.error().detail, "full"));
  BOOST_TEST(*store.count_users() == answered);
  BOOST_TEST(ask(*main, "PRAGMA integrity_check") == "ok");
  run(*main, "PRAGMA max_page_count = 100000");
  BOOST_TEST(bool{login(2000)});  // with space again it goes on
}

BOOST_AUTO_TEST_SUITE_END()
