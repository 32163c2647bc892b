// floor_login.cc: what a login costs at least: two HTTPS calls over kept connections, one ES256 signature, one durable SQLite commit.
// No FastCGI, no parsing, no checks, no flow, no user: everything that latchstring adds is its own.
//   floor_login BASE_URL CA_FILE DATABASE THREADS SECONDS      prints: logins, CPU microseconds per login
#include <curl/curl.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "base/handle.h"

namespace {

using Clock = std::chrono::steady_clock;
using Curl = base::Handle<CURL, curl_easy_cleanup>;
using List = base::Handle<curl_slist, curl_slist_free_all>;
using Key = base::Handle<EVP_PKEY, EVP_PKEY_free>;
using MdCtx = base::Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using Db = base::Handle<sqlite3, sqlite3_close>;
using Stmt = base::Handle<sqlite3_stmt, sqlite3_finalize>;

struct Shared {
  std::string base, ca, database;
  Key key;
  Clock::time_point end;
  std::atomic<long> done{0};
  std::atomic<bool> failed{false};
};

std::size_t keep(char* p, std::size_t size, std::size_t n, void* out) {
  static_cast<std::string*>(out)->append(p, size * n);
  return size * n;
}

class Browser {
  Curl easy_{curl_easy_init()};
  std::string body_;

 public:
  explicit Browser(const std::string& ca) {
    curl_easy_setopt(easy_.get(), CURLOPT_CAINFO, ca.c_str());
    curl_easy_setopt(easy_.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy_.get(), CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(easy_.get(), CURLOPT_WRITEDATA, &body_);
  }
  /// `form` "" = GET.
  bool call(const std::string& url, const std::string& form, const char* header) {
    const List headers{curl_slist_append(nullptr, header)};
    body_.clear();
    curl_easy_setopt(easy_.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, headers.get());
    if (form.empty()) curl_easy_setopt(easy_.get(), CURLOPT_HTTPGET, 1L);
    if (!form.empty()) curl_easy_setopt(easy_.get(), CURLOPT_POSTFIELDS, form.c_str());
    return curl_easy_perform(easy_.get()) == CURLE_OK && body_.find('{') == 0;
  }
};

Db open(const std::string& path) {
  sqlite3* raw = nullptr;
  sqlite3_open(path.c_str(), &raw);
  Db db{raw};
  sqlite3_busy_timeout(db.get(), 10'000);
  sqlite3_exec(db.get(),
               "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS logins (id INTEGER PRIMARY KEY, who BLOB)",
               nullptr, nullptr, nullptr);
  return db;
}

bool sign(EVP_PKEY* key) {
  static constexpr unsigned char text[400] = "a JWT's header and claims are about as long";
  unsigned char signature[80];
  std::size_t size = sizeof signature;
  const MdCtx ctx{EVP_MD_CTX_new()};
  return EVP_DigestSignInit(ctx.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestSign(ctx.get(), signature, &size, text, sizeof text) == 1;
}

void work(Shared& s) {
  Browser browser{s.ca};
  const auto db = open(s.database);
  sqlite3_stmt* raw = nullptr;
  sqlite3_prepare_v2(db.get(), "INSERT INTO logins (who) VALUES (randomblob(64))", -1, &raw, nullptr);
  const Stmt insert{raw};
  const std::string form =
      "grant_type=authorization_code&code=floor&client_id=bench&client_secret=bench-secret&redirect_uri=https%3A%2F%2Fapp.example%2Fcb";
  while (Clock::now() < s.end) {
    const bool good = browser.call(s.base + "/token", form, "Accept: application/json") &&
                      browser.call(s.base + "/user", "", "Authorization: Bearer floor") && sign(s.key.get()) &&
                      sqlite3_step(insert.get()) == SQLITE_DONE && sqlite3_reset(insert.get()) == SQLITE_OK;
    if (!good) s.failed = true;
    if (!good) return;
    ++s.done;
  }
}

double cpu_seconds() {
  rusage u{};
  getrusage(RUSAGE_SELF, &u);
  const auto of = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return of(u.ru_utime) + of(u.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return std::fputs("usage: floor_login BASE_URL CA_FILE DATABASE THREADS SECONDS\n", stderr), 2;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  Shared s{.base = argv[1], .ca = argv[2], .database = argv[3], .key = Key{EVP_EC_gen("P-256")}, .end = {}};
  open(s.database);
  const auto before = cpu_seconds();
  s.end = Clock::now() + std::chrono::milliseconds{static_cast<long>(std::atof(argv[5]) * 1000)};
  {
    std::vector<std::jthread> threads;
    for (int i = std::atoi(argv[4]); i > 0; --i) threads.emplace_back(work, std::ref(s));
  }
  if (s.failed || s.done == 0) return std::fputs("floor_login: a call, a signature or a commit failed\n", stderr), 1;
  std::printf("%ld %.1f\n", s.done.load(), (cpu_seconds() - before) / static_cast<double>(s.done) * 1e6);
}
