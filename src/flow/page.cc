// page.cc: a page as an answer: language, policy and the headers around what pages/template.h puts together.
#include "flow/page.h"

#include "base/url.h"
#include "pages/files.h"
#include "pages/language.h"

namespace flow {
namespace {

/// What a page may load and do, by what is in it; nothing else. No page can be framed (RFC 9700 4.16).
/// Browsers hold form-action against the redirects after a form too: those go to a provider, or on to `next`, so any https address is
/// allowed, and http where we are on loopback ourselves.
std::string policy_for(std::string_view text, const config::Config& config) {
  const bool scripts = text.find("<script") != std::string_view::npos;
  const bool forms = text.find("<form") != std::string_view::npos || scripts;
  std::string policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; ";
  policy += scripts ? "script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'; " : "";
  policy += "form-action ";
  policy += !forms ? "'none'" : config.https() ? "'self' https:" : "'self' https: http:";
  return policy;
}

std::string site_of(const config::Config& config) {
  if (!config.pages.title.empty()) return config.pages.title;
  const auto url = base::parse_url(config.public_url);
  return url ? url->host : config.public_url;
}

PageValues with_ours(PageValues values, const Call& call, const pages::Language& language) {
  const auto& config = call.deps.config;
  auto& all = values.values;
  all.emplace_back("language", language.tag);
  all.emplace_back("site", site_of(config));
  all.emplace_back("mount", config.mount);
  all.emplace_back("www", config.mount + "/www/" + std::string{pages::version()});
  all.emplace_back("login", login_address(config, ""));
  all.emplace_back("request", call.request.id);
  return values;
}

const pages::Language& language_of(const Call& call) { return pages::pick_language(call.request.header("accept-language")); }

}  // namespace

std::string login_address(const config::Config& config, std::string_view next) {
  const auto ours = config.public_url + "/login";
  auto url = config.pages.login.empty() || config.pages.login == ours ? config.mount + "/login" : config.pages.login;
  if (!next.empty()) base::append_query(url, "next", next);
  return url;
}

http::Response page(Call& call, int status, std::string_view template_name, const PageValues& values) {
  const auto* found = pages::find_template(template_name);
  if (found == nullptr) return failure({base::Code::internal, "no template " + std::string{template_name}});
  const auto& language = language_of(call);
  http::Response response;
  response.status = status;
  response.set("Content-Type", "text/html; charset=utf-8")
      .set("Content-Language", std::string{language.tag})
      .set("Vary", "Accept-Language, Cookie, Origin")
      .set("Cache-Control", "no-store")
      .set("Content-Security-Policy", policy_for(found->text, call.deps.config));
  response.body = pages::render(found->text, with_ours(values, call, language), language);
  return response;
}

http::Response error_page(Call& call, int status, const base::Error& error) {
  auto plain = failure(error);  // status, notes for the log, Retry-After
  if (status == 0) status = plain.status;
  const auto& language = language_of(call);
  const auto* next = call.query.last("next");
  auto response = page(call, status, "error",
                       {{{"advice", std::string{pages::text_of(language, pages::advice_for(error.say, status))}},
                         {"say", error.say},
                         {"account", call.user ? call.deps.config.mount + "/account" : ""},
                         {"again", login_address(call.deps.config, next ? *next : "")}},
                        {}});
  for (auto& [name, value] : plain.headers) {
    if (name == "Retry-After") response.set(std::move(name), std::move(value));
  }
  response.notes = std::move(plain.notes);
  return response;
}

http::Response continue_page(Call& call, std::string_view action, const http::Params& params) {
  std::vector<pages::Row> fields;
  for (const auto& [name, value] : params.items()) fields.push_back({{"name", name}, {"value", value}});
  return page(call, 200, "continue", {{{"action", std::string{action}}}, {{"fields", std::move(fields)}}});
}

}  // namespace flow
