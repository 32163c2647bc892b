// xml_fuzz.cc: xml::Document and the JSON that is made of it: limits hold, there is no document type, and a document that is
// written again from what was read is read as the same.
#include "base/encode.h"
#include "base/markup.h"
#include "fuzz.h"
#include "providers/xml_json.h"
#include "xml/document.h"

namespace {

constexpr xml::Limits kLimits{.bytes = 4096, .depth = 8, .nodes = 200, .name = 100};

std::string escaped(
    std::string_view text) {  // white space in attributes, and CR anywhere, would be changed by the reader (XML 2.11, 3.3.3)
  std::string out;
  for (const char c : base::escape_markup(text)) {
    if (c == '\t' || c == '\n' || c == '\r')
      out += "&#" + std::to_string(c) + ';';
    else
      out += c;
  }
  return out;
}

struct Counted {
  std::size_t elements = 0, deepest = 0;
  bool reserved = false;  // a namespace that none but `xml` may name (XML names 3): it cannot be written as ours are
};

std::string written(const xml::Element& element, std::size_t depth, Counted& counted) {
  ++counted.elements;
  counted.deepest = std::max(counted.deepest, depth);
  HOLDS(base::is_utf8(element.text()) && element.ns().size() <= kLimits.name);
  counted.reserved = counted.reserved || element.ns() == "http://www.w3.org/XML/1998/namespace";
  std::string out = "<" + std::string{element.name()} + " xmlns=\"" + escaped(element.ns()) + '"';
  for (const auto& attribute : element.attributes()) {
    HOLDS(element.attribute(attribute.name, attribute.ns) == attribute.value);
    if (attribute.ns.empty()) out += ' ' + attribute.name + "=\"" + escaped(attribute.value) + '"';
  }
  out += '>';
  if (element.leaf()) out += escaped(element.text());
  for (const auto& child : element.children()) {
    HOLDS(child.parent() == element);
    out += written(child, depth + 1, counted);
  }
  return out + "</" + std::string{element.name()} + ">";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::view(data, size);
  if (const auto json = providers::json_of_xml(text)) HOLDS(json::Document::parse(json->root().dump()));
  const auto document = xml::Document::parse(text, kLimits);
  if (!document) return 0;
  HOLDS(size <= kLimits.bytes);
  Counted counted, again_counted;
  const auto first = written(document->root(), 1, counted);
  HOLDS(counted.deepest <= kLimits.depth && counted.elements <= kLimits.nodes);
  if (counted.reserved) return 0;
  const auto again = xml::Document::parse(first, {.bytes = 1 << 20, .depth = 8, .nodes = 2000, .name = 1000});
  HOLDS(again && written(again->root(), 1, again_counted) == first);
  return 0;
}
