// unit/providers/openid2_world.h: an OpenID 2.0 provider that lies on request, and one login with it.
#pragma once
#include "base/text.h"
#include "providers/openid2_association.h"
#include "providers/openid2_message.h"
#include "unit/providers/world.h"

namespace world {

struct OpenId2World : World {
  using Fields = std::map<std::string, std::string>;
  std::string identifier = "https://op.example/", endpoint = "https://op.example/server", claimed = "https://op.example/id/ann";
  std::string provider = "op", toml = "[providers.op]\nkind = \"openid2\"\nopenid2 = { identifier = \"https://op.example/\" }\n";
  std::string types = "<Type>http://openid.net/srv/ax/1.0</Type>";  // extensions that it announces
  providers::Params query;                                          // of the GET
  std::string key;                                                  // of an association; "" = the OP signs alone

  static std::string xrds(const std::string& type, const std::string& uri, const std::string& more = {}) {
    return R"x(<xrds:XRDS xmlns:xrds="xri://$xrds" xmlns="xri://$xrd*($v*2.0)"><XRD><Service><Type>http://specs.openid.net/auth/2.0/)x" +
           type + "</Type>" + more + "<URI>" + uri + "</URI></Service></XRD></xrds:XRDS>";
  }
  void serve_xrds(const std::string& url, const std::string& body) {
    net.answer(url, 200, body, {{"content-type", "application/xrds+xml; charset=utf-8"}});
  }
  /// Everything as it should be: the OP's identifier, the user's, and a positive answer to check_authentication.
  void serve() {
    net.answers.clear();
    serve_xrds(identifier, xrds("server", endpoint, types));
    serve_xrds(claimed, xrds("signon", endpoint));
    net.answer(endpoint, 200, "ns:http://specs.openid.net/auth/2.0\nis_valid:true\n");
  }

  static Fields fields_of(const std::string& url) {
    Fields out;
    for (const auto& pair : base::split(url.substr(url.find('?') + 1), '&')) {
      const auto equals = pair.find('=');
      auto name = base::percent_decode(pair.substr(0, equals));
      if (name.starts_with("openid.")) name = name.substr(7);
      out[name] = base::percent_decode(pair.substr(equals + 1));
    }
    return out;
  }

  /// A positive assertion to that request; `signed` names all there is unless it is given.
  Fields assertion(const Fields& asked, const Fields& more = {}) const {
    Fields out{{"ns", "http://specs.openid.net/auth/2.0"},
               {"mode", "id_res"},
               {"op_endpoint", endpoint},
               {"claimed_id", claimed},
               {"identity", claimed},
               {"return_to", asked.at("return_to")},
               {"response_nonce", "2023-11-14T22:13:20Zabc"},
               {"assoc_handle", "h1"}};
    if (asked.contains("claimed_id") && asked.at("claimed_id").find("identifier_select") == std::string::npos) {
      out["claimed_id"] = asked.at("claimed_id");
      out["identity"] = asked.at("identity");
    }
    for (const auto& [name, value] : more) out[name] = value;
    if (!more.contains("signed")) {
      std::string names;
      for (const auto& [name, value] : out) names += (names.empty() ? "" : ",") + name;
      out["signed"] = names + ",signed";
    }
    providers::openid2::Fields all{out.begin(), out.end()};
    const auto text = providers::openid2::signed_text(all, base::split(out["signed"], ','));
    if (!more.contains("sig")) out["sig"] = key.empty() ? "AAAA" : base::base64(crypto::hmac_sha256(key, text));
    return out;
  }
  static providers::Params params_of(const Fields& fields) {
    providers::Params out{{"state", "a state"}};
    for (const auto& [name, value] : fields) out.emplace_back("openid." + name, value);
    return out;
  }

  base::Result<providers::Begun> begin(providers::Broker& broker) {
    auto asking = start();
    asking.params = query;
    return broker.begin(provider, asking);
  }
  /// The whole way. `change` has the last word about the assertion.
  base::Result<providers::Identity> log_in(const Fields& more = {}, const std::function<void(Fields&)>& change = {}) {
    auto broker = open(toml);
    if (!broker) return broker.error();
    auto begun = begin(*broker);
    if (!begun) return begun.error();
    auto fields = assertion(fields_of(begun->authorization_url), more);
    if (change) change(fields);
    auto back = finish();
    back.kept = begun->kept;
    back.params = params_of(fields);
    return broker->finish(provider, back);
  }
  std::string login(const Fields& more = {}, const std::function<void(Fields&)>& change = {}) { return outcome(log_in(more, change)); }
};

}  // namespace world
