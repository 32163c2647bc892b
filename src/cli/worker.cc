// worker.cc: a worker's objects and its janitor.
#include "cli/worker.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <set>

#include "flow/outbox.h"
#include "flow/redirect.h"
#include "providers/needs.h"
#include "token/state.h"
#include "xml/ask.h"

namespace cli {
namespace {

constexpr std::chrono::seconds kSweepEvery{30};
constexpr std::size_t kMostHosts = 300;      // with a series of their own
constexpr std::int64_t kFullSweep = 10'000;  // what the store deletes at most in one go

base::Level level_of(const std::string& name) {
  if (name == "debug") return base::Level::debug;
  if (name == "warn") return base::Level::warn;
  return name == "error" ? base::Level::error : base::Level::info;
}

/// What has been read needs no copy of its own any more: the providers' stanzas, and the environment, in this process (a successor gets the
/// master's). Wiping is operator delete's work (base/wiping.h).
void forget_settings(config::Config& config) {
  config.providers.clear();
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    const auto value = text.find('=');
    if (value != text.npos && text.starts_with("SOCIAL_AUTH_")) ::explicit_bzero(*entry + value + 1, text.size() - value - 1);
    if (value != text.npos && text.starts_with("LATCHSTRING_")) ::explicit_bzero(*entry + value + 1, text.size() - value - 1);
  }
}

}  // namespace

std::optional<StoreCache::Entry> StoreCache::get(std::string_view url) {
  auto found = store_.cache_get(url);
  if (!found || !*found) return std::nullopt;  // a cache that does not answer is an empty one
  return Entry{std::move((*found)->body), (*found)->fetched};
}

void StoreCache::put(std::string_view url, std::string_view body) {
  // A document that could not be kept is fetched again by the next process: slower, not wrong.
  static_cast<void>(static_cast<bool>(store_.cache_put(url, body)));
}

Worker::Worker(std::unique_ptr<Instance> instance, base::Metrics& metrics, flow::Crowd& crowd)
    : instance_(std::move(instance)),
      log_(2, level_of(instance_->config.server.log_level), instance_->clock),
      metrics_(metrics),
      limits_(log_, metrics, instance_->clock),
      throttle_(crowd, instance_->config, instance_->clock, limits_) {
  instance_->store.count_at(limits_);
}

base::Status Worker::open_client() {
  const auto& upstream = instance_->config.upstream;
  net::CurlOptions options;
  options.ca_file = upstream.ca_file;
  options.proxy = upstream.proxy;
  options.timeout = upstream.timeout;
  options.max_response = upstream.max_response;
  options.max_in_flight = static_cast<std::size_t>(upstream.max_calls);
  options.limits = &limits_;
  options.under_way = metrics_.part("latchstring_upstream_calls_open");
  // On the I/O thread alone. Whoever signs in by an OpenID of their own names a host that is new to us: the table of metrics is not theirs.
  options.observe = [this, known = std::set<std::string, std::less<>>{}](std::string_view host, std::string_view outcome,
                                                                         std::chrono::microseconds took) mutable {
    if (known.size() < kMostHosts && !known.contains(host)) known.emplace(host);
    if (!known.contains(host)) host = "other";
    metrics_.observe("latchstring_upstream_seconds", {{"host", host}}, took);
    metrics_.add("latchstring_upstream_calls_total", {{"host", host}, {"outcome", outcome}});
  };
  auto client = net::CurlClient::open(std::move(options));
  if (!client) return client.error();
  client_ = std::move(*client);
  return base::ok;
}

/// From here on XML is read by another process, which is started by the first that needs it: a provider's keys, now, or its answers.
base::Status Worker::open_broker() {
  auto& in = *instance_;
  const auto start = [this, confined = in.config.server.confine != "off"]() -> base::Status {
    if (reader_) return base::ok;
    auto started = reader::Reader::start(confined);
    if (!started) return started.error();
    reader_ = std::move(*started);
    return base::ok;
  };
  xml::send_work_by([this, start](std::string_view request) -> base::Result<std::string> {
    if (auto started = start(); !started) return started.error();
    return reader_->ask(request);
  });
  auto broker = providers::Broker::open(in.config, {*client_, *cache_, in.clock, in.random, &limits_});
  if (!broker) return broker.error();
  broker_.emplace(std::move(*broker));
  forget_settings(in.config);
  return broker_->needs().xml ? start() : base::ok;
}

base::Status Worker::open_demo() {
  if (!instance_->config.demo.enabled) return base::ok;
  auto key = demo_key(*instance_);
  if (!key) return key.error();
  auto back = instance_->config.redirect_uris;
  back.push_back(flow::callback_url(instance_->config, "demo"));
  demo_ = std::make_unique<demo::Provider>(demo::Options{instance_->config.public_url + "/demo", std::move(back)}, std::move(*key),
                                           instance_->master, instance_->clock, instance_->random);
  return base::ok;
}

