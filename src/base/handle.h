// handle.h: C handles own themselves; one deleter for every library.
// Example: using MdCtx = base::Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
#pragma once
#include <memory>

namespace base {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* p) const noexcept {
    Free(p);
  }
};
template <class T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;

}  // namespace base
