// xml_json.h: an XML answer as the JSON that expressions point into: {"name": content}, where content is the text of a leaf without
// attributes, else an object of "@attribute", children by local name (an array where one repeats) and "#text". Namespaces are dropped.
#pragma once
#include <string_view>

#include "base/result.h"
#include "json/value.h"
#include "xml/document.h"

namespace providers {

base::Result<json::Document> json_of_xml(std::string_view xml);
base::Result<json::Document> json_of_xml(const xml::Element& root);

}  // namespace providers
