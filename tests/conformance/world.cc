#include "conformance/world.h"

#include <stdlib.h>
#include <sys/mman.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <new>

#include "store/sqlite/sqlite_db.h"

namespace conformance {
namespace {

class SqlitePlace final : public Place {
  std::string folder_;

  std::unique_ptr<store::Db> open(const char* file, const char* database, bool durable, int busy_ms) const {
    auto db = store::sqlite::open({.path = folder_ + file, .durable = durable, .create = true, .busy_ms = busy_ms});
    if (!db) throw std::runtime_error(db.error().detail);
    const auto steps = store::migrations("sqlite", database);
    const auto done = store::migrate(**db, steps);
    if (!done) throw std::runtime_error(done.error().detail);
    return std::move(*db);
  }

 public:
  SqlitePlace() {
    char name[] = "/tmp/latchstring-store-XXXXXX";
    if (!mkdtemp(name)) throw std::runtime_error("mkdtemp");
    folder_ = name;
  }
  ~SqlitePlace() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::unique_ptr<store::Db> open_main(int busy_ms) override { return open("/main.db", "main", true, busy_ms); }
  std::unique_ptr<store::Db> open_flows(int busy_ms) override { return open("/main.db-flows", "flows", false, busy_ms); }
  std::string check_main() override {
    std::string answer;
    const auto done = open_main(1000)->read([&](store::Tx& tx) -> base::Status {
      const auto rows = tx.run("PRAGMA integrity_check", {});
      if (!rows) return rows.error();
      answer = rows->rows.at(0).text(0);
      const auto loose = tx.run("PRAGMA foreign_key_check", {});
      if (!loose) return loose.error();
      if (!loose->empty()) answer = "foreign keys";
      return base::ok;
    });
    return done ? answer : done.error().detail;
  }
};

}  // namespace

std::ostream& operator<<(std::ostream& os, const Database& database) { return os << database.name; }

const std::vector<Database>& databases() {
  static const std::vector<Database> all{{"sqlite", [] { return std::unique_ptr<Place>{std::make_unique<SqlitePlace>()}; }}};
  return all;
}

World::World(Place& where, std::uint64_t seed, int busy_ms)
    : place(where), main(where.open_main(busy_ms)), flows(where.open_flows(busy_ms)), store(*main, *flows, clock, random) {
  random.next = seed;
}

store::Flow World::flow(std::int64_t id) const {
  store::Flow f;
  f.id = id;
  f.secret_hash = "secret " + std::to_string(id) + std::string("\0\xff", 2);
  f.browser = 77;
  f.browser_hash = "browser";
  f.challenge = "challenge";
  f.provider = "github";
  f.redirect_uri = "https://app.example/cb";
  f.kept = std::string("{\"nonce\":\"n\"}\0\xfe", 15);
  f.mode = "api";
  f.expires = clock.now() + std::chrono::minutes{10};
  return f;
}

store::LoginRecord World::login(const std::string& uid, const std::string& refresh_hash) {
  store::LoginRecord r;
  r.profile.provider = "github";
  r.profile.issuer = "github";
  r.profile.uid = uid;
  r.profile.username = "user-" + uid;
  r.session.refresh_hash = refresh_hash;
  r.session.expires = kFirstExpires;
  r.session.user_agent = "test";
  r.remote_addr = "192.0.2.1";
  r.request_id = "r1";
  return r;
}

store::Rotation World::rotation(const std::string& from, const std::string& to) const {
  return {.old_hash = from, .old_expires = kFirstExpires, .new_hash = to, .new_sealed = "sealed " + to, .now = clock.now(),
          .new_expires = clock.now() + std::chrono::hours{24 * 30}, .grace = std::chrono::seconds{10}, .remote_addr = "192.0.2.1",
          .request_id = "r2"};
}

std::int64_t World::number(std::string_view sql) {
  std::int64_t n = -1;
  const auto done = main->read([&](store::Tx& tx) -> base::Status {
    const auto rows = tx.run(sql, {});
    if (!rows) return rows.error();
    n = rows->rows.at(0).integer(0);
    return base::ok;
  });
  BOOST_REQUIRE(done);
  return n;
}

void on_threads(int n, const std::function<void(int)>& work) {
  std::atomic<int> ready = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&, i] {
      ++ready;
      while (ready < n) std::this_thread::yield();
      work(i);
    });
  for (auto& t : threads) t.join();
}

std::unique_ptr<Shared, Unmap> shared_memory() {
  void* p = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) throw std::bad_alloc{};
  return std::unique_ptr<Shared, Unmap>{new (p) Shared{}};
}

pid_t start_process(const std::function<bool()>& work) {
  const pid_t child = fork();
  if (child != 0) return child;
  bool good = false;
  try {
    good = work();
  } catch (...) {
    good = false;
  }
  _exit(good ? 0 : 1);
}

bool in_processes(int n, Shared& shared, const std::function<bool(int)>& work) {
  shared.ready = 0;
  std::vector<pid_t> children;
  for (int i = 0; i < n; ++i)
    children.push_back(start_process([&, i] {
      ++shared.ready;
      while (shared.ready < n) std::this_thread::yield();
      return work(i);
    }));
  bool good = true;
  for (const pid_t child : children) {
    int status = 0;
    good = waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0 && good;
  }
  return good;
}

}  // namespace conformance
