// ask.h: the seam between those who want XML read and those who read it: bytes there and back. Who reads is settled once, when a process
// starts: itself (commands, tests), or another process that has nothing to lose (src/reader).
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "xml/document.h"
#include "xml/wire.h"

namespace xml {

enum class Task : std::uint32_t { nothing, parse, verify, decrypt, sign, peer_key, own_key };

/// Takes a request of ours to where `work` is done on it (work.h), and brings the answer.
using Way = std::function<base::Result<std::string>(std::string_view request)>;

/// From now on everything goes this way. Before threads are started; an empty one: this process reads.
void send_work_by(Way way);

/// An answer's content begins at `at`.
struct Answer {
  std::string told;
  std::size_t at = 0;
};
/// The worker's refusal comes back as the Error that it was.
base::Result<Answer> ask(std::string_view request);

/// A document with its limits, as requests begin with it.
void pack(Packer& request, std::string_view bytes, const Limits& limits);

/// What starts a reader asks it first: "I am there".
std::string request_of_nothing();

}  // namespace xml
