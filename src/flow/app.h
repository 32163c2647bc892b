// flow/app.h: what handlers work with, and the one function that fcgi/ calls. Routes stand in routes.cc, one file per endpoint family.
#pragma once
#include <memory>
#include <mutex>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/random.h"
#include "config/config.h"
#include "flow/throttle.h"
#include "http/request.h"
#include "http/response.h"
#include "net/client.h"
#include "providers/broker.h"
#include "store/store.h"
#include "token/jwt.h"
#include "token/master.h"

namespace flow {

/// Our signing keys, read again from the store now and then, so that `latchstring keys rotate` needs no restart.
class Keys {
  store::Store& store_;
  const token::Master& master_;
  const config::Config& config_;
  const base::Clock& clock_;
  std::mutex mutex_;
  std::shared_ptr<const token::KeyRing> ring_;
  base::Time read_{};
  base::Result<token::KeyRing> read();
  base::Result<std::shared_ptr<const token::KeyRing>> ring(std::chrono::seconds oldest);

 public:
  Keys(store::Store& store, const token::Master& master, const config::Config& config, const base::Clock& clock)
      : store_(store), master_(master), config_(config), clock_(clock) {}
  /// The ring, at most 30 s old. Code::internal if there is none and none can be read.
  base::Result<std::shared_ptr<const token::KeyRing>> ring() { return ring(std::chrono::seconds{30}); }
  /// token::check against the ring. A token of a key that is not in it may be signed by one that another worker has read already: the ring
  /// is then read again, if the store has such a key. What is wrong with the token is Code::denied; other codes say that it could not be
  /// found out, and that nobody must take the token for a bad one (busy: signed by a key that another master key seals than we have).
  base::Result<token::Claims> check(std::string_view compact);
};

/// Made once per worker (cli/serve.cc). References outlive it.
struct Deps {
  const config::Config& config;
  store::Store& store;
  providers::Broker& broker;
  Keys& keys;
  const token::Master& master;
  const base::Clock& clock;
  base::Random& random;
  const base::Log& log;
  base::Metrics& metrics;
  net::Client& net;
  base::Limits& limits;
  Throttle& throttle;
};

/// One request: routed, answered, counted, logged. Throws nothing that a handler threw.
http::Response handle(const http::Request& request, Deps& deps);

}  // namespace flow
