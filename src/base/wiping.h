// wiping.h: memory from the heap is wiped when it is given back. Not base::Secret alone: passwords of clients, codes, tokens and verifiers pass
// through forms, headers, JSON and libcurl's buffers, whose copies nobody counts. All that is deleted goes this way, by the operators in
// wiping.cc; C libraries that let others do their allocation are told. What this does not reach: stacks, short strings on them, and what
// OpenSSL and libfcgi allocate for themselves.
#pragma once
#include <cstddef>

namespace base {

/// free(), of zeros. Null is fine.
void wipe_and_free(void* memory) noexcept;

/// realloc() whose old place is wiped.
void* wiping_realloc(void* memory, std::size_t size) noexcept;

}  // namespace base
