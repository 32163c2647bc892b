// fcgi/exchange.h: one request on one connection, from its first byte to the last of its answer. Each request thread has one Exchange.
#pragma once
#include <memory>
#include <string>

#include "fcgi/params.h"
#include "fcgi/server.h"
#include "fcgi/transport.h"

namespace fcgi {

/// What a worker's exchanges share.
struct Service {
  ParamRules rules;
  std::size_t max_body;
  Handler handler;
  const base::Log& log;
  base::Metrics& metrics;
  base::Limits& limits;
};

class Exchange {
  struct Library;  // libfcgi's request
  std::unique_ptr<Library> library_;
  Transport transport_;
  std::string reply_;
  const Service& service_;

  http::Response respond(http::Request& request, int refuse);
  bool read_body(const std::optional<std::size_t>& length, http::Request& request, int& refuse);
  bool no_body(int& refuse);
  bool answer(const http::Response& response, const http::Request& request);

 public:
  explicit Exchange(const Service& service);
  ~Exchange();
  enum class End {
    idle,  // nothing came: the connection may wait elsewhere
    kept,  // answered, and the web server keeps the connection
    over,  // the connection is at its end: to be closed by the caller
  };
  /// Serves the next request of `fd`, which is `End::idle` if none has begun. `may_wait`: up to the receive timeout of the socket for its
  /// first byte. `busy` is called when its first bytes are here.
  template <class Busy>
  End run(int fd, bool may_wait, Busy busy) {
    const auto first = transport_.first_read(fd, may_wait);
    if (first == Transport::First::nothing) return End::idle;
    busy();
    return first == Transport::First::bytes ? serve(fd) : End::over;
  }

 private:
  End serve(int fd);
};

}  // namespace fcgi
