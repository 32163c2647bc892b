// store/rules.h: the account rules as pure functions: which e-mails may decide anything, and what a new user is called.
#pragma once
#include <string>
#include <string_view>

#include "store/records.h"

namespace store {

/// The e-mail as identities are matched by it (lower case), or "" if it is not fit for that: anything but printable ASCII, spaces,
/// commas, quotes and other specials of RFC 5322 3.2.3, not exactly one '@', an empty part, more than 254 bytes (RFC 5321 4.5.3.1).
/// What mail software reads in two ways lets nobody in.
std::string match_email(std::string_view email);
/// True if there is no list, or the profile's e-mail is verified, fit for matching and on one of the lists: itself, or its domain (ASCII
/// case aside, no subdomains).
bool admitted(const Profile& profile, const AccountRules& rules);
/// True if the provider's word on that e-mail may link accounts: there is no list of such providers, or it is on it, for the address's
/// domain.
bool trusted(std::string_view provider, std::string_view email, const AccountRules& rules);
/// A username by Django's rule, ASCII letters, digits and @.+-_ only, at most 150 bytes: from the preferred username, else the e-mail's
/// local part, else the uid, else "user".
std::string username_for(const Profile& profile);
/// True if a user may be called so: what username_for() makes, but not empty.
bool is_username(std::string_view name) noexcept;
/// The same with a suffix, still at most 150 bytes.
std::string with_suffix(std::string_view username, std::string_view suffix);
/// What the n-th user who wants `username` is called while that is readable: ada, ada2 ... ada9 (behind a digit: r2d2-2). n is 1 to 9.
std::string numbered(std::string_view username, int n);
/// `s`, or as much of its start as fits in `most` bytes without cutting a UTF-8 character.
std::string_view clip(std::string_view s, std::size_t most) noexcept;

}  // namespace store
