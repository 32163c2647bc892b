// work.h: what is done with XML, one request at a time, in whichever process: reads it (libxml2), verifies, decrypts and signs (xmlsec1).
// Requests are made by ask.h's callers and are trusted; the documents in them are not.
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "xml/dom_keys.h"
#include "xml/wire.h"

namespace xml {

class Workshop {
  // Reading a key costs as much as using it, and there are few.
  std::mutex mutex_;
  std::map<std::string, dom::PeerKey, std::less<>> peers_;  // under mutex_
  std::map<std::string, dom::OwnKey, std::less<>> own_;     // under mutex_

  base::Result<dom::PeerKey> peer(std::string_view text);
  base::Result<dom::OwnKey> own(std::string_view text);
  base::Result<std::string> parse(Unpacker& in);
  base::Result<std::string> verify(Unpacker& in);
  base::Result<std::string> decrypt(Unpacker& in);
  base::Result<std::string> sign(Unpacker& in);
  base::Result<std::string> done(std::string_view request);

 public:
  /// The answer: what came out, or what was wrong. Thread safe.
  std::string work(std::string_view request);
  /// Has both libraries load what they load, while there are files to load it from. False if one of them cannot work here.
  static bool prepare();
};

}  // namespace xml
