// store/sqlite/connection.h: one connection to one file, with its prepared statements. Used by one thread at a time.
// The library's types stay in the .cc files of this folder.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/db.h"

struct sqlite3;

namespace store::sqlite {

class Statement;

struct Setup {
  std::string path;        // absolute, its folder without symbolic links
  bool durable = true;
  bool reader = false;
  bool foreign = false;  // somebody else's file: opened for reading only, left in whatever mode it is in
  int busy_ms = 5000;
};

class Connection final : public Tx {
  struct Close {
    void operator()(sqlite3* db) const noexcept;
  };
  struct Busy {
    std::int64_t since_us = 0;
    std::int64_t most_us = 0;
    unsigned nap_us = 0;
  };
  std::unique_ptr<sqlite3, Close> db_;
  // Keys view the statements' own copies of their text. The last member: statements go before the connection does.
  std::unordered_map<std::string_view, std::unique_ptr<Statement>> statements_;
  Busy busy_;
  bool damaged_ = false;

  static int wait(void* self, int calls) noexcept;
  base::Error error(std::string_view doing);
  base::Status turn_to_wal();
  base::Status settle(const Setup& setup);
  base::Result<Statement*> prepared(std::string_view sql);

 public:
  Connection();
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Opens an existing file, sets WAL, foreign keys and the defences.
  base::Status open(const Setup& setup);
  base::Result<Rows> run(std::string_view sql, std::initializer_list<Param> params) override;
  base::Status run(std::string_view sql);
  bool in_transaction() const noexcept;
  /// True if the library has found the file to be damaged or no database at all.
  bool damaged() const noexcept { return damaged_; }
};

}  // namespace store::sqlite
