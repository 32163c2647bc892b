// node.h: what an Element is inside xml/. Not for others.
#pragma once
#include <libxml/tree.h>

#include <string_view>

#include "xml/document.h"

namespace xml {

inline xmlNode* node_of(const Element& element) noexcept { return element.node_; }

inline std::string_view view(const xmlChar* s) noexcept {
  return s == nullptr ? std::string_view{} : std::string_view{reinterpret_cast<const char*>(s)};
}
inline const xmlChar* chars(const char* s) noexcept { return reinterpret_cast<const xmlChar*>(s); }

/// Prepares libxml2, once in a process, whoever comes first.
void start_parser();

}  // namespace xml
