// cli/worker.h: everything that a worker process holds, made after fork in the order in which it is needed.
#pragma once
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "cli/confinement.h"
#include "cli/instance.h"
#include "demo/provider.h"
#include "flow/app.h"
#include "net/curl_client.h"
#include "providers/broker.h"
#include "providers/cache.h"
#include "reader/reader.h"

namespace cli {

/// providers::Cache on the store: discovery documents and key sets outlive the process.
class StoreCache final : public providers::Cache {
  store::Store& store_;

 public:
  explicit StoreCache(store::Store& store) : store_(store) {}
  std::optional<Entry> get(std::string_view url) override;
  void put(std::string_view url, std::string_view body) override;
};

class Worker {
  std::unique_ptr<Instance> instance_;
  base::Log log_;
  base::Metrics& metrics_;
  base::Limits limits_;
  flow::Throttle throttle_;
  std::unique_ptr<net::CurlClient> client_;
  std::unique_ptr<StoreCache> cache_;
  std::unique_ptr<reader::Reader> reader_;  // null where nothing in XML can come
  std::optional<providers::Broker> broker_;
  std::unique_ptr<flow::Keys> keys_;
  std::unique_ptr<demo::Provider> demo_;
  std::unique_ptr<flow::Deps> deps_;
  std::optional<Watch> watch_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> leaving_ = false;
  std::thread janitor_, courier_;

  Worker(std::unique_ptr<Instance> instance, base::Metrics& metrics, flow::Crowd& crowd);
  base::Status open_client();
  base::Status open_broker();
  base::Status open_demo();
  base::Status confine();
  void sweep();
  void count_flows();
  void deliver();
  bool swept(std::string_view table, const base::Result<std::int64_t>& rows);

 public:
  /// Error.say: one line that names what is missing.
  static base::Result<std::unique_ptr<Worker>> open(const std::string& config_file, base::Metrics& metrics, flow::Crowd& crowd);
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();
  http::Response handle(const http::Request& request);
};

}  // namespace cli
