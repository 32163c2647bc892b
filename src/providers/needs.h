// needs.h: what the enabled providers will want of the process later, when it has given up all else.
#pragma once
#include <string>
#include <vector>

namespace providers {

struct Needs {
  std::vector<std::string> files;  // read at each login: somebody else renews them
  bool xml = false;                // a document in XML may come from outside
};

}  // namespace providers
