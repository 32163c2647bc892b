// exchange.h: messages over a stream socket, with a deadline; and descriptors handed over. Of reader/ alone.
#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace reader {

using Time = std::chrono::steady_clock::time_point;

class Descriptor {
  int fd_;

 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&&) = delete;
  Descriptor(const Descriptor&) = delete;
  ~Descriptor();
  int get() const noexcept { return fd_; }
  void close() noexcept;
};

/// Length and bytes. False if the other side is gone or time is up.
bool send_message(int fd, std::string_view bytes, Time deadline);
/// nullopt likewise, and for one that is larger than `most`.
std::optional<std::string> receive_message(int fd, std::size_t most, Time deadline);

enum class Sent { yes, late, gone };
/// Hands `fd` over by the Unix socket `by`.
Sent send_descriptor(int by, int fd, Time deadline);
/// Waits for one. -1: the other side is gone.
int receive_descriptor(int by);

}  // namespace reader
