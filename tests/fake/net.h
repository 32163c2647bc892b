// fake/net.h: a net::Client that answers from a table and remembers what was asked. No network.
#pragma once
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "net/client.h"

namespace fake {

struct Net final : net::Client {
  std::mutex mutex;
  std::map<std::string, std::vector<base::Result<net::Response>>> answers;  // by whole URL, or without query; the last one repeats
  std::function<base::Result<net::Response>(const net::Request&)> live;     // for what stands in no row
  std::vector<net::Request> asked;

  void answer(const std::string& url, int status, std::string body,
              std::vector<net::Header> headers = {{"content-type", "application/json"}}) {
    answers[url].push_back(net::Response{status, std::move(headers), std::move(body)});
  }
  void fail(const std::string& url, std::string detail) { answers[url].push_back(base::Error{base::Code::upstream, std::move(detail)}); }

  base::Result<net::Response> send(const net::Request& request) override {
    std::lock_guard lock{mutex};
    asked.push_back(request);
    auto it = answers.find(request.url);
    if (it == answers.end()) it = answers.find(request.url.substr(0, request.url.find('?')));
    if (it == answers.end() && live) return live(request);
    if (it == answers.end()) return base::Error{base::Code::upstream, "connect: nothing answers at this address in the test"};
    auto answer = it->second.front();
    if (it->second.size() > 1) it->second.erase(it->second.begin());
    return answer;
  }
};

}  // namespace fake
