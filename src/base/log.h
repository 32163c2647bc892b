// log.h: one event, one line, key=value, values quoted and escaped when they need it.
//   log.event(Level::info, "callback", {{"provider", "github"}, {"outcome", "denied"}, {"ms", "412"}});
//   -> ts=2026-01-02T03:04:05Z level=info ev=callback provider=github outcome=denied ms=412
// Never log: codes, tokens, cookies, e-mail addresses, full URLs with queries.
// warn = an operator should look today; error = we broke; debug is off in production.
#pragma once
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"

namespace base {

enum class Level { debug, info, warn, error };

class Log {
  int fd_;
  Level least_;
  const Clock& clock_;

 public:
  using Field = std::pair<std::string_view, std::string_view>;
  /// Lines go to `fd` (2 = standard error), each with one write(2), so lines of several processes never mix.
  Log(int fd, Level least, const Clock& clock) : fd_(fd), least_(least), clock_(clock) {}
  bool wants(Level level) const noexcept { return level >= least_; }
  void event(Level level, std::string_view name, std::span<const Field> fields) const;
  void event(Level level, std::string_view name, std::initializer_list<Field> fields) const {
    event(level, name, std::span{fields.begin(), fields.size()});
  }
  /// The line without the write; for tests.
  static std::string line(Time now, Level level, std::string_view name, std::span<const Field> fields);
};

}  // namespace base
