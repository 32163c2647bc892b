#include "providers/told_spec.h"

#include "providers/spec_read.h"

namespace providers {

EndSessionRules read_end_session(Table table) {
  EndSessionRules rules;
  rules.url = read_template(table, "url");
  rules.params = read_parameters(table.table("params"));
  table.done();
  return rules;
}

EventRules read_event_rules(Table table) {
  EventRules rules;
  rules.given = true;
  rules.keys = read_template(table, "keys");
  rules.issuer = table.text("issuer");
  rules.audiences = table.list("audiences");
  rules.algs = read_algs(table);
  rules.typ_required = table.one_of("typ", {"required", "optional"}) != "optional";
  rules.in_payload = table.one_of("envelope", {"none", "payload"}) == "payload";
  table.done();
  for (const auto alg : rules.algs) {
    if (crypto::fits(alg, crypto::Kind::oct)) table.wrong(table.get("algs"), "algs", "events are signed with a key pair");
  }
  return rules;
}

}  // namespace providers
