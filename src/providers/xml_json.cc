#include "providers/xml_json.h"

#include <algorithm>
#include <string>
#include <vector>

#include "json/writer.h"

namespace providers {
namespace {

void write(json::Writer& w, const xml::Element& element);

/// The children of one name: at the place of the first, all of them.
void write_children(json::Writer& w, const std::vector<xml::Element>& children) {
  for (std::size_t i = 0; i < children.size(); ++i) {
    std::vector<xml::Element> alike;
    bool first = true;
    for (std::size_t k = 0; k < children.size(); ++k) {
      if (children[k].name() != children[i].name()) continue;
      if (k < i) first = false;
      alike.push_back(children[k]);
    }
    if (!first) continue;
    w.key(children[i].name());
    if (alike.size() == 1) {
      write(w, alike.front());
    } else {
      w.array();
      for (const auto& one : alike) write(w, one);
      w.end_array();
    }
  }
}

void write(json::Writer& w, const xml::Element& element) {
  const auto attributes = element.attributes();
  const auto children = element.children();
  if (attributes.empty() && children.empty()) {
    w.value(element.text());
    return;
  }
  w.object();
  std::vector<std::string> names;
  for (const auto& [name, ns, value] : attributes) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;  // the same name in two namespaces
    w.member('@' + name, value);
    names.push_back(name);
  }
  write_children(w, children);
  if (children.empty()) w.member("#text", element.text());
  w.end_object();
}

}  // namespace

base::Result<json::Document> json_of_xml(const xml::Element& root) {
  json::Writer w;
  w.object().key(root.name());
  write(w, root);
  return json::Document::parse(w.end_object().take(), {.bytes = 2 << 20, .depth = 64});
}

base::Result<json::Document> json_of_xml(std::string_view text) {
  // Few of one name: write_children looks at each pair.
  auto document = xml::Document::parse(text, {.nodes = 2000});
  if (!document) return document.error();
  return json_of_xml(document->root());
}

}  // namespace providers
