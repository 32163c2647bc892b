// cas.cc: the engine for CAS. The server sends the browser back to `service` with a ticket, and says whose ticket it is to whoever names
// the same service, once.
#include "providers/cas.h"

#include "base/text.h"
#include "base/url.h"
#include "providers/answer.h"
#include "providers/callback_error.h"
#include "providers/cas_answer.h"
#include "providers/exchange.h"
#include "providers/profile.h"
#include "providers/spec_read.h"

namespace providers::cas {
namespace {

struct Settings {
  std::optional<Expression> url;
  bool version_2 = false, renew = false;
};
const Settings& settings_of(const Provider& provider) { return *static_cast<const Settings*>(provider.spec.own.get()); }

std::string address(const Provider& provider, std::string_view path) {
  auto url = settings_of(provider).url->evaluate(provider.values(), Expression::Escape::url).value_or("");
  while (url.ends_with('/')) url.pop_back();
  return url.append(path);
}

/// The state rides in the service's address (2.1.1). A ticket is good for that service only, hence for one flow: it cannot be brought to
/// somebody else's.
std::string service(std::string redirect_uri, std::string_view state) {
  base::append_query(redirect_uri, "state", state);
  return redirect_uri;
}

}  // namespace

base::Result<Begun> begin(Provider& provider, const Start& start, World&) {
  auto url = address(provider, "/login");
  base::append_query(url, "service", service(start.redirect_uri, start.state));
  if (settings_of(provider).renew) base::append_query(url, "renew", "true");
  return Begun{std::move(url), {}};
}

base::Result<Identity> finish(Provider& provider, const Finish& finish, World& world) {
  Login login{provider, finish, world};
  const auto ticket = login.param("ticket");
  if (!is_ticket(ticket))
    return base::Error{base::Code::bad_request, "ticket is malformed", "Authentication failed: the ticket is malformed"};
  const auto& settings = settings_of(provider);
  net::Request request{.url = address(provider, settings.version_2 ? "/serviceValidate" : "/p3/serviceValidate"),
                       .headers = {{"Accept", "application/xml, text/xml"}},
                       .max_response = 256 << 10};
  base::append_query(request.url, "service", service(finish.redirect_uri, finish.state));
  base::append_query(request.url, "ticket", ticket);
  if (settings.renew) base::append_query(request.url, "renew", "true");  // or a ticket from an old session would do
  auto response = world.client.send(request);
  if (!response) return no_answer(response.error(), "serviceValidate");
  if (response->status != 200) return user_failure(*response);
  auto answer = read_validation(response->body);
  if (!answer) return answer.error();
  login.values.id_token = login.keep(std::move(*answer));
  if (provider.spec.user) {
    if (auto done = ask_user(login, *provider.spec.user, nullptr); !done) return done.error();
  }
  return make_identity(provider.spec, login.values, provider.name, provider.name);
}

Callback look(const Provider&, const Params& params) { return {{}, callback_error(params), !last(params, "ticket").empty()}; }

base::Status check(Provider&, World&) { return base::ok; }  // a ticket is needed for any question

void read(Table& table, Spec& spec) {
  const auto settings = std::make_shared<Settings>();
  settings->url = read_template(table, "url");
  settings->version_2 = table.one_of("version", {"2", "3"}) == "2";
  settings->renew = table.boolean("renew").value_or(false);
  if (settings->url) spec.own_addresses.emplace_back("url", *settings->url);
  spec.own = settings;
  // CAS 2.3: logout at the server; `service` is where it sends people afterwards, if it does.
  if (auto address = table.text("url"); !address.empty()) {
    while (address.ends_with('/')) address.pop_back();
    if (auto url = Expression::parse_template(address + "/logout")) spec.end_session.url = std::move(*url);
    spec.end_session.params = {{"service", *Expression::parse_template("{post_logout_redirect_uri}")}};
  }
  const auto fill = [](std::optional<Expression>& field, const char* text) {
    if (!field) field = *Expression::parse(text);
  };
  // The names that eduPerson and inetOrgPerson (RFC 2798) have, and those of servers that call them otherwise. No server says whether it
  // verified an address.
  fill(spec.map.uid, "i:/user");
  fill(spec.map.username, "i:/user");
  fill(spec.map.email, "i:/attributes/mail | i:/attributes/mail/0 | i:/attributes/email | i:/attributes/email/0");
  fill(spec.map.name,
       "i:/attributes/displayName | i:/attributes/displayName/0 | i:/attributes/cn | i:/attributes/cn/0 | i:/attributes/name");
  fill(spec.map.first_name, "i:/attributes/givenName | i:/attributes/givenName/0 | i:/attributes/first_name | i:/attributes/firstname");
  fill(spec.map.last_name, "i:/attributes/sn | i:/attributes/sn/0 | i:/attributes/last_name | i:/attributes/lastname");
}

void examine(const Spec& spec, bool complete, const Wrong& wrong) {
  const auto& url = static_cast<const Settings*>(spec.own.get())->url;
  if (!url) return wrong("url", "is missing: the CAS server, such as \"https://cas.example.edu/cas\"");
  const auto text = complete ? url->evaluate(spec.values(), Expression::Escape::url).value_or("") : std::string{};
  if (text.find('?') != std::string::npos) wrong("url", "\"" + text + "\": what is asked comes behind it, so it has no query");
}

}  // namespace providers::cas
