// fuzz.h: what the targets of libFuzzer share. A target is one function over bytes from outside; it asserts what must hold for
// every input, not only that nothing breaks. The same file is compiled twice: by tools/fuzz with clang (libFuzzer drives it), and
// by `make test` with the ordinary compiler (replay.cc drives it over tests/fuzz/seeds/NAME/).
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

/// Ends the process with the property that does not hold: libFuzzer keeps the input, the replay names the seed.
#define HOLDS(property)                                                                  \
  do {                                                                                   \
    if (!(property)) {                                                                   \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #property); \
      std::abort();                                                                      \
    }                                                                                    \
  } while (false)

namespace fuzz {

inline std::string_view view(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

/// What a fixture cannot do without.
template <class Result>
auto must(Result result) {
  if (!result) std::fprintf(stderr, "fixture: %s %s\n", result.error().say.c_str(), result.error().detail.c_str());
  HOLDS(result);
  return std::move(*result);
}

/// Several texts in one input: each but the last ends with a line feed, so that seeds can be written by hand.
class Lines {
  std::string_view rest_;

 public:
  explicit Lines(std::string_view all) : rest_(all) {}
  std::string_view next() {
    const auto end = rest_.find('\n');
    const auto line = rest_.substr(0, end);
    rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
    return line;
  }
  bool empty() const noexcept { return rest_.empty(); }
  std::string_view rest() const noexcept { return rest_; }
};

}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
