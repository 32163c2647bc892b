#include "providers/openid2_request.h"

#include "base/encode.h"
#include "base/text.h"
#include "base/url.h"
#include "json/value.h"
#include "json/writer.h"

namespace providers::openid2 {
namespace {

constexpr std::string_view kSelect = "http://specs.openid.net/auth/2.0/identifier_select";

std::string aliases(const std::vector<Attribute>& attributes) {
  std::string out;
  for (const auto& attribute : attributes) out += (out.empty() ? "" : ",") + attribute.alias;
  return out;
}

void add_ax(const Settings& settings, Fields& fields) {
  fields["ns.ax"] = "http://openid.net/srv/ax/1.0";
  fields["ax.mode"] = "fetch_request";
  for (const auto* list : {&settings.required, &settings.optional}) {
    for (const auto& attribute : *list) fields["ax.type." + attribute.alias] = attribute.type;
  }
  if (!settings.required.empty()) fields["ax.required"] = aliases(settings.required);
  if (!settings.optional.empty()) fields["ax.if_available"] = aliases(settings.optional);
}

}  // namespace

std::string to_text(const Kept& kept) {
  json::Writer w;
  w.object().member("endpoint", kept.endpoint).member("claimed_id", kept.claimed_id).member("local_id", kept.local_id);
  if (kept.association) {
    w.member("handle", kept.association->handle).member("mac", name_of(kept.association->mac));
    w.member("key", base::base64(kept.association->key.reveal()));
    w.member("expires", static_cast<std::int64_t>(kept.association->expires.time_since_epoch().count()));
  }
  return w.end_object().take();
}

base::Result<Kept> read_kept(std::string_view text) {
  const auto document = json::Document::parse(text);
  const auto root = document ? document->root() : json::Value{};
  const auto part = [root](std::string_view name) { return root[name].text().value_or(""); };
  Kept kept{part("endpoint"), part("claimed_id"), part("local_id"), nullptr};
  if (kept.endpoint.empty()) return base::Error{base::Code::internal, "openid2: the flow keeps nothing"};
  const auto key = base::base64_decode(part("key"));
  if (!root["handle"].exists() || !key) return kept;
  kept.association = std::make_shared<const Association>(
      Association{part("handle"), part("mac") == name_of(Mac::sha1) ? Mac::sha1 : Mac::sha256, base::Secret{*key},
                  base::Time{std::chrono::seconds{root["expires"].integer().value_or(0)}}});
  return kept;
}

std::string return_to(std::string redirect_uri, std::string_view state) {
  base::append_query(redirect_uri, "state", state);
  return redirect_uri;
}

Fields request_fields(const Settings& settings, const Service& service, const Kept& kept, std::string return_to, std::string_view origin) {
  const bool chosen_there = service.op_identifier;
  Fields fields{{"ns", std::string{kNamespace}},
                {"mode", "checkid_setup"},
                {"claimed_id", chosen_there ? std::string{kSelect} : kept.claimed_id},
                {"identity", chosen_there ? std::string{kSelect} : kept.local_id},
                {"return_to", std::move(return_to)},
                {"realm", settings.realm.empty() ? std::string{origin} + '/' : settings.realm}};
  if (kept.association) fields["assoc_handle"] = kept.association->handle;
  if (settings.max_age > 0) {  // PAPE 1.0 5.1
    fields["ns.pape"] = "http://specs.openid.net/extensions/pape/1.0";
    fields["pape.max_auth_age"] = std::to_string(settings.max_age);
    fields["pape.preferred_auth_policies"] = "";
  }
  if (settings.own_attributes || service.ax) add_ax(settings, fields);
  // Simple Registration where the OP announces it, or nothing at all.
  if (settings.own_attributes || settings.sreg.empty() || (service.ax && !service.sreg)) return fields;
  fields["ns.sreg"] = "http://openid.net/extensions/sreg/1.1";
  fields["sreg.optional"] = base::join(settings.sreg, ",");
  return fields;
}

}  // namespace providers::openid2