/// After all that is opened, before the first thread. With "try" a kernel that refuses what it has is a warning.
base::Status Worker::confine() {
  const auto& config = instance_->config;
  watch_.emplace(config.server.confine == "off" ? std::vector<std::string>{} : watched_files(config));
  auto confined = confine_worker(config, broker_->needs());
  if (confined || config.server.confine == "require") return confined;
  log_.event(base::Level::warn, "confine", {{"why", confined.error().detail}});
  return base::ok;
}

base::Result<std::unique_ptr<Worker>> Worker::open(const std::string& config_file, base::Metrics& metrics, flow::Crowd& crowd) {
  auto instance = open_instance(config_file);
  if (!instance) return instance.error();
  std::unique_ptr<Worker> worker{new Worker(std::move(*instance), metrics, crowd)};
  auto& in = *worker->instance_;
  if (auto made = ensure_signing_key(in); !made) return made.error();
  if (auto opened = worker->open_client(); !opened) return opened.error();
  worker->cache_ = std::make_unique<StoreCache>(in.store);
  if (auto opened = worker->open_broker(); !opened) return opened.error();
  for (const auto& info : worker->broker_->list()) {
    if (!info.warning.empty()) worker->log_.event(base::Level::warn, "provider", {{"provider", info.name}, {"what", info.warning}});
  }
  worker->keys_ = std::make_unique<flow::Keys>(in.store, in.master, in.config, in.clock);
  if (auto opened = worker->open_demo(); !opened) return opened.error();
  if (auto ring = worker->keys_->ring(); !ring) return ring.error();
  worker->deps_ =
      std::make_unique<flow::Deps>(flow::Deps{in.config, in.store, *worker->broker_, *worker->keys_, in.master, in.clock, in.random,
                                              worker->log_, metrics, *worker->client_, worker->limits_, worker->throttle_});
  if (auto confined = worker->confine(); !confined) return confined.error();
  worker->janitor_ = std::thread{[w = worker.get()] { w->sweep(); }};
  if (!in.config.hooks.events.empty()) worker->courier_ = std::thread{[w = worker.get()] { w->deliver(); }};
  return worker;
}

Worker::~Worker() {
  {
    std::lock_guard lock{mutex_};
    leaving_ = true;
  }
  wake_.notify_all();
  if (janitor_.joinable()) janitor_.join();
  if (courier_.joinable()) courier_.join();  // hooks.timeout at the most
  xml::send_work_by({});
}

/// Drops what has expired, every now and then; one worker's sweep is enough, all of them do no harm.
void Worker::sweep() {
  const auto keep = instance_->config.store.audit_ttl;
  count_flows();
  std::unique_lock lock{mutex_};
  while (!wake_.wait_for(lock, kSweepEvery, [this] { return leaving_.load(); })) {
    lock.unlock();
    if (const auto path = watch_->replaced()) {  // what cannot be read any more is for a new worker to read
      log_.event(base::Level::warn, "replaced", {{"file", *path}, {"what", "this worker makes way for one that can read it"}});
      ::kill(::getpid(), SIGTERM);
    }
    bool more = true;
    while (more && !leaving_) {  // a flood of attempts must not outgrow the broom
      more = swept("flows", instance_->store.sweep_flows());
      more = swept("sessions", instance_->store.sweep_sessions()) || more;
      more = swept("seen_tokens", instance_->store.sweep_seen_tokens()) || more;
      if (keep.count() > 0) more = swept("audit", instance_->store.sweep_audit(keep)) || more;
    }
    count_flows();
    lock.lock();
  }
}

/// One worker counts for all: how far flows.max is away.
void Worker::count_flows() {
  const auto at = throttle_.time_to_count();
  if (!at || instance_->config.flows.max == 0) return;
  auto counted = instance_->store.count_flows(instance_->config.flows.max);
  if (counted)
    throttle_.recount(*at, *counted);
  else
    log_.event(base::Level::warn, "sweep", {{"table", "flows"}, {"why", counted.error().detail}});
}

/// Tells the application what has happened; any worker may.
void Worker::deliver() {
  flow::Courier courier{*deps_};
  std::unique_lock lock{mutex_};
  std::chrono::seconds pause{0};
  while (!wake_.wait_for(lock, pause, [this] { return leaving_.load(); })) {
    lock.unlock();
    pause = courier.deliver();
    lock.lock();
  }
}

/// True if there is probably more.
bool Worker::swept(std::string_view table, const base::Result<std::int64_t>& rows) {
  if (!rows) log_.event(base::Level::warn, "sweep", {{"table", table}, {"why", rows.error().detail}});
  return rows && *rows >= kFullSweep;
}

http::Response Worker::handle(const http::Request& request) {
  if (demo_ && request.path.starts_with("/demo/")) return demo_->handle(request);
  return flow::handle(request, *deps_);
}

}  // namespace cli
