// layers.h: which file a stanza stands on: a catalogue file (compiled in, or from providers_dir, which wins), one protocol alone, or a file
// that itself stands on another (`kind` in it).
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/node.h"

namespace providers {

class Layers {
  std::map<std::string, std::string, std::less<>> own_;  // of providers_dir

  base::Result<config::Node> file(std::string_view name) const;
  base::Result<config::Node> lay(const std::string& name, const config::Node& over, int depth) const;

 public:
  /// `folder` may be "". Error.say if it cannot be read.
  static base::Result<Layers> open(const std::string& folder);
  std::vector<std::string> names() const;
  /// The stanza [providers.NAME] over what it stands on, ready for read_spec.
  base::Result<config::Node> resolve(const std::string& name, const config::Node& stanza) const;
  /// What the file of that name says of python-social-auth's uids ("psa_uid"), whatever a stanza of the name stands on; "" = nothing.
  std::string psa_uid(std::string_view name) const;
};

}  // namespace providers
