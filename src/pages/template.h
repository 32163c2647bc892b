// template.h: a page of www/templates with values put in. Whatever is put in is text and is escaped: no value can become markup.
//   {{name}}              a value
//   {{@key}}              our text of that key in the page's language; {name} in the text is a value too
//   {{#name}}...{{/name}} once for each row of the list of that name, whose values come before the page's; or once if the value is not
//   empty
//   {{^name}}...{{/name}} once if the list, or the value, is empty
// `{{>part}}` and whether everything is closed is seen to when the program is built (tools/pages.py).
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pages/files.h"

namespace pages {

using Row = std::vector<std::pair<std::string, std::string>>;

struct Values {
  Row values;
  std::vector<std::pair<std::string, std::vector<Row>>> lists;
};

std::string render(std::string_view text, const Values& values, const Language& language);

}  // namespace pages
