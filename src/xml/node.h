// node.h: what an Element is inside xml/. Not for others.
#pragma once
#include <libxml/tree.h>

#include <cstdint>
#include <string_view>

#include "xml/dom.h"

namespace xml::dom {

/// What elements and text are called between processes (tree.h): their places in document order, beginning with 0 at the root. Comments and
/// processing instructions have none. `see(node, place, parent's place)`.
template <class F>
void walk(xmlNode* node, std::uint32_t& next, std::uint32_t parent, F& see) {
  const bool text = node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE;
  if (!text && node->type != XML_ELEMENT_NODE) return;
  const auto own = next++;
  see(node, own, parent);
  if (text) return;
  for (xmlNode* child = node->children; child != nullptr; child = child->next) walk(child, next, own, see);  // Limits::depth deep at most
}

inline xmlNode* node_of(const Element& element) noexcept { return element.node_; }

inline std::string_view view(const xmlChar* s) noexcept {
  return s == nullptr ? std::string_view{} : std::string_view{reinterpret_cast<const char*>(s)};
}
inline const xmlChar* chars(const char* s) noexcept { return reinterpret_cast<const xmlChar*>(s); }

/// Prepares libxml2, once in a process, whoever comes first.
void start_parser();

}  // namespace xml::dom
