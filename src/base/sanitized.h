// sanitized.h: is this a build under sanitizers? They bring memory management of their own, and their reports need more of the system.
#pragma once

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)  // g++
#define LATCHSTRING_SANITIZED 1
#elif defined(__has_feature)  // clang
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define LATCHSTRING_SANITIZED 1
#endif
#endif

namespace base {

#ifdef LATCHSTRING_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace base
