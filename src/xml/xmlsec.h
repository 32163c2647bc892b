// xmlsec.h: what the files of xml/ that see xmlsec1 share. Not for others.
#pragma once
#include <xmlsec/keys.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlenc.h>

#include <span>
#include <string>
#include <string_view>

#include "base/handle.h"
#include "xml/dom.h"
#include "xml/signature.h"  // kDsig

namespace xml::dom {

using SecKey = base::Handle<xmlSecKey, xmlSecKeyDestroy>;
using DSigCtx = base::Handle<xmlSecDSigCtx, xmlSecDSigCtxDestroy>;
using EncCtx = base::Handle<xmlSecEncCtx, xmlSecEncCtxDestroy>;

struct KeyImpl {
  SecKey key;
  bool rsa = false;
  /// A context takes its key over, so each operation has its own.
  SecKey copy() const { return SecKey{xmlSecKeyDuplicate(key.get())}; }
};

/// Prepares libxml2 and xmlsec1, once in a process, whoever comes first. False if the library is not the one that we were built for.
bool start_xmlsec();

using xml::kDsig;
constexpr std::string_view kEnc = "http://www.w3.org/2001/04/xmlenc#";

inline bool one_of(std::string_view value, std::span<const std::string_view> allowed) noexcept {
  for (const auto a : allowed) {
    if (a == value) return true;
  }
  return false;
}
inline std::string algorithm_of(const Element& method) { return method.attribute("Algorithm").value_or(""); }

}  // namespace xml::dom
