// flow/page.h: an answer that is a page for people: a template of www/templates (pages/template.h) in the language that the browser asks
// for. No page holds a script or a style of its own; what it may load, and where its forms may go, is in its Content-Security-Policy.
#pragma once
#include <string>
#include <string_view>

#include "flow/call.h"
#include "pages/template.h"

namespace flow {

using PageValues = pages::Values;

/// The page. Of values, `language`, `site` (whose pages these are), `mount`, `www` (where our files are), `login` and `request` (its id)
/// are there without being given. Headers: Content-Type, Content-Language, Vary, Cache-Control: no-store, Content-Security-Policy.
http::Response page(Call& call, int status, std::string_view template_name, const PageValues& values);

/// Where somebody signs in, to come back to `next` ("" = the default): pages.login.
std::string login_address(const config::Config& config, std::string_view next);

/// What went wrong in a browser's own request (redirect mode, form_post, the gate), and what to do next: in the reader's language as far as
/// we know the error, with Error.say as it is, the request id for whoever asks the administrator, and a way on (to the account page for
/// somebody who is signed in). Status and log line are those of failure(error) where `status` is 0.
http::Response error_page(Call& call, int status, const base::Error& error);

/// A page that sends `params` as a form to `action` (a path of ours, the mount included) at once, or with a button where no script runs.
/// For a form_post, which comes from another site and so without our SameSite=Lax cookies: sent again from here, they come along.
http::Response continue_page(Call& call, std::string_view action, const http::Params& params);

}  // namespace flow
