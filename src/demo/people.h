// people.h: who can sign in at the demo provider: a few made-up people, and whoever the visitor says to be.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/request.h"

namespace demo {

/// A person of the list. Names and addresses are made up (example.com, RFC 2606).
struct Listed {
  std::string_view id, name, email;
  bool verified;
};
std::span<const Listed> people() noexcept;

/// The person who signs in, as the claims will say.
struct Person {
  std::string sub, name, email;
  bool verified = false;
};

/// From the page's form: `person` is an id of the list, or "other" with `name` and `email` as typed in. A typed address is never verified,
/// and the same address is the same person every time. Error.say is for the page.
base::Result<Person> chosen(const http::Params& form);

}  // namespace demo
