// store/postgres/connection.h: one connection. Used by one thread at a time. The library's types stay in the .cc files of this folder.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "store/postgres/postgres_db.h"

struct pg_conn;

namespace store::postgres {

class Connection final : public Tx {
  struct Close {
    void operator()(pg_conn* connection) const noexcept;
  };
  std::unique_ptr<pg_conn, Close> connection_;

  base::Error lost(std::string_view doing) const;

 public:
  /// Connects, or does nothing on a connection that is sound.
  base::Status open(const Options& options);
  base::Result<Rows> run(std::string_view sql, std::initializer_list<Param> params) override;
  base::Status run(const char* sql);
  /// Code::internal if the server rolled back instead, as it does after a statement that failed.
  base::Status commit();
  bool in_transaction() const noexcept;
};

}  // namespace store::postgres
