// http/request.h: a request as the handlers see it: plain values, already limited and taken apart by fcgi/.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http {

/// Decoded parameters in order. Where a name repeats, the last one counts, as in Django (wire.md G07, G08).
class Params {
  std::vector<std::pair<std::string, std::string>> items_;

 public:
  void add(std::string name, std::string value) { items_.emplace_back(std::move(name), std::move(value)); }
  /// The last value of that name; nullptr if absent. ("" is a value.)
  const std::string* last(std::string_view name) const noexcept;
  /// How often the name occurs.
  std::size_t count(std::string_view name) const noexcept;
  const std::vector<std::pair<std::string, std::string>>& items() const noexcept { return items_; }
  /// These, overlaid by `over`: for every name in `over` its values replace ours (djoser: body wins, wire.md P04-P06).
  Params merged(const Params& over) const;
};

/// application/x-www-form-urlencoded (WHATWG URL 5.1). At most 1000 pairs; the rest is dropped.
Params parse_form(std::string_view text);

struct Request {
  std::string method;        // "GET"; as sent
  std::string path;          // below the mount, raw, begins with '/'; "/o/github/"
  std::string query;         // raw, without '?'
  std::string content_type;  // as sent, "" if absent
  std::string body;
  std::string remote_addr;                                   // the peer, or what a trusted proxy says
  std::string id;                                            // request id for the log, 16 hex
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case with '-'; Cookie may occur more than once
  bool https = false;
  // The gate's (flow/gate.cc), from where no client can write: see fcgi/params.h.
  bool authorizer = false;  // FastCGI role AUTHORIZER: the answer decides whether somebody is let in, and nothing but the gate may give it
  int refused = 0;          // 401, 403: the web server has refused somebody already and asks for the page that says so; 0 = it has not
  bool names_removed = false;  // the web server took Remote-User and its kin away: one that is there is a spelling that it missed
  std::string original;        // the URI that somebody wants to see: path and query as sent, not below our mount; "" = not known
  /// First header of that lower-case name, or "".
  std::string_view header(std::string_view name) const noexcept;
  /// The value of a cookie over all Cookie headers, separators "; " and ", " both (frontends.md); "" if absent. The first one counts.
  std::string cookie(std::string_view name) const;
};

}  // namespace http
