#include "providers/broker.h"

#include <algorithm>
#include <map>

#include "providers/discovery.h"
#include "providers/end_session.h"
#include "providers/engine.h"
#include "providers/later.h"
#include "providers/layers.h"
#include "providers/logout_token.h"
#include "providers/needs.h"
#include "providers/security_event.h"
#include "providers/table.h"

namespace providers {

struct Broker::Impl {
  struct Entry {
    std::unique_ptr<Provider> provider;
    const Engine* engine;
  };
  World world;
  std::string base_url;
  std::map<std::string, Entry, std::less<>> entries;  // not changed after open(): read without a lock
  std::vector<Info> list;

  base::Status add(const Layers& layers, const std::string& name, const config::Node& stanza);
  Entry* find(std::string_view name) {
    const auto it = entries.find(name);
    return it == entries.end() ? nullptr : &it->second;
  }
};

std::string_view last(const Params& params, std::string_view name) noexcept {
  for (auto it = params.rbegin(); it != params.rend(); ++it) {
    if (it->first == name) return it->second;
  }
  return {};
}

namespace {

const base::Error kUnknown{base::Code::not_found, "provider is not enabled", "Not found."};

/// `enabled = false` keeps a stanza for later.
base::Result<bool> is_enabled(const std::string& name, const config::Node& stanza) {
  std::optional<base::Error> mistake;
  const bool enabled = Table{&stanza, "providers." + name, mistake}.boolean("enabled").value_or(true);
  if (mistake) return *mistake;
  return enabled;
}

std::string warning_of(const ServiceStatus& status) {
  switch (status.is) {
    case ServiceStatus::Is::alive:
    case ServiceStatus::Is::refused: break;  // does not get here
    case ServiceStatus::Is::unsure: return "it is unsure whether the service still works so (" + status.at + "): " + status.why;
    case ServiceStatus::Is::dead: return "the service is closed (" + status.at + "): " + status.why;
    case ServiceStatus::Is::unproven: return "nobody has tried this provider's file (" + status.at + "): " + status.why;
  }
  return {};
}

bool begins_itself(const Spec& spec) { return spec.authorize.widget || (spec.protocol == "signed" && !spec.authorize.url); }

}  // namespace

base::Status Broker::Impl::add(const Layers& layers, const std::string& name, const config::Node& stanza) {
  auto node = layers.resolve(name, stanza);
  if (!node) return node.error();
  auto spec = read_spec(*node, "providers." + name, true);
  if (!spec) return spec.error();
  // The name is python-social-auth's, whatever protocol speaks under it here.
  if (spec->psa_uid.empty() && stanza.get("kind") != nullptr) spec->psa_uid = layers.psa_uid(name);
  Info info{name, spec->title.empty() ? name : spec->title, spec->protocol, warning_of(spec->status), begins_itself(*spec)};
  const auto* engine = find_engine(spec->protocol);
  auto provider = make_provider(name, std::move(*spec));
  if (!provider) return provider.error();
  (*provider)->pages = base_url + name;
  entries.emplace(name, Entry{std::move(*provider), engine});
  list.push_back(std::move(info));
  return base::ok;
}

Broker::Broker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Broker::Broker(Broker&&) noexcept = default;
Broker::~Broker() = default;

base::Result<Broker> Broker::open(const config::Config& config, World world) {
  auto layers = Layers::open(config.providers_dir);
  if (!layers) return layers.error();
  world.refetch_after = config.upstream.refetch_after;
  world.retry_after = config.upstream.retry_after;
  auto impl = std::make_unique<Impl>(Impl{world, config.public_url + "/o/", {}, {}});
  for (const auto& [name, stanza] : config.providers) {
    auto enabled = is_enabled(name, stanza);
    if (!enabled) return enabled.error();
    if (!*enabled) continue;
    if (auto added = impl->add(*layers, name, stanza); !added) return added.error();
  }
  return Broker{std::move(impl)};
}

Needs Broker::needs() const {
  const auto is_xml = [](const auto& from) { return from.answer == AnswerKind::xml; };
  Needs out;
  for (const auto& [name, entry] : impl_->entries) {
    const auto& spec = entry.provider->spec;
    out.xml = out.xml || entry.engine->xml || is_xml(spec.token) || (spec.user && std::any_of(spec.user->begin(), spec.user->end(), is_xml));
    for (const auto& [variable, value] : spec.variables) {
      if (variable.ends_with("_file") && !value.empty()) out.files.push_back(value);
    }
  }
  return out;
}

const std::vector<Info>& Broker::list() const noexcept { return impl_->list; }
bool Broker::has(std::string_view name) const noexcept { return impl_->find(name) != nullptr; }

base::Result<Begun> Broker::begin(std::string_view name, const Start& start) {
  auto* entry = impl_->find(name);
  if (entry == nullptr) return kUnknown;
  return entry->engine->begin(*entry->provider, start, impl_->world);
}

base::Result<bool> Broker::is_issuer(std::string_view name, std::string_view issuer) {
  auto* entry = impl_->find(name);
  if (entry == nullptr) return kUnknown;
  auto& provider = *entry->provider;
  const auto& others = provider.spec.other_issuers;
  if (issuer.empty()) return false;
  if (issuer == provider.issuer || std::find(others.begin(), others.end(), issuer) != others.end()) return true;
  const bool told = entry->engine->id_tokens && provider.issuer.empty() && !provider.spec.issuer && provider.spec.discovery.url;
  if (!told) return false;
  auto metadata = metadata_of(provider, impl_->world);
  if (!metadata) return metadata.error();
  return (*metadata)->issuer == issuer;
}

Callback Broker::look(std::string_view name, const Params& params) const {
  const auto* entry = impl_->find(name);
  return entry == nullptr ? Callback{} : entry->engine->look(*entry->provider, params);
}

base::Result<Identity> Broker::finish(std::string_view name, const Finish& finish) {
  auto* entry = impl_->find(name);
  if (entry == nullptr) return kUnknown;
  return entry->engine->finish(*entry->provider, finish, impl_->world);
}

base::Result<Identity> Broker::native(std::string_view name, const Native& native) {
  auto* entry = impl_->find(name);
  if (entry == nullptr) return kUnknown;
  if (entry->engine->native == nullptr)
    return base::Error{base::Code::bad_request, "native: not with this protocol",
                       "This provider does not take tokens of apps: begin with GET."};
  return entry->engine->native(*entry->provider, native, impl_->world);
}

bool Broker::can_refresh(std::string_view name, const Kept& kept) const {
  const auto* entry = impl_->find(name);
  return entry != nullptr && providers::can_refresh(*entry->provider, *entry->engine, kept);
}

base::Result<ProviderTokens> Broker::refresh(std::string_view name, const Kept& kept) {
  auto* entry = impl_->find(name);
  if (entry == nullptr) return kUnknown;
  return refresh_tokens(*entry->provider, *entry->engine, kept, impl_->world);
}

base::Status Broker::revoke(std::string_view name, const Kept& kept) {
  auto* entry = impl_->find(name);
  if (entry == nullptr) return kUnknown;
  return revoke_tokens(*entry->provider, *entry->engine, kept, impl_->world);
}

base::Result<Page> Broker::page(std::string_view name, const PageRequest& request) const {
  const auto* entry = impl_->find(name);
  if (entry == nullptr || entry->engine->page == nullptr) return base::Error{base::Code::not_found, "no such page", "Not found."};
  return entry->engine->page(*entry->provider, request);
}

base::Result<LogoutToken> Broker::logout_token(std::string_view name, std::string_view compact) {
  auto* entry = impl_->find(name);
  if (entry == nullptr || !entry->engine->id_tokens) return kUnknown;
  return read_logout_token(*entry->provider, impl_->world, compact);
}

base::Result<ReadEvent> Broker::event(std::string_view name, std::string_view content_type, std::string_view body) {
  auto* entry = impl_->find(name);
  if (entry == nullptr || !tells_events(*entry->provider)) return kUnknown;
  return read_event(*entry->provider, impl_->world, content_type, body);
}

std::string Broker::own_issuer(std::string_view name, std::string_view iss) {
  auto* entry = impl_->find(name);
  return entry == nullptr ? std::string{} : providers::own_issuer(*entry->provider, impl_->world, iss);
}

std::vector<std::string> Broker::page_origins(std::string_view name) {
  auto* entry = impl_->find(name);
  return entry == nullptr ? std::vector<std::string>{} : providers::page_origins(*entry->provider, impl_->world);
}

std::string Broker::end_session_url(std::string_view name, const EndSession& what) {
  auto* entry = impl_->find(name);
  return entry == nullptr ? std::string{} : providers::end_session_url(*entry->provider, impl_->world, what);
}

bool Broker::has_end_session(std::string_view name) {
  auto* entry = impl_->find(name);
  return entry != nullptr && providers::has_end_session(*entry->provider, impl_->world);
}

base::Result<Naming> Broker::naming(std::string_view name, std::string_view uid) {
  auto* entry = impl_->find(name);
  if (entry == nullptr) return kUnknown;
  auto& provider = *entry->provider;
  auto issuer =
      entry->engine->issuer == nullptr ? base::Result<std::string>{provider.name} : entry->engine->issuer(provider, uid, impl_->world);
  if (!issuer) return issuer.error();
  return Naming{std::move(*issuer), provider.spec.chosen_uid, provider.spec.psa_uid};
}

base::Status Broker::check(std::string_view name) {
  auto* entry = impl_->find(name);
  if (entry == nullptr) return kUnknown;
  auto status = entry->engine->check(*entry->provider, impl_->world);
  if (status || !status.error().say.empty()) return status;
  return base::Error{status.error().code, status.error().detail, status.error().detail};
}

}  // namespace providers
