// conformance/world.h: what every case of the store suite stands on. The suite runs on each row of databases(); a new driver adds a row.
#pragma once
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "fake/clock.h"
#include "fake/random.h"
#include "store/migrate.h"
#include "store/store.h"

namespace conformance {

/// A place for two empty databases that is gone with the object. Each process opens its own connections.
struct Place {
  virtual ~Place() = default;
  virtual std::unique_ptr<store::Db> open_main(int busy_ms) = 0;
  virtual std::unique_ptr<store::Db> open_flows(int busy_ms) = 0;
  /// "ok", or what is wrong inside the main database.
  virtual std::string check_main() = 0;
};

struct Database {
  const char* name;
  std::unique_ptr<Place> (*make)();
};
std::ostream& operator<<(std::ostream& os, const Database& database);
const std::vector<Database>& databases();

/// When the refresh tokens of World::login expire.
inline const base::Time kFirstExpires = fake::Clock{}.now() + std::chrono::hours{24 * 30};

/// An open store on a place; the schema is there.
struct World {
  Place& place;
  fake::Clock clock;
  fake::Random random;
  std::unique_ptr<store::Db> main, flows;
  store::Store store;

  explicit World(Place& where, std::uint64_t seed = 1, int busy_ms = 20'000);
  store::Flow flow(std::int64_t id) const;
  static store::LoginRecord login(const std::string& uid, const std::string& refresh_hash);
  store::Rotation rotation(const std::string& from, const std::string& to) const;
  /// The one number that `sql` gives on the main database.
  std::int64_t number(std::string_view sql);
};

/// As World, with the place in it.
struct FreshWorld {
  std::unique_ptr<Place> place;
  World w;
  explicit FreshWorld(const Database& database) : place(database.make()), w(*place) {}
};

/// Runs `work(i)` on n threads that start together.
void on_threads(int n, const std::function<void(int)>& work);

/// Memory that parent and children see. Zeroed.
struct Shared {
  std::atomic<int> ready, go;
  std::array<std::atomic<std::int64_t>, 1024> count;
};
struct Unmap {
  void operator()(Shared* p) const noexcept { munmap(p, sizeof(Shared)); }
};
std::unique_ptr<Shared, Unmap> shared_memory();

/// Forks n children that start `work(i)` together and waits for them. The caller may have no database open. False if one of them failed
/// (work returned false, threw, or died).
bool in_processes(int n, Shared& shared, const std::function<bool(int)>& work);
/// Forks one child and does not wait.
pid_t start_process(const std::function<bool()>& work);

}  // namespace conformance
