// security_subject.h: whose account an event is about: the ways in which RFC 9493, the drafts before it, RISC at Google and Apple say so.
#pragma once
#include <string>
#include <string_view>

#include "json/value.h"
#include "providers/provider.h"

namespace providers {

/// "" = not told, or not in a way that we understand.
struct EventSubject {
  std::string uid, sid, email;
  bool empty() const noexcept { return uid.empty() && sid.empty() && email.empty(); }
};

/// Whose word counts for whom. A provider speaks of its own accounts and of no other's.
struct SubjectRules {
  const Provider& provider;
  std::string_view issuer;        // the metadata's, where the file names none
  std::string_view event_issuer;  // `iss` of the event, which was checked
  /// The issuer that identities of this provider have.
  std::string canonical() const;
  bool speaks_for(std::string_view iss) const;
};

EventSubject subject_of(json::Value event, json::Value claims, const SubjectRules& rules);

}  // namespace providers
