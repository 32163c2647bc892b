// openid2_documents_fuzz.cc: where an OpenID 2.0 provider is found: XRDS, the head of a page, and the identifier that somebody
// typed.
#include "base/url.h"
#include "fuzz.h"
#include "providers/openid2_discovery.h"
#include "providers/openid2_identifier.h"

namespace {

void check_identifier(std::string_view typed) {
  namespace openid2 = providers::openid2;
  const auto normal = openid2::normalise(typed);
  if (normal) {
    const auto url = base::parse_url(*normal);
    HOLDS(url && base::is_secure_or_loopback(*url) && !url->has_fragment && normal->size() <= 255);
    HOLDS(*openid2::normalise(*normal) == *normal);
  }
  HOLDS(openid2::without_fragment(typed).find('#') == std::string_view::npos);
  const auto label = openid2::fit("https://op.example/{label}", typed);
  if (label) HOLDS("https://op.example/" + *label == typed && !label->empty() && label->size() <= 63);
  if (openid2::is_pattern(typed)) openid2::fit(typed, typed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace openid2 = providers::openid2;
  const auto text = fuzz::view(data, size);
  check_identifier(text.substr(0, text.find('\n')));
  if (auto services = openid2::parse_xrds(text)) {
    HOLDS(!services->empty() && services->size() <= 16);
    for (const auto& service : *services) HOLDS(service.op_identifier == services->front().op_identifier && !service.endpoint.empty());
    const openid2::Discovered found{"https://op.example/id", std::move(*services)};
    const auto again = openid2::from_text(openid2::to_text(found));
    HOLDS(again && again->claimed_id == found.claimed_id && again->services == found.services);
  }
  if (const auto found = openid2::from_text(text)) HOLDS(!found->services.empty());
  const auto head = openid2::read_head(text);
  for (const auto& value : {head.provider, head.local_id, head.xrds_location}) HOLDS(value.size() <= size);
  // What stands behind the head counts for nothing.
  const auto behind = openid2::read_head("<head></head><body>" + std::string{text});
  HOLDS(behind.provider.empty() && behind.local_id.empty() && behind.xrds_location.empty());
  return 0;
}
