#include "demo/page.h"

#include "base/markup.h"
#include "demo/people.h"

namespace demo {
namespace {

constexpr std::string_view css = R"(:root { color-scheme: light dark; --ink: #1d2433; --soft: #566072; --paper: #f6f5f1; --card: #fff;
  --line: #d5d3ca; --accent: #8a3b12; --warn: #fdf1d8; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e9e7e1; --soft: #a9afbb; --paper: #15181e; --card: #1e222b; --line: #3a404d; --accent: #f0a070; --warn: #3b2f16; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem 1rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 1.75rem 0 .5rem; font-size: 1rem; }
p { margin: 0 0 1rem; }
.demo { padding: .5rem .75rem; background: var(--warn); border-radius: .375rem; }
.wrong { padding: .5rem .75rem; border: 2px solid var(--accent); border-radius: .375rem; }
button { display: block; width: 100%; margin: 0 0 .5rem; padding: .65rem .9rem; border: 1px solid var(--line); border-radius: .5rem;
  background: var(--card); color: inherit; font: inherit; text-align: left; cursor: pointer; overflow-wrap: anywhere; }
button:hover { border-color: var(--accent); }
button:focus-visible, input:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
button small { display: block; color: var(--soft); font-size: .875rem; }
button.plain { text-align: center; }
label { display: block; margin: 0 0 .75rem; }
input { display: block; width: 100%; margin-top: .2rem; padding: .55rem .7rem; border: 1px solid var(--soft); border-radius: .5rem;
  background: var(--card); color: inherit; font: inherit; }
.refuse { margin-top: 1.75rem; padding-top: 1.25rem; border-top: 1px solid var(--line); }
)";

http::Response page(int status, std::string_view form_action, std::string_view title, std::string_view body) {
  http::Response answer;
  answer.status = status;
  // No script can run, nothing can be loaded but our stylesheet, nobody can frame the page (RFC 9700 4.16: clickjacking).
  answer.set("Content-Type", "text/html; charset=utf-8")
      .set("Cache-Control", "no-store")
      .set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; "
                                      "form-action " + std::string{form_action})
      .set("X-Content-Type-Options", "nosniff")
      .set("Referrer-Policy", "no-referrer");
  answer.body.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
      .append(title)
      .append("</title>\n<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" href=\"style.css\">\n</head>\n<body>\n<main>\n<h1>")
      .append(title)
      .append("</h1>\n")
      .append(body)
      .append("</main>\n</body>\n</html>\n");
  return answer;
}

}  // namespace

// The form has no action: it goes to the page's own address, whose query is the request, checked again when the form arrives.
http::Response choose_page(std::string_view back_to, std::string_view wrong) {
  std::string body =
      "<p class=\"demo\"><strong>This is a demo.</strong> It stands in for a real provider so that you can try a login. It asks for no "
      "password: anyone can be anybody here.</p>\n";
  if (!wrong.empty()) body += "<p class=\"wrong\" role=\"alert\">" + base::escape_markup(wrong) + "</p>\n";
  body += "<p>You will go back to <strong>" + base::escape_markup(back_to) + "</strong>.</p>\n<form method=\"post\">\n<h2>Sign in as</h2>\n";
  for (const auto& p : people()) {
    body += "<button name=\"person\" value=\"" + base::escape_markup(p.id) + "\">" + base::escape_markup(p.name) + "<small>" + base::escape_markup(p.email) +
            (p.verified ? "" : " (not verified)") + "</small></button>\n";
  }
  body +=
      "</form>\n<form method=\"post\">\n<h2>or as somebody else</h2>\n<input type=\"hidden\" name=\"person\" value=\"other\">\n"
      "<label>Name <input name=\"name\" required maxlength=\"100\" autocomplete=\"off\"></label>\n"
      "<label>E-mail, if any <input name=\"email\" type=\"email\" maxlength=\"254\" autocomplete=\"off\"></label>\n"
      "<button class=\"plain\">Sign in with this name</button>\n</form>\n"
      "<form method=\"post\" class=\"refuse\">\n<button class=\"plain\" name=\"refuse\" value=\"1\">Refuse</button>\n"
      "<p>Sends you back without signing in, as if you had said no to the application.</p>\n</form>\n";
  return page(wrong.empty() ? 200 : 400, "'self' " + std::string{back_to}, "Demo sign-in", body);
}

http::Response refusal_page(std::string_view why) {
  return page(400, "'none'", "This request cannot be answered",
              "<p class=\"demo\">This is the demo provider, a stand-in for a real one.</p>\n<p>" + base::escape_markup(why) +
                  "</p>\n<p>Nobody was signed in. Go back to the application and begin again.</p>\n");
}

http::Response stylesheet() {
  http::Response answer;
  answer.set("Content-Type", "text/css; charset=utf-8").set("Cache-Control", "max-age=300").set("X-Content-Type-Options", "nosniff");
  answer.body = css;
  return answer;
}

}  // namespace demo
